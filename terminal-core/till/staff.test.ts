/**
 * Goal: where an event has cashiers nobody works at the till without being one, a cashier does what is a supervisor's only
 * with a confirmation that counts once, and PINs can be neither guessed nor found anywhere.
 * Method: whole tills in this process with real scrypt hashes and simulated tags of staff; no network at any time.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { tillSettingsSchema } from '../../contract/settings/till-settings.ts';
import * as canteen from '../../testing/till/canteen.ts';
import { configuration } from '../../testing/till/festival.ts';
import { issue, sell, startSale, tillsOfTest, topUp, withTag } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { settled } from '../../testing/till/manual-time.ts';
import { anna, bert, pinHashOf, pins, staffed, sue } from '../../testing/till/staff.ts';
import { limits } from '../domain/limits.ts';

const tills = tillsOfTest();
const first = { firstTagOnly: true } as const;
const faultOf = (code: string) => ({ ok: false, fault: { code } });
const committed = { ok: true, value: { result: 'committed' } };

async function login(till: InProcessTill, pin: string) {
  return await till.till.operations.login({ pin });
}

/** A till with Anna logged in, a shift open, and a tag of 95.00. */
async function atWork(): Promise<InProcessTill> {
  const till = tills.open({ configuration: staffed });
  expect(await login(till, pins.anna)).toMatchObject({ ok: true });
  expect(await till.till.operations.openShift({ floatMinor: 10_000 })).toMatchObject({ ok: true });
  await issue(till);
  expect(await topUp(till, 10_000)).toMatchObject(committed);
  return till;
}

const refund = (till: InProcessTill) => withTag(till, 0, till.till.operations.refund({ ...first, amountMinor: 1_000 }));

describe('an event without cashiers', () => {
  test('asks nobody for anything', async () => {
    const till = await tills.charged();
    expect(till.view).toMatchObject({ loginNeeded: false, cashier: null, shift: null, training: false });
    expect(await refund(till)).toMatchObject(committed);
    expect(till.store.committed(2)).toMatchObject({ cashierId: null, approvedBy: null, shiftId: null });
  });
});

describe('login', () => {
  test('nothing is sold, topped up, issued or read before it', async () => {
    const till = tills.open({ configuration: staffed });
    const { operations } = till.till;
    await operations.addAmountToCart({ amountMinor: 100 });
    expect(till.view).toMatchObject({ loginNeeded: true, cashier: null });
    for (const refused of [
      operations.sell(first),
      operations.topUp({ ...first, amountMinor: 1_000, method: 'cash' }),
      operations.issue(first),
      operations.balance(first),
      operations.openShift({ floatMinor: 0 }),
      operations.shiftReport({}),
      operations.closeShift({ countedCashMinor: 0 }),
      operations.approve({ pin: pins.sue }),
      operations.approveByTag(first),
    ])
      expect(await refused).toMatchObject(faultOf('LOGIN_NEEDED'));
  });

  test('by PIN, offline: every transaction carries the cashier and the shift', async () => {
    const till = await atWork();
    expect(till.view).toMatchObject({
      loginNeeded: false,
      cashier: { cashierId: 'anna', name: 'Anna', role: 'cashier' },
      shift: { shiftId: '41-1', cashierId: 'anna' },
    });
    expect(await sell(till, 500)).toMatchObject(committed);
    expect(till.store.committed(2)).toMatchObject({ cashierId: 'anna', shiftId: '41-1' });
    const last: unknown = JSON.parse([...till.journal.lines()].at(-1) ?? '');
    expect(last).toMatchObject({ kind: 'transaction', payload: { cashierId: 'anna', shiftId: '41-1' } });
  });

  test('needs an open shift before money moves', async () => {
    const till = tills.open({ configuration: staffed });
    await login(till, pins.anna);
    await issue(till);
    expect(await till.till.operations.topUp({ ...first, amountMinor: 1_000, method: 'cash' })).toMatchObject(
      faultOf('SHIFT_NEEDED'),
    );
  });

  test('of another takes the till over while the shift stays open', async () => {
    const till = await atWork();
    expect(await login(till, pins.bert)).toMatchObject({ value: { cashierId: 'bert' } });
    await sell(till, 500);
    expect(till.store.committed(2)).toMatchObject({ cashierId: 'bert', shiftId: '41-1' });
    expect(await till.till.operations.logout({})).toMatchObject({ ok: true });
    expect(till.view).toMatchObject({ loginNeeded: true, shift: { shiftId: '41-1' } });
  });

  test('is over when the cashier is taken off the configuration, and after a restart', async () => {
    const till = await atWork();
    till.assignments.saveConfiguration('"2"', { ...staffed, cashiers: [bert, sue] }, '2026-07-04T20:15:00.000Z');
    expect(till.till.view()).toMatchObject({ loginNeeded: true, cashier: null });
    const again = tills.reopen(till);
    expect(again.till.view()).toMatchObject({ loginNeeded: true, shift: { shiftId: '41-1' } });
  });

  test('is over when nothing was done for a while, but never in the middle of something', async () => {
    const till = await atWork();
    const { idleLockMs } = tillSettingsSchema.parse({});
    await till.pass(idleLockMs - 1);
    await till.till.operations.addAmountToCart({ amountMinor: 100 });
    await till.pass(idleLockMs - 1);
    expect(till.view.loginNeeded).toBe(false);
    const selling = till.till.operations.sell({ ...first, timeoutMs: 2 * idleLockMs });
    await settled();
    await till.pass(idleLockMs + 1);
    expect(till.view.loginNeeded).toBe(false);
    expect(await withTag(till, 0, selling)).toMatchObject(committed);
    expect(till.store.committed(2)).toMatchObject({ cashierId: 'anna' });
    await till.pass(idleLockMs);
    expect(till.view).toMatchObject({ loginNeeded: true, cashier: null, shift: { shiftId: '41-1' } });
  });

  test('waits while a tag is waited for, so that a transaction is whose it began as', async () => {
    const till = await atWork();
    const { ended } = await startSale(till, 500);
    expect(await login(till, pins.bert)).toMatchObject(faultOf('BUSY'));
    expect(await till.till.operations.logout({})).toMatchObject(faultOf('BUSY'));
    await till.till.operations.cancel({});
    await ended;
  });
});

