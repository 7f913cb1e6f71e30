// Goal: items that pass are worth exactly what the transaction says (INV-01), and one minor unit more or less never passes.
// Method: draws carts and top-ups that are right by construction, then moves one amount.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type TransactionItem,
  type TransactionPayload,
  transactionPayloadSchema,
} from '../../contract/wire/transaction.ts';
import { purchase, topUp } from '../../testing/backend/payloads.ts';
import { customerNet, findImbalance } from './item-balance.ts';

const amount = fc.integer({ min: 1, max: 1_000_00 });
const line = fc
  .record({ amountMinor: amount, isReturn: fc.boolean() })
  .map(
    ({ amountMinor, isReturn }): TransactionItem =>
      isReturn
        ? { kind: 'purchase-return', debit: 'customer', credit: 'merchant:bar', amountMinor }
        : { kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor },
  );

function sale(items: TransactionItem[], before: number): TransactionPayload {
  const delta = items.reduce((sum, item) => sum + (item.kind === 'purchase' ? -item.amountMinor : item.amountMinor), 0);
  const tag = { ...purchase({ number: 1 }, 1).tag, balanceBeforeMinor: before, balanceAfterMinor: before + delta };
  return transactionPayloadSchema.parse(
    purchase({ number: 1 }, 1, { items, amountMinor: Math.abs(delta), balanceDeltaMinor: delta, tag }),
  );
}

test('INV-01: a cart of sales and returns balances, and no longer when any amount is off by one', () => {
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), amount, fc.nat(), (items, before, pick) => {
      const payload = sale(items, before);
      expect(findImbalance(payload)).toBeUndefined();
      expect(customerNet(payload.items)).toBe(payload.balanceDeltaMinor);
      const spoilt = payload.items.map((item, index) =>
        index === pick % items.length ? { ...item, amountMinor: item.amountMinor + 1 } : item,
      );
      expect(findImbalance({ ...payload, items: spoilt })).toBeDefined();
      expect(findImbalance({ ...payload, amountMinor: payload.amountMinor + 1 })).toBeDefined();
      expect(findImbalance({ ...payload, balanceDeltaMinor: payload.balanceDeltaMinor - 1 })).toBeDefined();
    }),
  );
});

test('INV-01, R10: a top-up with its fee balances, and no longer when the fee is forgotten or off by one', () => {
  fc.assert(
    fc.property(amount, fc.integer({ min: 1, max: 50_00 }), (gross, feeMinor) => {
      const payload = transactionPayloadSchema.parse(topUp({ number: 1 }, gross + feeMinor, feeMinor));
      expect(findImbalance(payload)).toBeUndefined();
      expect(findImbalance({ ...payload, items: payload.items.slice(0, 1) })).toBeDefined();
      expect(
        findImbalance({ ...payload, tag: { ...payload.tag, balanceAfterMinor: payload.tag.balanceAfterMinor + 1 } }),
      ).toBeDefined();
    }),
  );
});
