/**
 * Goal: the database itself keeps the goods of a sale that several tags pay from being paid twice, and knows at any time
 * which parts paid for nothing (INV-15).
 * Method: parts and goods of one group in every state, on a real database; raw SQL attacks what must not change.
 */
import { expect, test } from 'vitest';
import {
  abortedEnd,
  bookOn,
  committedEnd,
  purchaseOf,
  shownBy,
  storesOfTest,
  unknownEnd,
} from '../../testing/till/store-folder.ts';
import type { TransactionEnd } from '../checkout/transaction-ports.ts';
import type { TransactionDraft } from '../domain/transaction.ts';

const stores = storesOfTest();
type Store = ReturnType<typeof stores.enrolled>['store'];

const grouped = (amountMinor: number, groupId = 'g'): TransactionDraft => ({ ...purchaseOf(amountMinor), groupId });
const part = (amountMinor: number, groupId = 'g'): TransactionDraft => ({
  ...grouped(amountMinor, groupId),
  items: [
    {
      ...{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor },
      ...{ productId: 'klink:part-payment', name: 'Part payment', quantity: 1 },
    },
  ],
});
const chargeback = (of: number, amountMinor: number): TransactionDraft => ({
  ...purchaseOf(amountMinor),
  type: 'Chargeback',
  balanceDeltaMinor: amountMinor,
  items: [{ kind: 'chargeback', debit: 'customer', credit: 'merchant:bar', amountMinor }],
  tag: { ...purchaseOf(amountMinor).tag, balanceAfterMinor: 9_000 + amountMinor },
  reference: { assignmentId: 1, terminalTransactionNumber: of },
});

function book(store: Store, draft: TransactionDraft, end: TransactionEnd | null = committedEnd): number {
  return end ? bookOn(store, draft, end) : store.open(draft, shownBy(0, 9_000)).terminalTransactionNumber;
}

const halfPaid = (store: Store) => store.halfPaid().map((row) => row.terminalTransactionNumber);

test('INV-15: a part paid for nothing until the goods are paid, or may be; and again once they are not', () => {
  const { store } = stores.enrolled();
  expect(halfPaid(store)).toEqual([]);
  const first = book(store, part(100));
  expect(halfPaid(store)).toEqual([first]);
  const second = book(store, part(200));
  expect(halfPaid(store)).toEqual([first, second]);
  const goods = book(store, grouped(300), null);
  expect(halfPaid(store)).toEqual([]);
  store.end(goods, abortedEnd);
  expect(halfPaid(store)).toEqual([first, second]);
  const again = book(store, grouped(300), unknownEnd);
  expect(halfPaid(store)).toEqual([]);
  store.end(again, committedEnd);
  expect(halfPaid(store)).toEqual([]);
});

test('INV-15: what is left when one of them was given back paid for nothing; given back itself it does not', () => {
  const { store } = stores.enrolled();
  const paid = book(store, part(100));
  const goods = book(store, grouped(300));
  const back = book(store, chargeback(goods, 300), unknownEnd);
  // Nobody knows yet whether it was given back.
  expect(halfPaid(store)).toEqual([]);
  store.end(back, committedEnd);
  expect(halfPaid(store)).toEqual([paid]);
  book(store, chargeback(paid, 100));
  expect(halfPaid(store)).toEqual([]);
});

test('an unknown part, an aborted one, and groups of a card and a tag (R13) are nobody’s leftover', () => {
  const { store } = stores.enrolled();
  book(store, part(100), unknownEnd);
  book(store, part(100, 'other'), abortedEnd);
  book(store, grouped(300, 'open loop'));
  expect(halfPaid(store)).toEqual([]);
  expect(store.ofGroup('other').map(({ state }) => state)).toEqual(['Aborted']);
});

test('INV-15: the goods of a group are not paid twice, whatever the first ones came to but Aborted', () => {
  const { store, database } = stores.enrolled();
  book(store, grouped(300), abortedEnd);
  book(store, grouped(300), unknownEnd);
  expect(() => book(store, grouped(300))).toThrow('INV-15');
  // Nor does anybody pay a part of what is paid.
  expect(() => book(store, part(100))).toThrow('INV-15');
  expect(database.prepare('SELECT count(*) FROM txn').pluck().get()).toBe(2);
});

test('INV-06: what is a part stays one, and a part belongs to a group', () => {
  const { store, database } = stores.enrolled();
  const paid = book(store, part(100), null);
  expect(() => database.exec('UPDATE txn SET is_part = 0')).toThrow('INV-06');
  store.end(paid, abortedEnd);
  expect(() => store.open({ ...part(100), groupId: null }, shownBy(0, 9_000))).toThrow('CHECK');
});
