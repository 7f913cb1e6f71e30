/**
 * Goal: that the cash of an aborted top-up was given back is kept once and for good, and told to the backend with it
 * (money rule 4, INV-13).
 * Method: the real store; and raw SQL that attacks what it wrote.
 */
import { describe, expect, test } from 'vitest';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import {
  abortedEnd,
  bookOn,
  committedEnd,
  type OpenStore,
  purchaseOf,
  shownBy,
  storesOfTest,
} from '../../testing/till/store-folder.ts';
import type { TransactionDraft } from '../domain/transaction.ts';

const stores = storesOfTest();
const later = '2026-07-04T20:16:00.000Z';

function topUpOf(amountMinor: number): TransactionDraft {
  const purchase = purchaseOf(amountMinor);
  return {
    ...purchase,
    type: 'TopUp',
    paymentMethod: 'cash',
    balanceDeltaMinor: amountMinor,
    items: [{ kind: 'topup', debit: 'customer', credit: 'top-up:cash', amountMinor }],
    merchantId: null,
    tag: { ...purchase.tag, balanceAfterMinor: purchase.tag.balanceBeforeMinor + amountMinor },
  };
}

/** 1: an aborted cash top-up; 2: a committed one; 3: an aborted purchase. */
function opened(): OpenStore {
  const one = stores.enrolled();
  one.store.open(topUpOf(2_000), shownBy(0, 9_000));
  one.store.end(1, abortedEnd);
  bookOn(one.store, topUpOf(1_000), committedEnd);
  one.store.open(purchaseOf(500), shownBy(0, 9_000));
  one.store.end(3, abortedEnd);
  return one;
}

function transactionOf({ store }: OpenStore, number: number) {
  const transaction = store.find(number);
  if (!transaction) throw new Error(`there is no transaction ${number}`);
  return transaction;
}

test('awaited until it is confirmed, and counted meanwhile', () => {
  const one = opened();
  expect(one.cashReturns.awaited()).toEqual([transactionOf(one, 1)]);
  expect(one.store.counts().cashToReturnCount).toBe(1);
  one.cashReturns.confirm(transactionOf(one, 1), 'ada', later);
  expect(one.cashReturns.awaited()).toEqual([]);
  expect(one.cashReturns.isConfirmed(1)).toBe(true);
  expect(one.store.counts().cashToReturnCount).toBe(0);
});

test('Q11: the journal says it as the next version of the same words', () => {
  const one = opened();
  one.cashReturns.confirm(transactionOf(one, 1), 'ada', later);
  const payloads = [...one.journal.lines()]
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'transaction')
    .map(({ payload }) => transactionPayloadSchema.parse(payload));
  const [before, , , after] = payloads;
  expect(after).toEqual({ ...before, stateVersion: 3, cashReturned: true });
  expect(before).toMatchObject({ terminalTransactionNumber: 1, stateVersion: 2, state: 'Aborted', cashReturned: null });
});

describe('INV-13', () => {
  test.each([2, 3])('transaction %i has no cash to return', (number) => {
    const one = opened();
    expect(() => one.cashReturns.confirm(transactionOf(one, number), null, later)).toThrow('INV-13');
    expect(() => one.database.exec(`INSERT INTO cash_return VALUES (${number}, 'x', NULL)`)).toThrow('INV-13');
  });

  test('it is said once, and neither changed nor taken back', () => {
    const one = opened();
    const { seq } = one.journal.ownSeal();
    one.cashReturns.confirm(transactionOf(one, 1), null, later);
    expect(() => one.cashReturns.confirm(transactionOf(one, 1), null, later)).toThrow('INV-13');
    for (const attack of [
      "INSERT OR REPLACE INTO cash_return VALUES (1, 'x', NULL)",
      "UPDATE cash_return SET cashier_id = 'eve'",
      'DELETE FROM cash_return',
    ])
      expect(() => one.database.exec(attack), attack).toThrow('INV-13');
    expect(one.database.prepare('SELECT * FROM cash_return').all()).toEqual([
      { terminal_transaction_number: 1, at: later, cashier_id: null },
    ]);
    expect(one.journal.ownSeal().seq).toBe(seq + 1);
  });
});
