// Goal: any number of backend processes on one database keep the books right (architecture.md, "Backend storage").
// Method: three backend processes from the sources on one PostgreSQL. Tills send the same and different batches through
// all of them at once: the same accounts, the same tags, the same assignment.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { purchase, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { type BackendProcess, spawnBackend } from '../../testing/backend/spawn-backend.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let server: TestServer;
let databaseUrl: string;
let backends: BackendProcess[];
let operator: OperatorClient;
beforeAll(async () => {
  server = await startTestServer();
  databaseUrl = await server.newDatabase();
  const dataFolder = join(tmpdir(), 'klink-test-unused');
  // At once on an empty database: one of them migrates and seeds, the others wait for it.
  backends = await Promise.all([0, 1, 2].map(() => spawnBackend({ dataFolder, databaseUrl })));
  operator = await logIn(addressOf(0));
});
afterAll(async () => {
  const exitCodes = await Promise.all(backends.map((backend) => backend.stop()));
  await server.stop();
  expect(exitCodes).toEqual([0, 0, 0]);
});

function addressOf(index: number): string {
  const backend = backends[index % backends.length];
  if (backend === undefined) throw new Error('there is a backend');
  return backend.address;
}

const send = (till: TillClient, through: number, first: number, last: number) =>
  till.at(addressOf(through)).send(first, last);

async function transactionsOf(till: TillClient): Promise<number> {
  const path = `/transactions?editionId=${till.editionId}&assignmentId=${till.assignmentId}&limit=500`;
  return (await operator.read(transactionsAnswerSchema, path)).transactions.length;
}

test('rule 1: the same batch through three processes at once is booked once, and all three get the same answer', async () => {
  const till = await enrolTill(addressOf(0));
  till.journal.append('transaction', topUp({ number: 1, uid: '04AA0000000001' }, 100_00, 5_00));
  for (let number = 2; number <= 40; number += 1) {
    till.journal.append('transaction', purchase({ number, before: 95_00, uid: '04AA0000000001' }, 1_00));
  }
  const before = await operator.balances(till.editionId);
  const replies = await Promise.all(Array.from({ length: 9 }, (_, index) => send(till, index, 1, 40)));
  expect(replies.map((reply) => reply.status)).toEqual(Array(9).fill(200));
  expect(new Set(replies.map((reply) => reply.text)).size).toBe(1);
  expect(replies.filter((reply) => reply.headers.get('Idempotency-Hit') === null)).toHaveLength(1);
  expect(await transactionsOf(till)).toBe(40);
  const after = await operator.balances(till.editionId);
  expect((after.get('merchant:bar') ?? 0) - (before.get('merchant:bar') ?? 0)).toBe(39_00);
});

test('rule 2: overlapping batches of one assignment at once: each entry is accepted exactly once', async () => {
  const till = await enrolTill(addressOf(1));
  for (let number = 1; number <= 30; number += 1) {
    till.journal.append('transaction', topUp({ number, uid: '04AA0000000002' }, 10_00, 0));
  }
  // Every range starts at 1, so that none can be ahead of another by a gap.
  const replies = await Promise.all([10, 20, 30, 15, 25, 5].map((last, index) => send(till, index, 1, last)));
  const accepted = replies.flatMap(
    (reply) => reply.answer?.results.filter((result) => result.outcome === 'accepted') ?? [],
  );
  expect(accepted.map((result) => result.seq).sort((one, other) => one - other)).toEqual(
    Array.from({ length: 30 }, (_, index) => index + 1),
  );
  expect(await till.seal()).toEqual(till.journal.seal);
  expect(await transactionsOf(till)).toBe(30);
});

test('many tills, shared tags and merchants, opposite orders: no deadlock reaches a till, every sum is right', async () => {
  const before = await operator.balances(1);
  const tills = await Promise.all(Array.from({ length: 12 }, (_, index) => enrolTill(addressOf(index))));
  const uids = Array.from(
    { length: 8 },
    (_, index) => `04BB00000000${index.toString(16).toUpperCase().padStart(2, '0')}`,
  );
  for (const [place, till] of tills.entries()) {
    const mine = place % 2 === 0 ? uids : [...uids].reverse();
    for (let round = 0; round < 10; round += 1) {
      for (const [index, uid] of mine.entries()) {
        const number = round * mine.length + index + 1;
        const tagNumber = place * 1_000 + number;
        till.journal.append(
          'transaction',
          round % 2 === 0 ? topUp({ number, uid, tagNumber }, 10_00, 5_00) : purchase({ number, uid, tagNumber }, 2_50),
        );
      }
    }
    till.journal.append('tagSnapshot', snapshot({ uid: mine[0] ?? '04BB0000000000', transactionNumber: 1 }));
  }
  const all = tills.map(async (till, place) => {
    const statuses: number[] = [];
    for (let first = 1; first <= 81; first += 20) {
      const last = Math.min(first + 19, 81);
      const [one, other] = await Promise.all([send(till, place, first, last), send(till, place + 1, first, last)]);
      statuses.push(one.status, other.status);
    }
    return statuses;
  });
  expect(new Set((await Promise.all(all)).flat())).toEqual(new Set([200]));
  const after = await operator.balances(1);
  const change = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
  expect(change('top-up:cash')).toBe(-12 * 40 * 10_00);
  expect(change('fee')).toBe(12 * 40 * 5_00);
  expect(change('merchant:bar')).toBe(12 * 40 * 2_50);
  const coherence = await operator.coherence(1);
  expect(coherence.sumMinor).toBe(0);
  expect(coherence.balanceDifferences).toEqual([]);
  expect(coherence.numberGaps).toEqual([]);
});

test('R19, R24: enrolments through all processes at once get assignment numbers of their own', async () => {
  const tills = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      enrolTill(addressOf(index), index % 2 === 0 ? 'DEMO-FEST' : 'DEMO-CANTEEN'),
    ),
  );
  expect(new Set(tills.map((till) => till.assignmentId)).size).toBe(30);
});

test('a process that is killed in the middle of batches leaves nothing half booked; the others go on', async () => {
  const till = await enrolTill(addressOf(0));
  for (let number = 1; number <= 200; number += 1) {
    till.journal.append('transaction', topUp({ number, uid: '04CC0000000001' }, 10_00, 5_00));
  }
  const victim = backends[2];
  if (victim === undefined) throw new Error('there is a third backend');
  const doomed = Array.from({ length: 20 }, (_, index) => send(till, 2, 1, (index + 1) * 10).catch(() => undefined));
  await Promise.race(doomed);
  await victim.kill();
  await Promise.all(doomed);
  backends[2] = await spawnBackend({ dataFolder: join(tmpdir(), 'klink-test-unused'), databaseUrl });
  const rest = await send(till, 2, 1, 200);
  expect(rest.status).toBe(200);
  expect(await till.at(addressOf(0)).seal()).toEqual(till.journal.seal);
  expect(await transactionsOf(till)).toBe(200);
  const coherence = await operator.coherence(1);
  expect(coherence.sumMinor).toBe(0);
  expect(coherence.balanceDifferences).toEqual([]);
});
