/**
 * Goal: what a till knows of an account (Q52) is what the backend last said and what the till has done since, each counted
 * once; the exposure is what it sold on its own word and has not sent.
 * Method: the real store; the backend's answers and acknowledgements are given by hand at every point of a sale's way.
 */
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { describe, expect, test } from 'vitest';
import { accountOf } from '../../testing/till/canteen.ts';
import { at, committedEnd, purchaseOf, servingOf, storesOfTest, uid } from '../../testing/till/store-folder.ts';
import { StoredAccounts } from './accounts.ts';

const stores = storesOfTest();
const other = '04FFFFFFFFFFFF';

function canteen() {
  const { store, journal, database } = stores.enrolled();
  const accounts = new StoredAccounts(database, drizzle(database), journal);
  const sell = (amountMinor: number, isReserved: boolean, of = uid): void => {
    const opened = store.openOfAccount([servingOf(purchaseOf(amountMinor, 1, of))], at);
    const numbers = opened.map(({ terminalTransactionNumber }) => terminalTransactionNumber);
    store.checkoutOfAccount(numbers, isReserved, at);
    store.endTogether(numbers, committedEnd);
  };
  return { accounts, store, journal, database, sell };
}

describe('what is known of an account', () => {
  test('nothing, until the backend or this till has booked on it', () => {
    const { accounts, sell } = canteen();
    expect(accounts.known(uid)).toBeNull();
    sell(100, false);
    expect(accounts.known(uid)).toEqual({
      balanceMinor: -100,
      freeMinor: -100,
      blocked: false,
      asOf: null,
      member: null,
    });
    expect(accounts.known(other)).toBeNull();
  });

  test('an own sale counts until an answer has it, sent meanwhile or not', () => {
    const { accounts, journal, sell } = canteen();
    accounts.remember(accountOf(uid, 1_000), 0, at);
    sell(300, false);
    expect(accounts.known(uid)).toMatchObject({ balanceMinor: 700, freeMinor: 700, asOf: at });
    journal.acknowledge(1, [], at);
    expect(accounts.known(uid)).toMatchObject({ balanceMinor: 700, freeMinor: 700 });
    accounts.remember(accountOf(uid, 700), 1, at);
    expect(accounts.known(uid)).toMatchObject({ balanceMinor: 700, freeMinor: 700 });
  });

  test('an own hold is not taken off twice; one of others is', () => {
    const { accounts, sell } = canteen();
    sell(300, true);
    accounts.remember(accountOf(uid, 1_000, { availableMinor: 500 }), 0, at);
    expect(accounts.known(uid)).toMatchObject({ balanceMinor: 700, freeMinor: 500 });
  });

  test('an own hold that has expired in the backend makes nothing free that is not there', () => {
    const { accounts, sell } = canteen();
    sell(300, true);
    accounts.remember(accountOf(uid, 1_000), 0, at);
    expect(accounts.known(uid)).toMatchObject({ balanceMinor: 700, freeMinor: 700 });
  });

  test('the backend’s block is remembered, and its lifting', () => {
    const { accounts } = canteen();
    accounts.remember(accountOf(uid, 0, { blocked: true }), 0, at);
    expect(accounts.known(uid)?.blocked).toBe(true);
    accounts.remember(accountOf(uid, 0), 0, at);
    expect(accounts.known(uid)?.blocked).toBe(false);
  });
});

describe('exposure', () => {
  test('sales on the till’s own word, of a tag and of all, until they are acknowledged', () => {
    const { accounts, store, journal, sell } = canteen();
    sell(300, false);
    sell(200, true);
    sell(50, false, other);
    expect([accounts.exposureMinor(uid), accounts.exposureMinor(other), accounts.exposureMinor(null)]).toEqual([
      300, 50, 350,
    ]);
    expect(store.counts().exposureMinor).toBe(350);
    journal.acknowledge(1, [], at);
    expect(accounts.exposureMinor(null)).toBe(50);
    journal.acknowledge(3, [], at);
    expect(accounts.exposureMinor(null)).toBe(0);
  });

  test('is found by an index: a long day makes no view slower', () => {
    const { database } = canteen();
    const plan = database
      .prepare(
        `EXPLAIN QUERY PLAN SELECT sum(balance_delta_minor) FROM txn
         WHERE tag_transaction_number IS NULL AND journal_seq > (SELECT acknowledged_seq FROM replication_cursor)`,
      )
      .all();
    expect(JSON.stringify(plan)).toContain('txn_unsent_of_accounts (journal_seq>?)');
  });
});
