/**
 * Goal: what a card pays is on the tag and in the books once, or given back, also when the till is killed while it pays or
 * after it has paid (Q13, R12, R13, requirements.md 3.2 rows 1–2, 3.4 "Card top-up at terminal").
 * Method: the real programs of `out/` with the real PC/SC service, an emulated tag and the real backend with its provider's
 * simulator; one story on one tag. The tag is read by the witness, the books through the operator's API.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { childRunning } from './klink/child-processes.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import type { KlinkRun, RunningKlink } from './klink/run-klink.ts';
import { witnessTag } from './klink/tag-witness.ts';
import { enrolTill, succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

const uid = '04A1B2C3D4E5F6';
let backend: DemoBackend;
let reader: VirtualReader;
let tag: VirtualTag;
let till: TillOnReader;
let edition: { readonly id: number; readonly keyHex: string };

beforeAll(async () => {
  [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
  tag = await reader.makeTag({ uid });
  await reader.insert(tag);
  till = await enrolTill(backend.address, reader);
  const witness = await backend.enrolWitness('DEMO-FEST');
  edition = { id: witness.edition.id, keyHex: witness.edition.keySets.at(-1)?.keyHex ?? '' };
  succeeded(await till.run('issue'));
});

afterAll(async () => {
  till.folder.remove();
  await reader.close();
  await backend.close();
});

const card = ['--method', 'card', '--timeout', '30'] as const;

async function balanceOnTag(): Promise<number | undefined> {
  const memory = await reader.memory(tag);
  return witnessTag(memory, Buffer.from(uid, 'hex'), Buffer.from(edition.keyHex, 'hex'))?.balanceMinor;
}

/** Everything sent and booked, tag and ledger agreeing; the balances by account. */
async function booked() {
  succeeded(await till.run('replicate', '--until-empty'));
  expect(await backend.coherence(edition.id)).toMatchObject({ findings: 0, sumMinor: 0, unresolvedRejections: 0 });
  return backend.balances(edition.id);
}

const codeOf = ({ steps }: KlinkRun) => steps.at(-1)?.error?.code;
const paymentIs = (run: RunningKlink, status: string) =>
  run.step(`a payment that is ${status}`, ({ details }) => details?.['paymentStatus'] === status);

/** Kills the till host itself; nothing of it is ended in order. */
async function kill(run: RunningKlink): Promise<void> {
  const host = childRunning(run.pid, 'till-host');
  if (host === null) throw new Error('there is no till host');
  process.kill(host, 'SIGKILL');
  await run.ended;
}

test('R9, R10: 100.00 by card with a fee of 5.00 is 95.00 on the tag, and in the books', async () => {
  const paid = succeeded(await till.run('topup', '--amount', '100.00', ...card));
  expect(paid.steps.at(-1)).toMatchObject({ event: 'transactionCommitted', tag: { balanceMinor: 9_500 } });
  expect(await balanceOnTag()).toBe(9_500);
  expect(await booked()).toEqual({ customer: 9_500, fee: 500, 'top-up:card': -10_000 });
});

test('01: declined, and the tag is as it was', async () => {
  const memory = await reader.memory(tag);
  const declined = await till.run('topup', '--amount', '20.01', ...card);
  expect([declined.exitCode, codeOf(declined)]).toEqual([3, 'PAYMENT_DECLINED']);
  expect(await reader.memory(tag)).toEqual(memory);
  expect(await booked()).toMatchObject({ customer: 9_500, 'top-up:card': -10_000 });
});

describe('killed', () => {
  test('03: while the card is asked: after the restart it is asked again, charged once, and finished by the same tag', async () => {
    const paying = till.start('topup', '--amount', '30.03', ...card);
    await paymentIs(paying, 'pending');
    await kill(paying);
    expect(await balanceOnTag()).toBe(9_500);
    const other = await till.run('topup', '--amount', '10.00', ...card);
    expect([other.exitCode, codeOf(other)]).toEqual([4, 'PAYMENT_OPEN']);
    succeeded(await till.run('payments', '--finish', '--timeout', '30'));
    expect(await balanceOnTag()).toBe(9_500 + 2_503);
    expect(await booked()).toEqual({ customer: 12_003, fee: 1_000, 'top-up:card': -13_003 });
  });

  test('after it has paid, with the tag gone: it stays paid and waits for its tag', async () => {
    const paying = till.start('topup', '--amount', '20.00', ...card);
    await paymentIs(paying, 'pending');
    await reader.remove();
    await paymentIs(paying, 'approved');
    await kill(paying);
    const open = await till.run('payments');
    expect(open.exitCode).toBe(4);
    expect(open.steps.find(({ event }) => event === 'payments')).toMatchObject({
      details: { open: { status: 'approved', amountMinor: 2_000, uid } },
    });
    await reader.insert(tag);
    succeeded(await till.run('payments', '--finish'));
    expect(await balanceOnTag()).toBe(12_003 + 1_500);
    expect(await booked()).toEqual({ customer: 13_503, fee: 1_500, 'top-up:card': -15_003 });
  });

  test('after it has paid, and nobody comes back: the card gets its money back', async () => {
    const paying = till.start('topup', '--amount', '40.00', ...card);
    await paymentIs(paying, 'pending');
    await reader.remove();
    await paymentIs(paying, 'approved');
    await kill(paying);
    const voided = succeeded(await till.run('payments', '--void'));
    expect(voided.steps.at(-1)).toMatchObject({ event: 'transactionAborted', error: { code: 'PAYMENT_VOIDED' } });
    await reader.insert(tag);
    expect(await booked()).toEqual({ customer: 13_503, fee: 1_500, 'top-up:card': -15_003 });
  });
});

test('R12, R13: 150.00 with 135.03 on the tag: the card pays 14.97 and the fee, then the tag pays all of it', async () => {
  const sold = succeeded(await till.run('sell', '--amount', '150.00', '--open-loop', '--timeout', '30'));
  expect(
    sold.steps.flatMap(({ event, transaction }) =>
      event === 'transactionCommitted' && transaction ? [`${transaction.type} ${transaction.amountMinor}`] : [],
    ),
  ).toEqual(['TopUp 1997', 'Purchase 15000']);
  expect(await balanceOnTag()).toBe(0);
  const balances = await booked();
  expect(balances).toEqual({ 'merchant:bar': 15_000, fee: 2_000, 'top-up:card': -17_000 });
});

test('02: no answer for ever: left open, sales go on, nothing is safe to pack, and the open payment is not lost', async () => {
  const left = await till.run('topup', '--amount', '50.02', '--method', 'card', '--timeout', '2');
  expect([left.exitCode, codeOf(left)]).toEqual([4, 'PAYMENT_OPEN']);
  succeeded(await till.run('topup', '--amount', '10.00'));
  expect(await balanceOnTag()).toBe(500);
  const replicated = succeeded(await till.run('replicate', '--until-empty'));
  expect(replicated.steps.at(-1)).toMatchObject({ details: { unsentCount: 0, sealed: false } });
  const voiding = await till.run('payments', '--void', '--timeout', '2');
  expect([voiding.exitCode, codeOf(voiding)]).toEqual([4, 'PAYMENT_OPEN']);
  // The report names the one number that has not come to an end, and nothing else.
  expect(await backend.coherence(edition.id)).toMatchObject({
    ...{ findings: 1, sumMinor: 0, tagDifferences: [], balanceDifferences: [] },
    numberGaps: [{ missing: [left.steps.at(-1)?.transaction?.terminalTransactionNumber] }],
  });
});
