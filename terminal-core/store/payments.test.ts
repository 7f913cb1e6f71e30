/**
 * Goal: how a card payment stands is kept and logged in the commit that changes it, and the database itself refuses what a
 * payment must never do (INV-12, Q13).
 * Method: the real database; every change there is against the table of the domain, in TypeScript and in raw SQL; attacks.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import { paymentStatuses } from '../../contract/wire/payment.ts';
import {
  abortedEnd,
  at,
  committedEnd,
  type OpenStore,
  purchaseOf,
  shownBy,
  someImages,
  storesOfTest,
} from '../../testing/till/store-folder.ts';
import { paymentChanges } from '../domain/payment.ts';
import type { TransactionDraft } from '../domain/transaction.ts';

const stores = storesOfTest();
let opened: OpenStore;

const topUp: TransactionDraft = {
  ...purchaseOf(10_000),
  type: 'TopUp',
  paymentMethod: 'card',
  merchantId: null,
  balanceDeltaMinor: 9_500,
  items: [
    { kind: 'topup', debit: 'customer', credit: 'top-up:card', amountMinor: 10_000 },
    { kind: 'topup-fee', debit: 'fee', credit: 'customer', amountMinor: 500 },
  ],
  tag: { ...purchaseOf(1).tag, balanceAfterMinor: 18_500 },
};

const change = (status: (typeof paymentStatuses)[number], reference: string | null = null) => ({
  status,
  reference,
  at,
});
const end = (status: 'declined' | 'voided') => ({ ...abortedEnd, payment: change(status) });

beforeEach(() => {
  opened = stores.enrolled();
  opened.store.open(topUp, shownBy(0, 9_000));
});

function pay(...statuses: readonly (typeof paymentStatuses)[number][]): void {
  for (const status of statuses) opened.store.recordPayment(1, change(status));
}

function logged(): readonly unknown[] {
  return opened.database
    .prepare(`SELECT coalesce(from_status, 'none') || ' → ' || to_status FROM txn_payment_log ORDER BY line`)
    .pluck()
    .all();
}

/** How a payment gets to each status, by changes that are allowed. */
const waysTo = {
  none: [],
  pending: ['pending'],
  approved: ['pending', 'approved'],
  unknown: ['pending', 'unknown'],
} as const;

describe('changes', () => {
  test('INV-12: every change is logged, and none that is none; the name of the provider stays', () => {
    pay('pending', 'pending', 'unknown');
    opened.store.recordPayment(1, change('approved', 'p-1'));
    expect(opened.store.recordPayment(1, change('approved')).payment).toEqual({ status: 'approved', reference: 'p-1' });
    expect(logged()).toEqual(['none → pending', 'pending → unknown', 'unknown → approved']);
    expect(opened.store.openPayment()).toMatchObject({ terminalTransactionNumber: 1, state: 'Open' });
  });

  test.each(Object.keys(waysTo))('INV-12: from %s only what the table allows, said twice', (from) => {
    const way = waysTo[from === 'pending' || from === 'approved' || from === 'unknown' ? from : 'none'];
    const allowed = paymentChanges[way.at(-1) ?? 'none'];
    for (const to of paymentStatuses) {
      opened = stores.enrolled();
      opened.store.open(topUp, shownBy(0, 9_000));
      pay(...way);
      const isSame = way.at(-1) === to;
      const raw = () => opened.database.exec(`UPDATE txn SET payment_status = '${to}'`);
      if (allowed.includes(to) || isSame) expect(raw).not.toThrow();
      else expect(raw).toThrow('INV-12');
      opened = stores.enrolled();
      opened.store.open(topUp, shownBy(0, 9_000));
      pay(...way);
      if (allowed.includes(to) || isSame) expect(() => pay(to)).not.toThrow();
      else expect(() => pay(to)).toThrow('INV-12');
    }
  });

  test('INV-12: declined and voided end the transaction in the same commit, and are final', () => {
    pay('pending');
    expect(opened.store.end(1, end('declined'))).toMatchObject({ state: 'Aborted', payment: { status: 'declined' } });
    expect(logged()).toEqual(['none → pending', 'pending → declined']);
    expect(opened.store.openPayment()).toBeNull();
    expect(() => pay('approved')).toThrow('INV-12');
  });
});

