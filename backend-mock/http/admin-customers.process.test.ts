// Goal: an operator finds a customer by any of their tags with everything that happened, and one more tag opens an account only
// where that is safe; who eats in a canteen is told to its tills.
// Method: tills and an operator on a real PostgreSQL, over HTTP.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { customerDetailSchema, tagDetailSchema, tagHistoryAnswerSchema } from '../../contract/wire/admin-customers.ts';
import { memberCreatedSchema, membersAnswerSchema } from '../../contract/wire/admin-members.ts';
import { auditAnswerSchema } from '../../contract/wire/audit.ts';
import { transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
let now = new Date('2026-07-04T12:00:00Z');
beforeAll(async () => {
  backend = await startOwnBackend({ clock: { now: () => now } });
  operator = await logIn(backend.address);
});
afterAll(() => backend.close());

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

test('members: who eats, with their tag, allergies and free meal; what is said later counts at the next tap; nobody else’s tag', async () => {
  const till = await enrolTill(backend.address, 'DEMO-CANTEEN');
  const { editionId } = till;
  const [uid, other] = ['04C00000000021', '04C00000000022'];
  const facts = { displayName: 'Mia Keller', className: '4B', misId: 'A-1', allergens: ['milk'] };
  const made = await operator.post('/members', { editionId, memberType: 'pupil', ...facts });
  expect(made).toMatchObject({ status: 201, body: { memberId: expect.any(String), customerId: expect.any(Number) } });
  const { memberId } = memberCreatedSchema.parse(made.body);
  const give = (tag: string, of = memberId, body: object = {}) =>
    operator.post(`/members/${of}/tags`, { editionId, uid: tag, ...body });
  expect(await give(uid)).toMatchObject({ status: 200, body: { memberId, tagUids: [uid], dailyLimitMinor: null } });
  const entitle = (body: object) => operator.post(`/members/${memberId}/credit-purses`, { editionId, ...body });
  const credit = { title: 'Free School Meals', amountMinor: 250, creditApply: '30 9 * * 1-5', expiryDurationDays: 1 };
  expect(await entitle({ ...credit, creditApply: '0 9,12 * * *' })).toMatchObject({ status: 400 });
  expect(await entitle({ ...credit, firstCreditMinor: 250 })).toMatchObject({ status: 201 });
  const asked = async () => tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());
  expect(await asked()).toMatchObject({
    creditMinor: 250,
    member: { displayName: 'Mia Keller', allergens: ['milk'], dailyLimit: null, credits: [{ availableMinor: 250 }] },
  });

  const change = (of: string, body: object) =>
    operator.request(`/members/${of}`, { method: 'PATCH', body: JSON.stringify({ editionId, ...body }) });
  expect((await change(memberId, { dailyLimitMinor: 600, allergens: ['nuts', 'milk'] })).status).toBe(200);
  expect((await asked()).member).toMatchObject({
    ...{ className: '4B', allergens: ['nuts', 'milk'], dailyLimit: { limitMinor: 600, spentMinor: 0 } },
  });
  const { members } = await operator.read(membersAnswerSchema, `/members?editionId=${editionId}&limit=500`);
  expect(members.filter((row) => row.memberId === memberId)).toMatchObject([{ misId: 'A-1', tagUids: [uid] }]);

  await send(till, 'transaction', topUp({ number: 1, uid: other, currency: 'GBP' }, 20_00, 0));
  expect(await give(other)).toMatchObject({ status: 409, body: { code: 'TAG_IN_USE' } });
  expect(await give('04C00000000023', 'nobody')).toMatchObject({ status: 404 });
  expect((await change('nobody', {})).status).toBe(404);
  expect(await operator.post('/members', { ...facts, editionId: 1, memberType: 'pupil' })).toMatchObject({
    status: 400,
  });
  // Everybody who may read what was done need not know what a child may not eat.
  const log = await operator.read(auditAnswerSchema, '/audit?limit=50');
  const rows = log.rows.filter(({ action }) => action === 'member changed');
  expect(rows).toMatchObject([{ detail: { memberId, changed: ['allergens', 'dailyLimitMinor'] } }]);
});
