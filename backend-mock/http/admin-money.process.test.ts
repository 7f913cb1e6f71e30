// Goal: money rules 1 to 4 as an operator carries them out: what a customer owes is written off and no more, a tag is brought
// to the ledger and never past it, a till that never comes back is settled and believed again when it does, cash without an
// owner is booked once; and goods that come back are paid by their merchant.
// Method: an operator and tills on a real PostgreSQL, seen from outside; every edition ends with accounts that sum to zero.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  adminAdjustmentAnswerSchema,
  overdrawnAnswerSchema,
  unreturnedCashAnswerSchema,
} from '../../contract/wire/admin-money.ts';
import { adminTopUpAnswerSchema } from '../../contract/wire/admin-tags.ts';
import {
  transactionDetailSchema,
  transactionsAnswerSchema,
  transitionLogAnswerSchema,
} from '../../contract/wire/operator.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, snapshot, tagAdjustment, topUp } from '../../testing/backend/payloads.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
});
afterEach(async () => {
  expect(await operator.coherence(editionId)).toMatchObject({ sumMinor: 0, balanceDifferences: [] });
});
afterAll(() => backend.close());

const editionId = 1;
const newTagUid = uidsFrom('04AD');
let keys = 0;

/** A till and a tag with 50.00 on it. */
async function newTag(): Promise<{ till: TillClient; uid: string }> {
  const uid = newTagUid();
  const till = await enrolTill(backend.address);
  await send(till, 'transaction', topUp({ number: 1, uid }, 50_00, 0));
  return { till, uid };
}

async function send(till: TillClient, kind: 'transaction' | 'tagSnapshot', payload: unknown, outcome = 'accepted') {
  till.journal.append(kind, payload);
  const at = till.journal.entries.length;
  const reply = await till.send(at, at);
  expect(reply.answer?.results).toMatchObject([{ outcome }]);
  return reply.answer?.results[0];
}

async function look(till: TillClient, uid: string) {
  return tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());
}

async function money(path: string, body: object, key?: string) {
  keys += 1;
  const response = await operator.request(path, {
    method: 'POST',
    headers: { 'Idempotency-Key': key ?? `money-key-${keys}` },
    body: JSON.stringify({ editionId, reason: 'as agreed', ...body }),
  });
  return { status: response.status, hit: response.headers.get('Idempotency-Hit'), body: await response.json() };
}

const differencesOf = async (uid: string) =>
  (await operator.coherence(editionId)).tagDifferences.filter((difference) => difference.uid === uid);
const balanceOf = async (account: string) => (await operator.balances(editionId)).get(account) ?? 0;

async function transactionOf(till: TillClient, number: number): Promise<number> {
  const { transactions } = await operator.read(
    transactionsAnswerSchema,
    `/transactions?editionId=${editionId}&assignmentId=${till.assignmentId}`,
  );
  const found = transactions.find(({ terminalTransactionNumber }) => terminalTransactionNumber === number);
  if (found === undefined) throw new Error(`there is no transaction ${number}`);
  return found.backendTransactionId;
}

async function settle(id: number, body: object) {
  return operator.post(`/transactions/${id}/resolution`, { editionId, note: 'the till burnt', ...body });
}

describe('R5, R14: a chargeback by an operator', () => {
  test('is paid by the merchant, reaches the tag as an adjustment, and is done once for its key', async () => {
    const { till, uid } = await newTag();
    await send(till, 'transaction', purchase({ number: 2, uid, before: 50_00 }, 8_00));
    const bar = await balanceOf('merchant:bar');
    const answers = await Promise.all(
      [1, 2, 3].map(() => money('/chargebacks', { uid, amountMinor: 3_00, merchantId: 'bar' }, `back-${uid}`)),
    );
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(answers.filter(({ hit }) => hit === 'true')).toHaveLength(2);
    const { adjustmentNumber, backendTransactionId } = adminTopUpAnswerSchema.parse(answers[0]?.body);
    expect(adjustmentNumber).toBe(1);
    expect(await balanceOf('merchant:bar')).toBe(bar - 3_00);
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 45_00, pendingAdjustments: [{ amountMinor: 3_00 }] });
    const detail = await operator.read(
      transactionDetailSchema,
      `/transactions/${backendTransactionId}?editionId=${editionId}`,
    );
    expect(detail.postings).toMatchObject([{ kind: 'chargeback', credit: 'merchant:bar', amountMinor: 3_00 }]);
    expect(detail.transaction).toMatchObject({ type: 'Chargeback', state: 'Committed' });
    expect(await money('/chargebacks', { uid, amountMinor: 1, merchantId: 'nobody' })).toMatchObject({ status: 400 });
    expect(await differencesOf(uid)).toEqual([]);
  });
});

