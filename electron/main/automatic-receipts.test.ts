/**
 * Goal: printed by itself is each thing somebody paid for or was paid for, once, and nothing else.
 * Method: views as the till sends them, several for each moment.
 */
import { expect, test } from 'vitest';
import { type Purpose, purposes, type TillView } from '../../contract/ipc/till-view.ts';
import { AutomaticReceipts } from './automatic-receipts.ts';
import { firstView } from './starting-view.ts';

const tag = { uid: '04A1B2C3D4E5F6', generation: 1, transactionNumber: 2, balanceMinor: 4_000, blocked: false };

const done = (purpose: Purpose, terminalTransactionNumber: number | null): TillView => ({
  ...firstView('simulated', '2026-07-04T20:15:03.120Z'),
  screen: {
    screen: 'done',
    charge: { purpose, amountMinor: 550, feeMinor: 0 },
    ...{ terminalTransactionNumber, balanceBeforeMinor: 4_550, tag, until: '2026-07-04T20:15:09.000Z' },
  },
});

test('each transaction once, however often its view comes, also after another screen', () => {
  const receipts = new AutomaticReceipts();
  const idle = firstView('simulated', '2026-07-04T20:15:03.120Z');
  expect(
    [done('sale', 7), done('sale', 7), idle, done('sale', 7), done('top-up', 8)].map((view) =>
      receipts.receiptOf(view),
    ),
  ).toEqual([7, null, null, null, 8]);
});

test('only where money moved', () => {
  const given = purposes.filter((purpose) => new AutomaticReceipts().receiptOf(done(purpose, 7)) === 7);
  expect(given).toEqual([
    ...['sale', 'part-payment', 'top-up', 'card-top-up', 'paid-top-up', 'refund', 'refund-reversal'],
    ...['chargeback', 'undo'],
  ]);
});