test('in account mode it is the same: cashier, shift and supervisor', async () => {
  const till = tills.open({
    assignment: canteen.assignment,
    configuration: { ...canteen.configuration, cashiers: [anna, sue] },
  });
  expect(await topUp(till, 1_000)).toMatchObject(faultOf('LOGIN_NEEDED'));
  await login(till, pins.anna);
  expect(await topUp(till, 1_000)).toMatchObject(faultOf('SHIFT_NEEDED'));
  await till.till.operations.openShift({ floatMinor: 0 });
  expect(await topUp(till, 1_000)).toMatchObject(committed);
  expect(till.store.committed(1)).toMatchObject({ cashierId: 'anna', shiftId: '41-1' });
  expect(await till.till.operations.refund({ ...first, amountMinor: 100 })).toMatchObject(faultOf('SUPERVISOR_NEEDED'));
  expect(await till.till.operations.closeShift({ countedCashMinor: 1_000 })).toMatchObject({
    value: { differenceMinor: 0, cash: { topUpsMinor: 1_000 } },
  });
});

describe('PINs', () => {
  test('several with the same: the name decides', async () => {
    const twin = { ...bert, cashierId: 'twin', pinHash: pinHashOf(pins.bert, 'another-salt-16b') };
    const till = tills.open({ configuration: { ...configuration, cashiers: [bert, twin] } });
    expect(await login(till, pins.bert)).toMatchObject(faultOf('PIN_NOT_UNIQUE'));
    expect(await till.till.operations.login({ pin: pins.bert, cashierId: 'twin' })).toMatchObject({
      value: { cashierId: 'twin' },
    });
  });

  test('wrong ones are answered slower each time, within a bound; meanwhile no other is looked at', async () => {
    const till = tills.open({ configuration: staffed });
    for (const delayMs of [1_000, 2_000, 4_000, 8_000, 16_000, limits.pinDelayMaxMs, limits.pinDelayMaxMs]) {
      // The alarm for forgetting it is set first.
      const alarmsBefore = till.time.pendingMs.length;
      const answered = login(till, '0000');
      while (till.time.pendingMs.length < alarmsBefore + 2) await till.time.alarmSet();
      expect(await login(till, pins.anna)).toMatchObject(faultOf('PIN_SLOWED'));
      expect(till.time.pendingMs).toContain(delayMs);
      await till.pass(delayMs);
      expect(await answered).toMatchObject(faultOf('CASHIER_UNKNOWN'));
    }
    expect(await login(till, pins.anna)).toMatchObject({ ok: true });
    await till.pass(limits.pinForgottenMs);
    const answered = login(till, '0000');
    await till.time.alarmSet();
    await settled();
    expect(till.time.pendingMs).toContain(limits.pinDelayMs);
    await till.pass(limits.pinDelayMs);
    expect(await answered).toMatchObject(faultOf('CASHIER_UNKNOWN'));
  });
});

describe('staff tags', () => {
  test('let their owner in, and do not pay for the next customer while they lie there', async () => {
    const till = tills.open({ configuration: staffed });
    const tagUid = till.uid(2);
    till.assignments.saveConfiguration('"2"', { ...staffed, cashiers: [{ ...anna, tagUid }, sue] }, 'x');
    const entered = await withTag(till, 2, till.till.operations.loginByTag(first));
    expect(entered).toMatchObject({
      value: { result: 'done', step: { event: 'staffEntered', details: { cashierId: 'anna' } } },
    });
    expect(till.view).toMatchObject({ cashier: { cashierId: 'anna' }, screen: { screen: 'sale' } });
    const again = till.till.operations.loginByTag(first);
    await till.hand({ kind: 'hold', tagId: till.tagId(2) });
    await again;
    await till.till.operations.openShift({ floatMinor: 0 });
    const { ended } = await startSale(till, 500);
    expect(till.screen).toMatchObject({ screen: 'tap', fault: { code: 'TAG_SERVED' } });
    await till.till.operations.cancel({});
    await ended;
  });

  test('of nobody are refused', async () => {
    const till = tills.open({ configuration: staffed });
    expect(await withTag(till, 0, till.till.operations.loginByTag(first))).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'CASHIER_UNKNOWN' } } },
    });
    expect(till.view.cashier).toBeNull();
  });
});