describe('the database refuses', () => {
  test.each(['pending', 'approved', 'unknown'] as const)('Q13: to abort what is %s', (status) => {
    pay(...waysTo[status]);
    expect(() => opened.store.end(1, abortedEnd)).toThrow('INV-12');
    expect(opened.store.openPayment()?.state).toBe('Open');
  });

  test('INV-12: a second open attempt; after the first is over there may be another', () => {
    pay('pending');
    opened.store.open(topUp, shownBy(0, 9_000));
    expect(() => opened.store.recordPayment(2, change('pending'))).toThrow('UNIQUE constraint failed');
    opened.store.end(1, end('voided'));
    opened.store.recordPayment(2, change('pending'));
    expect(opened.store.openPayment()?.terminalTransactionNumber).toBe(2);
  });

  test('INV-12: to check out what is not paid', () => {
    expect(() => opened.store.startWriting(1, someImages, at)).toThrow('CHECK constraint failed');
    pay('pending');
    expect(() => opened.store.startWriting(1, someImages, at)).toThrow('CHECK constraint failed');
    pay('approved');
    opened.store.startWriting(1, someImages, at);
    expect(opened.store.end(1, committedEnd)).toMatchObject({ state: 'Committed' });
  });

  test.each([
    [
      'a payment of something that no card pays',
      `UPDATE txn SET payment_status = 'pending'`,
      'CHECK constraint failed',
    ],
    ['a name without a payment', `UPDATE txn SET payment_reference = 'x'`, 'CHECK constraint failed'],
  ])('%s', (_, sql, refusal) => {
    opened = stores.enrolled();
    opened.store.open(purchaseOf(100), shownBy(0, 9_000));
    expect(() => opened.database.exec(sql)).toThrow(refusal);
  });

  test.each([
    ['another name of the provider', `UPDATE txn SET payment_reference = 'y'`],
    ['a change in the log', `UPDATE txn_payment_log SET to_status = 'declined'`],
    ['a gap in the log', `INSERT INTO txn_payment_log VALUES (1, 9, 'approved', 'voided', NULL, 'x')`],
    ['a shorter log', 'DELETE FROM txn_payment_log'],
    ['a log written over', `INSERT OR REPLACE INTO txn_payment_log VALUES (1, 1, NULL, 'approved', NULL, 'x')`],
  ])('INV-12: %s', (_, sql) => {
    pay('pending');
    opened.store.recordPayment(1, change('approved', 'x'));
    const before = opened.database.prepare('SELECT * FROM txn_payment_log').all();
    expect(() => opened.database.exec(sql)).toThrow('INV-12');
    expect(opened.database.prepare('SELECT * FROM txn_payment_log').all()).toEqual(before);
  });
});

describe('what the tag shows when it is written', () => {
  const now = { ...topUp.tag, generation: 2, transactionNumber: 5, balanceBeforeMinor: 100, balanceAfterMinor: 9_600 };

  test('Q51: another till has written meanwhile: numbers and balances are those of the checkout', () => {
    pay('pending', 'approved');
    expect(opened.store.startWriting(1, someImages, at, now)).toMatchObject({
      state: 'TerminalConfirmStarted',
      tag: now,
    });
    expect(opened.store.end(1, committedEnd)).toMatchObject({ tag: now });
  });

  test('INV-06: only then, and never to another tag or for another amount', () => {
    const set = (sql: string) => () => opened.database.exec(`UPDATE txn SET ${sql}`);
    pay('pending', 'approved');
    expect(set('tag_transaction_number = 5')).toThrow('INV-06');
    expect(set('balance_before_minor = 0, balance_after_minor = 9500')).toThrow('INV-06');
    const checkout = `state = 'TerminalConfirmStarted', state_version = 2`;
    expect(set(`${checkout}, tag_uid = 'X'`)).toThrow('INV-06');
    expect(set(`${checkout}, tag_transaction_number = NULL`)).toThrow('INV-06');
    expect(set(`${checkout}, balance_after_minor = 20000`)).toThrow('CHECK constraint failed');
    opened.store.startWriting(1, someImages, at, now);
    expect(set('tag_transaction_number = 6')).toThrow('INV-06');
    expect(set('tag_generation = 3')).toThrow('INV-06');
  });
});
