// Goal: ingest rule 2: a journal that the backend called forked comes in as evidence: nothing is booked by it, everything that was
// not received is listed once, and an operator books what has happened.
// Method: a till whose disk was restored forks its journal; the old branch is imported, twice, in pieces and broken.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transitionLogAnswerSchema } from '../../contract/wire/operator.ts';
import { startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import type { TestJournal } from '../../testing/backend/journal.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { purchase, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';
import type { RunningBackend } from '../main.ts';

let server: TestServer;
let backend: RunningBackend;
let operator: OperatorClient;
beforeAll(async () => {
  server = await startTestServer();
  backend = await startTestBackend(await server.newDatabase());
  operator = await logIn(backend.address);
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

const uid = '04F00000000001';

test('the other branch of a fork is listed, settled with a booking, and never brought in twice', async () => {
  const till = await enrolTill(backend.address);
  const { editionId } = till;
  till.journal.append('transaction', topUp({ number: 1, uid }, 50_00, 0));
  await till.send();
  const lost = till.journal.fork();
  // The branch that the backend has; then the disk of before is found again, with a sale that nobody received.
  till.journal.append('transaction', purchase({ number: 2, uid, before: 50_00 }, 5_50));
  await till.send(2, 2);
  lost.append('transaction', purchase({ number: 2, uid, before: 50_00 }, 7_00));
  lost.append('shift', { shiftId: 's', event: 'opened', cashierId: 'anna', countedCashMinor: 0, unknownCashMinor: 0 });
  lost.append('transaction', purchase({ number: 3, uid, before: 43_00 }, 3_00));
  const before = await operator.balances(editionId);
  const send = (journal: TestJournal, first: number, last: number) =>
    operator.post(`/assignments/${till.assignmentId}/journal-imports`, {
      entries: journal.entries.slice(first - 1, last),
    });
  expect(await send(lost, 1, 2)).toEqual({ status: 200, body: { known: 1, imported: 1, listed: 1 } });
  expect(await send(lost, 3, 4)).toEqual({ status: 200, body: { known: 0, imported: 2, listed: 1 } });
  expect(await send(lost, 1, 4)).toEqual({ status: 200, body: { known: 4, imported: 0, listed: 0 } });
  expect(await send(till.journal, 1, 2)).toEqual({ status: 200, body: { known: 2, imported: 0, listed: 0 } });
  expect(await operator.balances(editionId)).toEqual(before);
  expect(await till.seal()).toEqual(till.journal.seal);
  const open = `/transition-log?editionId=${editionId}&unresolved=true`;
  const { rows } = await operator.read(transitionLogAnswerSchema, open);
  expect(
    rows.map(({ code, terminalTransactionNumber, fromState, toState, uid: of }) => [
      code,
      terminalTransactionNumber,
      fromState,
      toState,
      of,
    ]),
  ).toEqual([
    ['JOURNAL_IMPORTED', 3, null, 'Committed', uid],
    ['JOURNAL_IMPORTED', 2, 'Committed', 'Committed', uid],
  ]);
  const items = [{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor: 3_00 }];
  const booking = { editionId, resolution: 'booking', type: 'Purchase', uid, note: 'the receipt is there', items };
  expect((await operator.post(`/transition-log/${rows[0]?.id}/resolution`, booking)).status).toBe(200);
  expect((await operator.balances(editionId)).get('merchant:bar')).toBe((before.get('merchant:bar') ?? 0) + 3_00);
});

test('a piece whose chain does not hold, of another journal, or of nobody is refused and nothing of it is kept', async () => {
  const till = await enrolTill(backend.address);
  const other = await enrolTill(backend.address);
  till.journal.append('transaction', topUp({ number: 1, uid: '04F00000000002' }, 50_00, 0));
  till.journal.append('transaction', purchase({ number: 2, uid: '04F00000000002', before: 50_00 }, 5_50));
  const [first, second] = till.journal.entries;
  const post = (assignmentId: number, entries: unknown[]) =>
    operator.post(`/assignments/${assignmentId}/journal-imports`, { entries });
  const spoilt = { ...second, at: '2026-07-04T20:15:03.121Z' };
  for (const entries of [
    [first, spoilt],
    [second, first],
    [first, first],
  ])
    expect(await post(till.assignmentId, entries)).toMatchObject({ status: 409, body: { code: 'CHAIN_BROKEN' } });
  expect(await post(other.assignmentId, [first, second])).toMatchObject({ status: 409 });
  expect(await post(4_000_000, [first])).toMatchObject({ status: 404 });
  expect(await post(till.assignmentId, [])).toMatchObject({ status: 400 });
  expect(await post(till.assignmentId, [first, second])).toMatchObject({ body: { imported: 2, listed: 2 } });
});
