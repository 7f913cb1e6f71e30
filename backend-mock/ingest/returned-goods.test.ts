// Goal: what comes back is compared with what went, product by product, in quantity and in money (requirements.md 3.4).
// Method: a sale of two beers and a pizza against returns at and just beyond the border.
import { expect, test } from 'vitest';
import type { TransactionItem } from '../../contract/wire/transaction.ts';
import { returnedBeyond } from './returned-goods.ts';

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