describe('money rules 1 and 2: a write-off', () => {
  test('brings a customer from below zero to zero, at the cost of the loss account, and gives nobody money', async () => {
    const { till, uid } = await newTag();
    const clone = await enrolTill(backend.address);
    await send(till, 'transaction', purchase({ number: 2, uid, before: 50_00 }, 45_00));
    await send(clone, 'transaction', purchase({ number: 1, uid, tagNumber: 2, before: 50_00 }, 45_00));
    const before = await look(till, uid);
    expect(before).toMatchObject({ balanceMinor: -40_00, blocked: true });
    const { customers } = await operator.read(overdrawnAnswerSchema, `/overdrawn-customers?editionId=${editionId}`);
    expect(customers.find(({ uids }) => uids.includes(uid))).toMatchObject({ balanceMinor: -40_00 });
    const loss = await balanceOf('loss');
    expect(await money('/write-offs', { uid, amountMinor: 40_01 })).toMatchObject({ status: 400 });
    expect(await money('/write-offs', { uid, amountMinor: 40_00 }, `off-${uid}`)).toMatchObject({ status: 200 });
    expect(await money('/write-offs', { uid, amountMinor: 40_00 }, `off-${uid}`)).toMatchObject({ hit: 'true' });
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 0, pendingAdjustments: [] });
    expect(await balanceOf('loss')).toBe(loss - 40_00);
    expect(await money('/write-offs', { uid, amountMinor: 1 })).toMatchObject({ status: 400 });
    expect(await money('/write-offs', { uid: '04ADFFFFFFFFFF', amountMinor: 1 })).toMatchObject({ status: 404 });
  });
});

describe('money rule 3: a tag is corrected', () => {
  test('towards the ledger and never past it; nothing is booked', async () => {
    const { till, uid } = await newTag();
    // The tag was seen with less than the ledger says: somebody’s write was lost.
    await send(till, 'tagSnapshot', snapshot({ uid, transactionNumber: 5, balanceMinor: 44_00 }));
    const before = await operator.balances(editionId);
    for (const amountMinor of [6_01, -1, 0])
      expect(await money(`/tags/${uid}/adjustments`, { amountMinor })).toMatchObject({ status: 400 });
    const given = await money(`/tags/${uid}/adjustments`, { amountMinor: 6_00 }, `fix-${uid}`);
    expect(adminAdjustmentAnswerSchema.parse(given.body).adjustmentNumber).toBe(1);
    expect(await money(`/tags/${uid}/adjustments`, { amountMinor: 6_00 }, `fix-${uid}`)).toEqual({
      ...given,
      hit: 'true',
    });
    expect(await money(`/tags/${uid}/adjustments`, { amountMinor: 1 })).toMatchObject({ status: 400 });
    expect(await operator.balances(editionId)).toEqual(before);
    expect(await differencesOf(uid)).toEqual([]);
    await send(till, 'transaction', tagAdjustment({ number: 2, uid, tagNumber: 6, before: 44_00 }, 6_00, 1));
    expect(await differencesOf(uid)).toEqual([]);
  });
});

