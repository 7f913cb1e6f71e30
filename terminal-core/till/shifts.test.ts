/**
 * Goal: a shift's drawer can be counted blindly, its figures are right to the cent, unknown cash is kept apart, Z numbers
 * have no gap, and what is closed stays closed (INV-10).
 * Method: whole tills in this process that sell, top up, refund and tear tags; reports against amounts added by hand.
 */
import { describe, expect, test } from 'vitest';
import { closedShiftSchema, shiftReportSchema } from '../../contract/ipc/shift.ts';
import { issue, lookAtBalance, sell, startSale, tillsOfTest, topUp, withTag } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { pins, staffed } from '../../testing/till/staff.ts';

const tills = tillsOfTest();
const first = { firstTagOnly: true } as const;
const faultOf = (code: string) => ({ ok: false, fault: { code } });

async function opened(pin: string = pins.anna): Promise<InProcessTill> {
  const till = tills.open({ configuration: staffed });
  await till.till.operations.login({ pin });
  await till.till.operations.openShift({ floatMinor: 10_000 });
  await issue(till);
  return till;
}

async function close(till: InProcessTill, countedCashMinor: number) {
  const closed = await till.till.operations.closeShift({ countedCashMinor });
  if (!closed.ok) throw new Error(closed.fault.code);
  return closedShiftSchema.parse(closed.value);
}

async function report(till: InProcessTill) {
  const reported = await till.till.operations.shiftReport({});
  if (!reported.ok) throw new Error(reported.fault.code);
  return shiftReportSchema.parse(reported.value);
}

/** A top-up whose tag left while it was written and did not come back. */
async function tornTopUp(till: InProcessTill, amountMinor: number): Promise<void> {
  const ended = till.till.operations.topUp({ ...first, amountMinor, method: 'cash' });
  await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 3, point: 'during' });
  await till.pass(60_000);
  expect(await ended).toMatchObject({ value: { result: 'unknown' } });
}

describe('closing', () => {
  test('tells what should have been in the drawer only after the count', async () => {
    const till = await opened();
    await topUp(till, 5_000);
    await topUp(till, 2_000);
    await sell(till, 1_200);
    await till.till.operations.approve({ pin: pins.sue });
    await withTag(till, 0, till.till.operations.refund({ ...first, amountMinor: 1_000 }));
    await till.till.operations.approve({ pin: pins.sue });
    await withTag(till, 0, till.till.operations.chargeback({ ...first, terminalTransactionNumber: null, lines: null }));
    expect(await report(till)).toMatchObject({ sales: { count: 1, amountMinor: 1_200 }, cash: null });
    expect(await close(till, 15_950)).toMatchObject({
      shiftId: '41-1',
      zNumber: 1,
      sales: { count: 1, amountMinor: 1_200 },
      chargebacks: { count: 1, amountMinor: 1_200 },
      cash: { floatMinor: 10_000, topUpsMinor: 7_000, refundsMinor: 1_000, expectedMinor: 16_000, unknownMinor: 0 },
      countedCashMinor: 15_950,
      differenceMinor: -50,
      closedBy: 'anna',
    });
    expect(till.view.shift).toBeNull();
  });

  test('a refund whose cash was not handed out leaves its cash in the drawer', async () => {
    const till = await opened(pins.sue);
    await topUp(till, 5_000);
    await withTag(till, 0, till.till.operations.refund({ ...first, amountMinor: 1_000 }));
    await withTag(till, 0, till.till.operations.reverseRefund({ ...first, terminalTransactionNumber: 2 }));
    expect((await close(till, 15_000)).cash).toMatchObject({
      refundsMinor: 1_000,
      reversalsMinor: 1_000,
      expectedMinor: 15_000,
    });
  });

  test('cash of a transaction nobody knows the outcome of is on a line of its own, and stays there', async () => {
    const till = await opened();
    await tornTopUp(till, 4_000);
    const closed = await close(till, 14_000);
    expect(closed).toMatchObject({
      unknownCount: 1,
      cash: { expectedMinor: 10_000, unknownMinor: 4_000 },
      differenceMinor: 4_000,
    });
    const before = till.database.prepare('SELECT * FROM shift').all();
    // The tag says next morning that it was written, or was not: the Z report is what it was.
    await lookAtBalance(till);
    expect(till.store.counts().unknownCount).toBe(0);
    expect(till.database.prepare('SELECT * FROM shift').all()).toEqual(before);
  });

  test('is journalled with the count, its Z number has no gap, also over a restart', async () => {
    let till = await opened();
    await close(till, 10_000);
    await till.till.operations.openShift({ floatMinor: 500 });
    till = tills.reopen(till);
    await till.till.operations.login({ pin: pins.bert });
    expect(await close(till, 500)).toMatchObject({ zNumber: 2, shiftId: '41-2', cashierId: 'anna', closedBy: 'bert' });
    const told = [...till.journal.lines()].map((line): unknown => JSON.parse(line));
    expect(told).toMatchObject([
      { kind: 'shift', payload: { event: 'opened', shiftId: '41-1', countedCashMinor: 10_000 } },
      { kind: 'tagEvent' },
      { kind: 'shift', payload: { event: 'closed', zNumber: 1, countedCashMinor: 10_000, unknownCashMinor: 0 } },
      { kind: 'shift', payload: { event: 'opened', shiftId: '41-2', cashierId: 'anna' } },
      { kind: 'shift', payload: { event: 'closed', shiftId: '41-2', cashierId: 'bert', zNumber: 2 } },
    ]);
  });

  test('waits for the tag that is being waited for', async () => {
    const till = await opened();
    await topUp(till, 5_000);
    const { ended } = await startSale(till, 500);
    expect(await till.till.operations.closeShift({ countedCashMinor: 0 })).toMatchObject(faultOf('BUSY'));
    await till.till.operations.cancel({});
    await ended;
  });

  test('is possible on a till that may sell no more', async () => {
    const till = await opened();
    till.assignments.halt('JOURNAL_FORKED');
    expect(await close(till, 10_000)).toMatchObject({ zNumber: 1, differenceMinor: 0 });
    expect(await till.till.operations.openShift({ floatMinor: 0 })).toMatchObject(faultOf('JOURNAL_FORKED'));
  });
});

test('the X report shows the cash to a supervisor only', async () => {
  const till = await opened();
  await topUp(till, 5_000);
  const first = await report(till);
  expect(first.cash).toBeNull();
  expect(JSON.stringify(first)).not.toContain('15000');
  await till.till.operations.login({ pin: pins.sue });
  expect((await report(till)).cash).toMatchObject({ expectedMinor: 15_000 });
});

test('one shift at a time, and none to report or close when none is open', async () => {
  const till = await opened();
  expect(await till.till.operations.openShift({ floatMinor: 0 })).toMatchObject(faultOf('SHIFT_OPEN'));
  await close(till, 10_000);
  expect(await till.till.operations.shiftReport({})).toMatchObject(faultOf('SHIFT_NOT_OPEN'));
  expect(await till.till.operations.closeShift({ countedCashMinor: 0 })).toMatchObject(faultOf('SHIFT_NOT_OPEN'));
});

test('a till without cashiers has no shifts: they are somebody’s', async () => {
  const till = await tills.charged();
  expect(await till.till.operations.openShift({ floatMinor: 0 })).toMatchObject(faultOf('LOGIN_NEEDED'));
});