describe('a supervisor', () => {
  test('is needed for refund, reversal, chargeback, block and unblock', async () => {
    const till = await atWork();
    const { operations } = till.till;
    for (const refused of [
      operations.refund({ ...first, amountMinor: null }),
      operations.reverseRefund({ ...first, terminalTransactionNumber: 1 }),
      operations.chargeback({ ...first, terminalTransactionNumber: null, lines: null }),
      operations.block({ ...first, blocked: true }),
      operations.block({ ...first, blocked: false }),
    ])
      expect(await refused).toMatchObject(faultOf('SUPERVISOR_NEEDED'));
    expect(till.store.counts().lastTerminalTransactionNumber).toBe(1);
  });

  test('confirms one action of a cashier by PIN, and the transaction says who', async () => {
    const till = await atWork();
    expect(await till.till.operations.approve({ pin: pins.sue })).toMatchObject({ value: { cashierId: 'sue' } });
    expect(till.view.approver).toMatchObject({ cashierId: 'sue' });
    // A sale in between needs no confirmation and uses none up.
    expect(await sell(till, 500)).toMatchObject(committed);
    expect(await refund(till)).toMatchObject(committed);
    expect(till.store.committed(3)).toMatchObject({ cashierId: 'anna', approvedBy: 'sue' });
    expect(till.view.approver).toBeNull();
    expect(await refund(till)).toMatchObject(faultOf('SUPERVISOR_NEEDED'));
    const told = [...till.journal.lines()].map((line): unknown => JSON.parse(line));
    expect(told).toContainEqual(
      expect.objectContaining({ payload: expect.objectContaining({ type: 'Refund', approvedBy: 'sue' }) }),
    );
  });

  test('confirms by tag as well', async () => {
    const till = await atWork();
    const cashiers = [anna, { ...sue, tagUid: till.uid(2) }, { ...bert, tagUid: till.uid(1) }];
    till.assignments.saveConfiguration('"2"', { ...staffed, cashiers }, 'x');
    expect(await withTag(till, 1, till.till.operations.approveByTag(first))).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'SUPERVISOR_NEEDED' } } },
    });
    expect(await withTag(till, 2, till.till.operations.approveByTag(first))).toMatchObject({
      value: { result: 'done' },
    });
    expect(await refund(till)).toMatchObject(committed);
  });

  test('is not a cashier who knows a PIN; and a confirmation is gone after a while or with the cashier', async () => {
    const till = await atWork();
    expect(await till.till.operations.approve({ pin: pins.bert })).toMatchObject(faultOf('SUPERVISOR_NEEDED'));
    await till.till.operations.approve({ pin: pins.sue });
    await till.pass(limits.approvalMs);
    expect(till.view.approver).toBeNull();
    expect(await refund(till)).toMatchObject(faultOf('SUPERVISOR_NEEDED'));
    await till.till.operations.approve({ pin: pins.sue });
    await login(till, pins.bert);
    expect(await refund(till)).toMatchObject(faultOf('SUPERVISOR_NEEDED'));
  });

  test('who is logged in confirms to nobody', async () => {
    const till = await atWork();
    await login(till, pins.sue);
    expect(await refund(till)).toMatchObject(committed);
    expect(till.store.committed(2)).toMatchObject({ cashierId: 'sue', approvedBy: null });
  });
});

test('PINs and their hashes are in no view and no step, and PINs in no file', async () => {
  const till = await atWork();
  await till.till.operations.approve({ pin: pins.sue });
  await refund(till);
  await till.till.operations.closeShift({ countedCashMinor: 0 });
  const shown = JSON.stringify([till.view, till.screens, till.steps]);
  expect(shown).not.toContain('scrypt');
  // Long enough not to be in a file by chance.
  const pin = '735019642817';
  const wrong = till.till.operations.login({ pin });
  await till.time.alarmSet();
  await settled();
  await till.pass(limits.pinDelayMs);
  expect(await wrong).toMatchObject(faultOf('CASHIER_UNKNOWN'));
  expect(JSON.stringify([await wrong, till.view, till.screens, till.steps])).not.toContain(pin);
  for (const name of fs.readdirSync(till.folder)) {
    expect(fs.readFileSync(path.join(till.folder, name)).includes(pin)).toBe(false);
  }
});
