/**
 * Goal: everything a festival's till books besides sales and top-ups is on the tag, in the till and in the books, to the
 * last cent: a sale confirmed with a second tap, goods taken back, a deposit paid out, money given by the operator that
 * reaches the tag at a tap, a block and its end, a refund in cash and one that was taken back (R5, R6, Q15, Q20, Q51).
 * Method: the real programs of `out/` with the real PC/SC service and an emulated tag, one after the other on one tag; the
 * tag is read by the witness, the books through the operator's API.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn, type OperatorClient } from './backend/operator-client.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { witnessTag } from './klink/tag-witness.ts';
import { enrolTill, succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

const uid = '04A1B2C3D4E5F6';
let backend: DemoBackend;
let operator: OperatorClient;
let reader: VirtualReader;
let tag: VirtualTag;
let till: TillOnReader;
let edition: { readonly id: number; readonly keyHex: string };

beforeAll(async () => {
  [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
  operator = await logIn(backend.address);
  tag = await reader.makeTag({ uid });
  await reader.insert(tag);
  till = await enrolTill(backend.address, reader);
  const witness = await backend.enrolWitness('DEMO-FEST');
  edition = { id: witness.edition.id, keyHex: witness.edition.keySets.at(-1)?.keyHex ?? '' };
  succeeded(await till.run('issue'));
  succeeded(await till.run('topup', '--amount', '100.00', '--method', 'cash'));
});

afterAll(async () => {
  till.folder.remove();
  await reader.close();
  await backend.close();
});

async function onTag() {
  return witnessTag(await reader.memory(tag), Buffer.from(uid, 'hex'), Buffer.from(edition.keyHex, 'hex'));
}

/** Everything sent and booked, tag and ledger agreeing; the balances by account. */
async function booked() {
  succeeded(await till.run('replicate', '--until-empty'));
  expect(await backend.coherence(edition.id)).toMatchObject({ findings: 0, sumMinor: 0, unresolvedRejections: 0 });
  return backend.balances(edition.id);
}

test('Q51: a sale with two taps is opened at the first, and written at the second', async () => {
  const sale = till.start('sell', '--two-taps', '--item', 'beer:2', '--item', 'water');
  await sale.step('checkoutStarted', (step) => step.event === 'checkoutStarted');
  expect(await onTag()).toMatchObject({ balanceMinor: 9_500, transactionNumber: 1 });
  await reader.remove();
  await reader.insert(tag);
  expect((await sale.ended).exitCode).toBe(0);
  expect(await onTag()).toMatchObject({ balanceMinor: 9_500 - 1_400, transactionNumber: 2 });
});

test('R5: one of the two beers comes back, and never a third', async () => {
  succeeded(await till.run('chargeback', '--line', '1:1'));
  expect(await onTag()).toMatchObject({ balanceMinor: 9_500 - 1_400 + 550, transactionNumber: 3 });
  const again = await till.run('chargeback', '--sale', '2', '--line', '1:2');
  expect(again.exitCode).toBe(3);
  expect(again.steps.at(-1)?.error?.code).toBe('ALREADY_RETURNED');
  expect(await booked()).toMatchObject({ customer: 8_650, 'merchant:bar': 850 });
});

test('Q20: money the operator gives is in the books at once, and on the tag after one tap', async () => {
  const given = await operator.request('/admin-top-ups', {
    method: 'POST',
    headers: { 'Idempotency-Key': 'for-the-broken-glass' },
    body: JSON.stringify({ uid, amountMinor: 1_350, reason: 'a broken glass', editionId: edition.id }),
  });
  expect([given.status, await given.text()]).toEqual([200, expect.any(String)]);
  succeeded(await till.run('adjust'));
  expect(await onTag()).toMatchObject({ balanceMinor: 10_000, transactionNumber: 4, adjustmentNumber: 1 });
  const again = await till.run('adjust');
  expect([again.exitCode, again.steps.at(-1)?.error?.code]).toEqual([3, 'NO_ADJUSTMENT']);
  expect(await booked()).toMatchObject({ customer: 10_000, 'top-up:admin': -1_350 });
});

test('tag.md, "Writing" 4: a blocked tag buys nothing until the block is lifted', async () => {
  succeeded(await till.run('block'));
  const refused = await till.run('sell', '--item', 'beer');
  expect([refused.exitCode, refused.steps.at(-1)?.error?.code]).toEqual([3, 'TAG_BLOCKED']);
  succeeded(await till.run('block', '--lift'));
  expect(await onTag()).toMatchObject({ balanceMinor: 10_000, transactionNumber: 6, blocked: false });
});

test('R6, money rule 4: a refund whose cash was not handed out goes back; then all of it is paid out', async () => {
  const refund = succeeded(await till.run('refund', '--amount', '40.00'));
  const number = refund.steps.at(-1)?.transaction?.terminalTransactionNumber ?? 0;
  expect(await onTag()).toMatchObject({ balanceMinor: 6_000 });
  succeeded(await till.run('refund', '--reverse', String(number)));
  expect(await onTag()).toMatchObject({ balanceMinor: 10_000 });
  succeeded(await till.run('refund'));
  expect(await onTag()).toMatchObject({ balanceMinor: 0 });
  expect((await till.run('refund')).exitCode).toBe(3);
  const balances = await booked();
  expect(balances['customer']).toBeUndefined();
  expect(balances).toEqual({ 'merchant:bar': 850, fee: 500, 'top-up:admin': -1_350 });
});
