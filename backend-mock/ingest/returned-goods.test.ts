// Goal: what comes back is compared with what went, product by product, in quantity and in money (requirements.md 3.4).
// Method: a sale of two beers and a pizza against returns at and just beyond the border.
import { expect, test } from 'vitest';
import type { TransactionItem, TransactionPayload } from '../../contract/wire/transaction.ts';
import { excessOf, returnedBeyond } from './returned-goods.ts';

const sold = (productId: string, quantity: number, amountMinor: number): TransactionItem => ({
  kind: 'purchase',
  debit: 'merchant:bar',
  credit: 'customer',
  productId,
  quantity,
  amountMinor,
});
const back = (productId: string, quantity: number, amountMinor: number): TransactionItem => ({
  ...sold(productId, quantity, amountMinor),
  kind: 'chargeback',
  debit: 'customer',
  credit: 'merchant:bar',
});
const sale = [sold('beer', 1, 5_50), sold('beer', 1, 5_50), sold('pizza', 1, 14_00)];

test('everything may come back, in any number of parts', () => {
  expect(returnedBeyond(sale, [])).toEqual([]);
  expect(returnedBeyond(sale, [back('beer', 2, 11_00), back('pizza', 1, 14_00)])).toEqual([]);
  expect(returnedBeyond(sale, [back('beer', 1, 5_50), back('beer', 1, 5_50)])).toEqual([]);
});

test('one more, one minor unit more, or another product is too much', () => {
  expect(returnedBeyond(sale, [back('beer', 3, 11_00)])).toHaveLength(1);
  expect(returnedBeyond(sale, [back('beer', 2, 11_01)])).toHaveLength(1);
  expect(returnedBeyond(sale, [back('cup', 1, 2_00), back('pizza', 2, 28_00)])).toHaveLength(2);
});

/** The same line the other way round: what lowers the price of a sale, and what pays it again. */
const turned = (item: TransactionItem, kind: 'purchase-return' | 'purchase'): TransactionItem => ({
  ...item,
  kind,
  debit: kind === 'purchase' ? 'merchant:bar' : 'customer',
  credit: kind === 'purchase' ? 'customer' : 'merchant:bar',
});
const cup = sold('cup-back', 1, 2_00);
const discount = sold('klink:discount:1000', 1, 1_10);

test('R5: a sale taken back whole takes its deposit and its discount along, each once', () => {
  const purchase = payloadOf('Purchase', [
    sold('beer', 2, 11_00),
    turned(cup, 'purchase-return'),
    turned(discount, 'purchase-return'),
  ]);
  const whole = [back('beer', 2, 11_00), turned(cup, 'purchase'), turned(discount, 'purchase')];
  expect(excessOf(purchase, [payloadOf('Chargeback', whole)])).toEqual([]);
  expect(excessOf(purchase, [payloadOf('Chargeback', [...whole, turned(cup, 'purchase')])])).toHaveLength(1);
  expect(excessOf(purchase, [payloadOf('Chargeback', [back('cup-back', 1, 2_00)])])).toHaveLength(1);
});

test('money rule 4: a refund is taken back once', () => {
  const refund = payloadOf('Refund', [
    { kind: 'refund', debit: 'top-up:cash', credit: 'customer', amountMinor: 40_00 },
    { kind: 'refund-fee', debit: 'fee', credit: 'customer', amountMinor: 1_00 },
  ]);
  const reversal: TransactionItem = {
    ...{ kind: 'refund-reversal', debit: 'customer', credit: 'top-up:cash', amountMinor: 40_00 },
  };
  expect(excessOf(refund, [payloadOf('Refund', [reversal])])).toEqual([]);
  expect(excessOf(refund, [payloadOf('Refund', [reversal]), payloadOf('Refund', [reversal])])).toHaveLength(1);
});

function payloadOf(
  type: TransactionPayload['type'],
  items: TransactionItem[],
): Pick<TransactionPayload, 'type' | 'items'> {
  return { type, items };
}
