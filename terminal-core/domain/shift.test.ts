/**
 * Goal: a shift's figures say what should be in the drawer, and keep what nobody knows yet apart.
 * Method: sums of every kind and state, checked by hand; and any sums at all, by property.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { paymentMethods, terminalStates, transactionTypes } from '../../contract/wire/words.ts';
import { type ShiftSum, shiftFigures } from './shift.ts';

const sum = (
  type: ShiftSum['type'],
  paymentMethod: ShiftSum['paymentMethod'],
  isCredit: boolean,
  amountMinor: number,
  state: ShiftSum['state'] = 'Committed',
): ShiftSum => ({ type, state, paymentMethod, isCredit, count: 1, amountMinor });

test('cash is expected from what is Committed; what is unknown stands on a line of its own', () => {
  const figures = shiftFigures(10_000, [
    sum('TopUp', 'cash', true, 5_000),
    sum('TopUp', 'cash', true, 300, 'TerminalConfirmUnknown'),
    sum('TopUp', 'cash', true, 70, 'Aborted'),
    sum('TopUp', 'card', true, 9_999),
    sum('Refund', 'cash', false, 2_000),
    sum('Refund', 'cash', false, 40, 'TerminalConfirmUnknown'),
    sum('Refund', 'cash', true, 500),
    sum('Refund', 'cash', true, 6, 'TerminalConfirmUnknown'),
    sum('Purchase', 'tag', false, 1_200),
    sum('Purchase', 'tag', true, 200),
    sum('Purchase', 'tag', false, 77, 'Open'),
    sum('Chargeback', 'tag', true, 600),
    sum('TagAdjustment', 'none', true, 100),
  ]);
  expect(figures).toEqual({
    sales: { count: 2, amountMinor: 1_000 },
    chargebacks: { count: 1, amountMinor: 600 },
    unknownCount: 3,
    cash: {
      floatMinor: 10_000,
      topUpsMinor: 5_000,
      refundsMinor: 2_000,
      reversalsMinor: 500,
      expectedMinor: 13_500,
      // The refund's 40 are still in the drawer: its cash is handed out only once it is Committed.
      unknownMinor: 306,
    },
  });
});

test('sales and chargebacks of tags never move the drawer, whatever else happened', () => {
  const anySum = fc.record({
    type: fc.constantFrom(...transactionTypes),
    state: fc.constantFrom(...terminalStates),
    paymentMethod: fc.constantFrom(...paymentMethods),
    isCredit: fc.boolean(),
    count: fc.integer({ min: 1, max: 1_000 }),
    amountMinor: fc.integer({ min: 0, max: 1_000_000 }),
  });
  fc.assert(
    fc.property(fc.array(anySum), fc.nat(), (sums, floatMinor) => {
      const cashOnly = sums.filter(({ paymentMethod }) => paymentMethod === 'cash');
      expect(shiftFigures(floatMinor, sums).cash).toEqual(shiftFigures(floatMinor, cashOnly).cash);
      const settled = cashOnly.filter(({ state }) => state === 'Committed');
      expect(shiftFigures(floatMinor, settled).cash.expectedMinor).toBe(
        shiftFigures(floatMinor, sums).cash.expectedMinor,
      );
    }),
  );
});
