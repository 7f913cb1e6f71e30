// Goal: an operator finds a customer by any of their tags with everything that happened, and one more tag opens an account only
// where that is safe.
// Method: tills and an operator on a real PostgreSQL, over HTTP.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerDetailSchema, tagDetailSchema, tagHistoryAnswerSchema } from '../../contract/wire/admin-customers.ts';
import { transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { purchase, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import type { RunningBackend } from '../main.ts';

let server: TestServer;
let backend: RunningBackend;
let operator: OperatorClient;
let now = new Date('2026-07-04T12:00:00Z');
beforeAll(async () => {
  server = await startTestServer();
  backend = await startTestBackend(await server.newDatabase(), { clock: { now: () => now } });
  operator = await logIn(backend.address);
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

async function send(till: TillClient, kind: 'transaction' | 'tagSnapshot', payload: unknown) {
  till.journal.append(kind, payload);
  const at = till.journal.entries.length;
  expect((await till.send(at, at)).answer?.results).toMatchObject([{ outcome: 'accepted' }]);
}

test('a customer is found by each of their tags, with funds, what is unresolved, and how the tags follow each other', async () => {
  const [lost, found] = ['04C00000000001', '04C00000000002'];
  const till = await enrolTill(backend.address);
  await send(till, 'transaction', topUp({ number: 1, uid: lost }, 50_00, 0));
  const unsure = purchase({ number: 2, uid: lost, before: 50_00 }, 5_00, { state: 'TerminalConfirmUnknown' });
  await send(till, 'transaction', unsure);
  const editionId = till.editionId;
  await operator.post(`/tags/${lost}/replacement`, { editionId, newUid: found, reason: 'lost' });
  await send(till, 'tagSnapshot', snapshot({ uid: found, balanceMinor: 50_00 }));
  const byLost = await operator.read(customerDetailSchema, `/customers?editionId=${editionId}&uid=${lost}`);
  const byFound = await operator.read(customerDetailSchema, `/customers?editionId=${editionId}&uid=${found}`);
  const byNumber = await operator.read(customerDetailSchema, `/customers/${byLost.customerId}?editionId=${editionId}`);
  expect([byFound, byNumber]).toEqual([byLost, byLost]);
  expect(byLost).toMatchObject({ balanceMinor: 50_00, heldMinor: 0, availableMinor: 50_00, unresolved: 1 });
  expect(byLost.tags).toMatchObject([
    { uid: lost, replacedBy: found, blockedReason: `replaced by ${found}` },
    { uid: found, replaces: lost, blockedReason: null, seen: [{ generation: 1, balanceMinor: 50_00 }] },
  ]);
  expect(await operator.read(tagDetailSchema, `/tags/${found}?editionId=${editionId}`)).toEqual(byLost.tags[1]);
  const history = await operator.read(tagHistoryAnswerSchema, `/tags/${lost}/history?editionId=${editionId}`);
  expect(history.transactions.map(({ type, state, states }) => [type, state, states.map(({ to }) => to)])).toEqual([
    ['Purchase', 'TerminalConfirmUnknown', ['TerminalConfirmUnknown']],
    ['TopUp', 'Committed', ['Committed']],
  ]);
  const older = `/tags/${lost}/history?editionId=${editionId}&before=${history.transactions[0]?.backendTransactionId}&limit=1`;
  expect((await operator.read(tagHistoryAnswerSchema, older)).transactions).toHaveLength(1);
  for (const path of ['/customers/999999', '/tags/04C0FFFFFFFFFF'])
    expect((await operator.request(`${path}?editionId=${editionId}`)).status).toBe(404);
  expect((await operator.request(`/customers?editionId=${editionId}&uid=04C0FFFFFFFFFF`)).status).toBe(404);
});

test('transactions are filtered by who made them and when they arrived', async () => {
  const till = await enrolTill(backend.address);
  const uid = '04C00000000003';
  now = new Date('2026-07-05T12:00:00Z');
  operator = await logIn(backend.address);
  await send(till, 'transaction', topUp({ number: 1, uid }, 50_00, 0));
  now = new Date('2026-07-05T13:00:00Z');
  await operator.request('/admin-top-ups', {
    method: 'POST',
    headers: { 'Idempotency-Key': 'a-filtered-one' },
    body: JSON.stringify({ editionId: till.editionId, uid, amountMinor: 1_00, reason: 'x' }),
  });
  const count = async (filter: string) =>
    (await operator.read(transactionsAnswerSchema, `/transactions?editionId=${till.editionId}&uid=${uid}&${filter}`))
      .transactions.length;
  expect(await count('origin=terminal')).toBe(1);
  expect(await count('origin=admin')).toBe(1);
  expect(await count('from=2026-07-05T13:00:00Z')).toBe(1);
  expect(await count('to=2026-07-05T13:00:00Z')).toBe(1);
  expect(await count('from=2026-07-05T12:00:00Z&to=2026-07-05T14:00:00Z')).toBe(2);
  expect(await count('from=2026-07-06T00:00:00Z')).toBe(0);
});

test('account mode: one more tag opens the same account; a used one, a festival’s, and an unknown customer are refused', async () => {
  const till = await enrolTill(backend.address, 'DEMO-CANTEEN');
  const { editionId } = till;
  const [first, second, used] = ['04C00000000011', '04C00000000012', '04C00000000013'];
  for (const [number, uid] of [
    [1, first],
    [2, used],
  ] as const)
    await send(till, 'transaction', topUp({ number, uid, currency: 'GBP' }, 20_00, 0));
  const { customerId } = await operator.read(customerDetailSchema, `/customers?editionId=${editionId}&uid=${first}`);
  const link = (uid: string, body: object = {}) =>
    operator.post(`/tags/${uid}/link`, { editionId, customerId, reason: 'a second badge', ...body });
  expect(await link(second)).toMatchObject({ status: 200, body: { uid: second, customerId } });
  expect(await link(second)).toMatchObject({ status: 200 });
  const lookup = await (await till.request(`/tags/${second}`)).json();
  expect(lookup).toMatchObject({ known: true, balanceMinor: 20_00 });
  expect(await link(used)).toMatchObject({ status: 409, body: { code: 'TAG_IN_USE' } });
  expect(await link('04C00000000014', { customerId: 999_999 })).toMatchObject({ status: 404 });
  expect(await link('04C00000000014', { editionId: 1 })).toMatchObject({ status: 400 });
});
