// Goal: the walking skeleton's books, from enrolment to coherence, over HTTP on a real PostgreSQL.
// Method: one embedded server for the file, a database per test, a till that is nothing but a journal and an uplink.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBackend, startTestServer, type TestServer } from '../testing/backend/backend.ts';
import { logIn } from '../testing/backend/operator-client.ts';
import { purchase, topUp } from '../testing/backend/payloads.ts';
import { enrolTill } from '../testing/backend/till-client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test('R9, R10, R11: top up 100.00 with a fee of 5.00 and sell for 55.00 leaves 40.00, 55.00, 5.00 and -100.00', async () => {
  const backend = await startTestBackend(await server.newDatabase());
  const till = await enrolTill(backend.address);
  till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
  till.journal.append('transaction', purchase({ number: 2, before: 95_00 }, 55_00));
  const first = await till.send();
  expect(first.answer?.results).toEqual([
    { seq: 1, outcome: 'accepted', backendTransactionId: 1, state: 'Committed' },
    { seq: 2, outcome: 'accepted', backendTransactionId: 2, state: 'Committed' },
  ]);
  expect(first.answer?.seal).toEqual(till.journal.seal);
  expect(first.headers.get('Idempotency-Hit')).toBeNull();

  const again = await till.send();
  expect(again.text).toBe(first.text);
  expect(again.headers.get('Idempotency-Hit')).toBe('true');

  const operator = await logIn(backend.address);
  const balances = await operator.balances(till.editionId);
  expect(balances.get('customer:1/default')).toBe(40_00);
  expect(balances.get('merchant:bar')).toBe(55_00);
  expect(balances.get('fee')).toBe(5_00);
  expect(balances.get('top-up:cash')).toBe(-100_00);
  expect(await operator.coherence(till.editionId)).toMatchObject({ sumMinor: 0, findings: 0 });
  expect(await till.seal()).toEqual(till.journal.seal);
  await backend.close();
});
