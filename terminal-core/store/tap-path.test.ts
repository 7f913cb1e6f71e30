/**
 * Goal: what happens between a tap and the screen that tells of it reads a handful of rows, however much a till has sold.
 * Method: every question that the store asks of the database during a sale, a look back and a view is told by the driver
 * itself; SQLite's planner says how it would find the rows of each.
 */
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  at,
  bookOn,
  committedEnd,
  purchaseOf,
  shownBy,
  someImages,
  storesOfTest,
  uid,
} from '../../testing/till/store-folder.ts';
import { StoredHistory } from './history.ts';
import { Journal } from './journal.ts';
import { StoredOutcomes } from './outcomes.ts';
import { StoredShifts } from './shifts.ts';
import { StoredTransactions } from './transactions.ts';

const stores = storesOfTest();
const planSchema = z.array(z.object({ detail: z.string() }));
const countSchema = z.object({ rows: z.int() });

/** Tables of one row, or of as many as there were shifts. */
const small = /^SCAN (?:assignment|configuration|replication_cursor|shift)\b/;
/** From one end, and only as far as the question asks: `ORDER BY` its key with a `LIMIT`. */
const fromTheEnd = /^SCAN (?:journal|txn)$/;
/** Of what waits for somebody, or has a part: a partial index with nothing else in it. */
const partial =
  /USING (?:COVERING )?INDEX (?:txn_unresolved|txn_unknown|txn_aborted_cash|txn_open_payment|txn_part|journal_result_open)\b/;

test('R36, speed: no step of a sale, no view and no look back reads all that ever was', () => {
  const { database } = stores.enrolled();
  const asked = new Map<string, readonly unknown[]>();
  const orm = drizzle(database, { logger: { logQuery: (query, params) => void asked.set(query, params) } });
  const journal = new Journal(database, orm);
  const store = new StoredTransactions(database, orm, journal);
  const history = new StoredHistory(orm);

  store.counts();
  store.halfPaid();
  store.openPayment();
  store.unresolved(null);
  store.unresolved(uid);
  store.lastSettledByBackend(uid);
  bookOn(store, { ...purchaseOf(100), groupId: 'group' }, { ...committedEnd, shown: shownBy(1, 8_900) });
  store.committedOfTag(uid, 'Purchase', 1);
  store.committed(1);
  store.referring(1);
  store.ofGroup('group');
  history.before(2, 50);
  history.one(1);
  history.states(1);
  history.lastSaleNumber();
  journal.pageAfter(0);
  new StoredOutcomes(database, orm).unknownAndSent();
  new StoredShifts(database, orm, journal).current();

  expect(asked.size).toBeGreaterThan(25);
  const slow = [...asked].flatMap(([query, params]) => {
    const plan = planSchema.parse(database.prepare(`EXPLAIN QUERY PLAN ${query}`).all(...params));
    return plan
      .filter(({ detail }) => detail.startsWith('SCAN') && !small.test(detail) && !partial.test(detail))
      .filter(({ detail }) => !(fromTheEnd.test(detail) && /order by .+ limit \?$/i.test(query)))
      .map(({ detail }) => `${detail}: ${query}`);
  });
  expect(slow).toEqual([]);
});

test('speed: what is half paid is looked up again only when a sale of several tags, or something given back, changes', () => {
  const { database } = stores.enrolled();
  let lookUps = 0;
  const logQuery = (query: string): void => {
    if (query.includes('is_part = 1')) lookUps += 1;
  };
  const orm = drizzle(database, { logger: { logQuery } });
  const store = new StoredTransactions(database, orm, new Journal(database, orm));
  const part = {
    ...purchaseOf(100, 2),
    groupId: 'group',
    items: purchaseOf(100).items.map((item) => ({ ...item, productId: 'klink:part-payment' })),
  };
  const numbers = (): readonly number[] => store.halfPaid().map((row) => row.terminalTransactionNumber);
  store.open(purchaseOf(100), shownBy(0, 9_000));
  expect(numbers()).toEqual([]);
  store.startWriting(1, someImages, at);
  store.end(1, committedEnd);
  expect([numbers(), lookUps]).toEqual([[], 1]);
  bookOn(store, part, committedEnd, shownBy(1, 9_000));
  expect([numbers(), numbers(), lookUps]).toEqual([[2], [2], 2]);
  const goods = { ...purchaseOf(100, 3), groupId: 'group' };
  store.open(goods, shownBy(2, 9_000));
  expect([numbers(), lookUps]).toEqual([[], 3]);
  const reference = { assignmentId: 41, terminalTransactionNumber: 2 };
  store.open({ ...purchaseOf(100, 4), reference }, shownBy(3, 9_000));
  numbers();
  expect(lookUps).toBe(4);
  expect(countSchema.parse(database.prepare('SELECT count(*) AS rows FROM txn').get())).toEqual({ rows: 4 });
});