describe('money rule 3: a till that never comes back', () => {
  /** A sale that only a tag has shown, held as Reserve. */
  async function heldSale(amountMinor = 9_00) {
    const { till, uid } = await newTag();
    const gone = await enrolTill(backend.address);
    const line = {
      assignmentId: gone.assignmentId,
      terminalTransactionNumber: 1,
      amountMinor: -amountMinor,
      type: 'Purchase' as const,
    };
    const shown = { uid, transactionNumber: 2, balanceMinor: 50_00 - amountMinor, history: [line, null, null] };
    await send(till, 'tagSnapshot', snapshot(shown));
    return { till, uid, gone, id: await transactionOf(gone, 1) };
  }

  test('its Reserve is committed to the merchant named; Aborted is refused; the tag and the ledger agree', async () => {
    const { till, uid, id } = await heldSale();
    const bar = await balanceOf('merchant:bar');
    expect(await settle(id, { to: 'Aborted' })).toMatchObject({ status: 400 });
    expect(await settle(id, { to: 'Committed', merchantId: 'nobody' })).toMatchObject({ status: 400 });
    expect(await settle(id, { to: 'Committed', merchantId: 'bar' })).toMatchObject({ body: { state: 'Committed' } });
    expect(await balanceOf('merchant:bar')).toBe(bar + 9_00);
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 41_00, availableMinor: 41_00 });
    expect(await differencesOf(uid)).toEqual([]);
    // Q11: asked once more it is told what it is, and nothing is booked again; the other end is refused.
    for (const merchantId of [undefined, 'bar'])
      expect(await settle(id, { to: 'Committed', merchantId })).toMatchObject({ body: { state: 'Committed' } });
    // To another merchant it was not booked, and nobody is told that it was.
    expect(await settle(id, { to: 'Committed', merchantId: 'food' })).toMatchObject({ status: 400 });
    expect(await settle(id, { to: 'Aborted' })).toMatchObject({ status: 400 });
    expect(await balanceOf('merchant:bar')).toBe(bar + 9_00);
  });

  test('where nobody knows who sold, it is unallocated; the till that comes back and says the same is believed, once', async () => {
    const { uid, id, gone } = await heldSale();
    const before = await balanceOf('merchant:unallocated');
    expect(await settle(id, { to: 'Committed' })).toMatchObject({ status: 200 });
    expect(await balanceOf('merchant:unallocated')).toBe(before + 9_00);
    expect(await operator.post('/merchants', { editionId, merchantId: 'unallocated', name: 'x' })).toMatchObject({
      status: 400,
    });
    // It comes back after all: another merchant than booked is for an operator to put right.
    await send(gone, 'transaction', purchase({ number: 1, uid, tagNumber: 2, before: 50_00 }, 9_00), 'rejected');
    const { rows } = await operator.read(
      transitionLogAnswerSchema,
      `/transition-log?editionId=${editionId}&unresolved=true`,
    );
    const row = rows.find(({ assignmentId }) => assignmentId === gone.assignmentId);
    expect(row).toMatchObject({ code: 'CONTENT_CONFLICT' });
    const bar = await balanceOf('merchant:bar');
    const items = [
      { kind: 'purchase-return', debit: 'customer', credit: 'merchant:unallocated', amountMinor: 9_00 },
      { kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor: 9_00 },
    ];
    const moved = { editionId, resolution: 'booking', type: 'Purchase', uid, note: 'it was the bar', items };
    expect(await operator.post(`/transition-log/${row?.id}/resolution`, moved)).toMatchObject({ status: 200 });
    expect(await balanceOf('merchant:bar')).toBe(bar + 9_00);
    expect(await balanceOf('merchant:unallocated')).toBe(before);
  });

  test('a till that comes back and says what was booked is taken, with its goods, and nothing is booked again', async () => {
    const { uid, id, gone } = await heldSale(11_00);
    await settle(id, { to: 'Committed', merchantId: 'bar' });
    const before = await operator.balances(editionId);
    const beer = { kind: 'purchase' as const, debit: 'merchant:bar', credit: 'customer' };
    const goods = [
      { ...beer, amountMinor: 5_50, productId: 'beer', name: 'Beer', quantity: 1 },
      { ...beer, amountMinor: 5_50, productId: 'wine', name: 'Wine', quantity: 1 },
    ];
    const sale = purchase({ number: 1, uid, tagNumber: 2, before: 50_00 }, 11_00, { items: goods });
    expect(await send(gone, 'transaction', sale)).toMatchObject({ state: 'Committed' });
    expect(await operator.balances(editionId)).toEqual(before);
    expect(await operator.coherence(editionId)).toMatchObject({ sumMinor: 0 });
  });

  test('Q9: TerminalConfirmUnknown ends either way; the till learns it; a till that says Aborted of Committed is logged', async () => {
    const { till, uid } = await newTag();
    const unsure = (number: number) =>
      purchase({ number, uid, before: 50_00, tagNumber: 2 }, 8_00, { state: 'TerminalConfirmUnknown' });
    await send(till, 'transaction', unsure(2));
    await send(till, 'transaction', unsure(3));
    const bar = await balanceOf('merchant:bar');
    await settle(await transactionOf(till, 2), { to: 'Committed' });
    await settle(await transactionOf(till, 3), { to: 'Aborted' });
    expect(await balanceOf('merchant:bar')).toBe(bar + 8_00);
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 42_00 });
    const again = { stateVersion: 4 };
    expect(await send(till, 'transaction', { ...unsure(2), ...again })).toMatchObject({ state: 'Committed' });
    expect(await send(till, 'transaction', { ...unsure(3), ...again })).toMatchObject({ state: 'Aborted' });
    const ended = purchase({ number: 3, uid, before: 50_00, tagNumber: 2 }, 8_00, {
      state: 'Aborted',
      stateVersion: 5,
    });
    const unchanged = { ...ended, tag: { ...ended.tag, balanceAfterMinor: 50_00 } };
    expect(await send(till, 'transaction', unchanged)).toMatchObject({ state: 'Aborted' });
    await send(till, 'transaction', { ...unchanged, terminalTransactionNumber: 2 }, 'rejected');
    expect(await balanceOf('merchant:bar')).toBe(bar + 8_00);
  });

  test('what has its end already, and what is not there, is refused', async () => {
    const { till } = await newTag();
    expect(await settle(await transactionOf(till, 1), { to: 'Aborted' })).toMatchObject({ status: 400 });
    expect(await settle(999_999, { to: 'Aborted' })).toMatchObject({ status: 404 });
  });
});

