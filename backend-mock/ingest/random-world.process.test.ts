// Goal: whatever honest tills do, in whatever order their words arrive, the backend ends with every tag equal to its ledger: each
// transaction booked once, every hold released, nothing missing (INV-02, INV-03, Q6, Q9, Q10; protocol.md, money rule 5).
// Method: fast-check draws what happens to a few tags at a few tills: sales, refunds, top-ups, returns, with and without reservation,
// clear and unknown endings. Tills read tags (snapshots) and send parts of their journals at once through two processes; at the end
// all of it is sent. The world itself keeps what is on each tag, and is the only model.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TagSnapshotPayload } from '../../contract/wire/journal.ts';
import { transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { logIn } from '../../testing/backend/operator-client.ts';
import { chargeback, purchase, refund, type SentTransaction, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { type BackendProcess, spawnBackend } from '../../testing/backend/spawn-backend.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let server: TestServer;
let backends: BackendProcess[];
beforeAll(async () => {
  server = await startTestServer();
  const databaseUrl = await server.newDatabase();
  const dataFolder = join(tmpdir(), 'klink-test-unused');
  backends = await Promise.all([0, 1].map(() => spawnBackend({ dataFolder, databaseUrl })));
});
afterAll(async () => {
  await Promise.all(backends.map((backend) => backend.stop()));
  await server.stop();
});

const step = fc.record({
  till: fc.nat(2),
  tag: fc.nat(2),
  deed: fc.constantFrom('topUp', 'purchase', 'purchase', 'refund', 'chargeback'),
  ending: fc.constantFrom('clear', 'clear', 'aborted', 'unknownWritten', 'unknownNotWritten'),
  reserves: fc.boolean(),
  shows: fc.boolean(),
  sends: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

type WorldTag = { uid: string; shown: TagSnapshotPayload };
type WorldTill = {
  client: TillClient;
  number: number;
  sent: number;
  later: SentTransaction[];
  sold: SentTransaction[];
};

let worlds = 0;

async function newWorld(): Promise<{ tags: WorldTag[]; tills: WorldTill[] }> {
  worlds += 1;
  const tags = [0, 1, 2].map((index) => {
    const uid = `04${(worlds * 16 + index).toString(16).toUpperCase().padStart(12, '0')}`;
    return { uid, shown: snapshot({ uid }) };
  });
  const clients = await Promise.all([0, 1, 2].map((index) => enrolTill(backends[index % 2]?.address ?? '')));
  return { tags, tills: clients.map((client) => ({ client, number: 0, sent: 0, later: [], sold: [] })) };
}

function planned({ deed }: Step, till: WorldTill, tag: WorldTag): SentTransaction | undefined {
  const { uid, shown } = tag;
  const plan = { number: till.number + 1, uid, before: shown.balanceMinor, tagNumber: shown.transactionNumber + 1 };
  switch (deed) {
    case 'topUp':
      return topUp(plan, 20_00, 5_00);
    case 'purchase':
      return shown.balanceMinor < 4_00 ? undefined : purchase(plan, 4_00);
    case 'refund':
      return shown.balanceMinor < 3_50 ? undefined : refund(plan, 3_00, 50);
    case 'chargeback': {
      const sale = till.sold.find((sold) => sold.tag.uid === uid);
      if (sale === undefined) return undefined;
      till.sold.splice(till.sold.indexOf(sale), 1);
      const { terminalTransactionNumber } = sale;
      return chargeback(plan, 4_00, { assignmentId: till.client.assignmentId, terminalTransactionNumber });
    }
  }
}

function write(till: WorldTill, tag: WorldTag, sent: SentTransaction): void {
  const { terminalTransactionNumber, balanceDeltaMinor: amountMinor, type } = sent;
  const line = { assignmentId: till.client.assignmentId, terminalTransactionNumber, amountMinor, type };
  tag.shown = {
    ...tag.shown,
    transactionNumber: tag.shown.transactionNumber + 1,
    balanceMinor: sent.tag.balanceAfterMinor,
    history: [line, ...tag.shown.history].slice(0, 3),
  };
  if (sent.type === 'Purchase') till.sold.push(sent);
}

async function act(each: Step, tills: WorldTill[], tags: WorldTag[], underWay: Promise<void>[]): Promise<void> {
  const [till, tag] = [tills[each.till], tags[each.tag]];
  if (till === undefined || tag === undefined) throw new Error('there is a till and a tag');
  if (each.shows) till.client.journal.append('tagSnapshot', tag.shown);
  const sent = planned(each, till, tag);
  if (sent !== undefined) {
    till.number += 1;
    if (each.reserves && (sent.type === 'Purchase' || sent.type === 'Refund')) await hold(till, sent);
    end(each, till, tag, sent);
  }
  if (each.sends) underWay.push(flush(till));
}

async function hold(
  till: WorldTill,
  { type, amountMinor, balanceDeltaMinor, tag, terminalTransactionNumber }: SentTransaction,
) {
  const response = await till.client.request(`/transactions/${terminalTransactionNumber}/reservation`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ type, amountMinor, balanceDeltaMinor, tag }),
  });
  expect([response.status, await response.text()]).toEqual([200, expect.any(String)]);
}

/** An honest till: what it says at last is what happened to the tag. */
function end({ ending }: Step, till: WorldTill, tag: WorldTag, sent: SentTransaction): void {
  const { journal } = till.client;
  if (ending === 'clear' || ending === 'unknownWritten') write(till, tag, sent);
  if (ending === 'clear') journal.append('transaction', sent);
  if (ending === 'aborted') journal.append('transaction', { ...sent, state: 'Aborted' });
  if (ending !== 'unknownWritten' && ending !== 'unknownNotWritten') return;
  journal.append('transaction', { ...sent, state: 'TerminalConfirmUnknown' });
  till.later.push({ ...sent, stateVersion: 4, state: ending === 'unknownWritten' ? 'Committed' : 'Aborted' });
}

/** Sends what is new, through either process. A till sends one batch at a time. */
const busy = new WeakMap<WorldTill, Promise<void>>();
function flush(till: WorldTill): Promise<void> {
  const turn = (busy.get(till) ?? Promise.resolve()).then(async () => {
    const last = till.client.journal.entries.length;
    if (last === till.sent) return;
    const through = backends[last % 2]?.address ?? '';
    const reply = await till.client.at(through).send(till.sent + 1, last);
    expect([reply.status, reply.answer?.results.filter((result) => result.outcome !== 'accepted')]).toEqual([200, []]);
    till.sent = last;
  });
  busy.set(till, turn);
  return turn;
}

test('every tag ends equal to its ledger, every transaction final, every hold released', async () => {
  const operator = await logIn(backends[0]?.address ?? '');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60 }), async (steps) => {
      const { tags, tills } = await newWorld();
      const underWay: Promise<void>[] = [];
      for (const each of steps) await act(each, tills, tags, underWay);
      await Promise.all(underWay);
      for (const till of tills) for (const resolved of till.later) till.client.journal.append('transaction', resolved);
      // Everybody reads every tag at the end, so that the last word on each tag is known.
      for (const till of tills) for (const tag of tags) till.client.journal.append('tagSnapshot', tag.shown);
      await Promise.all(tills.map(flush));
      const coherence = await operator.coherence(1);
      expect(coherence).toMatchObject({ findings: 0, tagDifferences: [], missingTransactions: [], sumMinor: 0 });
      for (const { client } of tills) {
        const path = `/transactions?editionId=1&assignmentId=${client.assignmentId}&limit=500`;
        const { transactions } = await operator.read(transactionsAnswerSchema, path);
        const open = transactions.filter(({ state }) => state !== 'Committed' && state !== 'Aborted');
        expect(open).toEqual([]);
      }
    }),
    { numRuns: 20, endOnFailure: true },
  );
});