describe('money rule 4: cash of an aborted top-up', () => {
  const unreturned = async (till: TillClient) =>
    (await operator.read(unreturnedCashAnswerSchema, `/unreturned-cash?editionId=${editionId}`)).topUps.filter(
      ({ assignmentId }) => assignmentId === till.assignmentId,
    );

  test('is listed until its till says that it was given back', async () => {
    const { till, uid } = await newTag();
    const aborted = topUp({ number: 2, uid, before: 50_00 }, 20_00, 0, { state: 'Aborted', cashierId: 'anna' });
    const sent = { ...aborted, tag: { ...aborted.tag, balanceAfterMinor: 50_00 }, cashReturned: null };
    await send(till, 'transaction', sent);
    expect(await unreturned(till)).toMatchObject([
      { terminalTransactionNumber: 2, amountMinor: 20_00, cashierId: 'anna', unclaimedByTransactionId: null },
    ]);
    await send(till, 'transaction', { ...sent, stateVersion: 4, cashReturned: true });
    expect(await unreturned(till)).toEqual([]);
    const id = await transactionOf(till, 2);
    expect(await operator.post(`/unreturned-cash/${id}/unclaimed`, { editionId, note: 'x' })).toMatchObject({
      status: 400,
    });
  });

  test('Q11: or booked to nobody’s account, once, however many do it and however often', async () => {
    const { till, uid } = await newTag();
    const aborted = topUp({ number: 2, uid, before: 50_00 }, 20_00, 0, { state: 'Aborted' });
    await send(till, 'transaction', { ...aborted, tag: { ...aborted.tag, balanceAfterMinor: 50_00 } });
    const id = await transactionOf(till, 2);
    const [unclaimed, cash] = [await balanceOf('unclaimed'), await balanceOf('top-up:cash')];
    const deeds = await Promise.all(
      [1, 2, 3].map(() => operator.post(`/unreturned-cash/${id}/unclaimed`, { editionId, note: 'nobody came' })),
    );
    // Q11: the same request is answered again; another one, of what was booked before, is refused.
    expect(deeds.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(new Set(deeds.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    const again = { method: 'POST', body: JSON.stringify({ editionId, note: 'nobody came' }) };
    expect((await operator.request(`/unreturned-cash/${id}/unclaimed`, again)).headers.get('idempotency-hit')).toBe(
      'true',
    );
    const otherwise = { editionId, note: 'a nice evening' };
    expect(await operator.post(`/unreturned-cash/${id}/unclaimed`, otherwise)).toMatchObject({ status: 400 });
    expect(await balanceOf('unclaimed')).toBe(unclaimed + 20_00);
    expect(await balanceOf('top-up:cash')).toBe(cash - 20_00);
    expect((await unreturned(till))[0]?.unclaimedByTransactionId).not.toBeNull();
    expect(await differencesOf(uid)).toEqual([]);
    const sale = await transactionOf(till, 1);
    expect(await operator.post(`/unreturned-cash/${sale}/unclaimed`, { editionId, note: 'x' })).toMatchObject({
      status: 400,
    });
    expect(await operator.post('/unreturned-cash/999999/unclaimed', { editionId, note: 'x' })).toMatchObject({
      status: 404,
    });
  });
});
