/**
 * Goal: a transaction is stored whole or not at all, draws its number once, and journals exactly what left the till.
 * Method: the real store in a temporary folder; a disk that is full at every size; the planner's own words about indexes.
 */
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { describe, expect, test } from 'vitest';
import {
  abortedEnd,
  at,
  bookOn,
  committedEnd,
  purchaseOf,
  shownBy,
  someImages,
  storesOfTest,
  unknownEnd,
} from '../../testing/till/store-folder.ts';
import { databaseFault } from './open-database.ts';
import { StoredTransactions } from './transactions.ts';

const stores = storesOfTest();
const other = '04FFFFFFFFFFFF';

describe('numbers', () => {
  test('R18, R25: begin at 1 and rise by one, whatever becomes of the transaction', () => {
    const { store } = stores.enrolled();
    const first = store.open(purchaseOf(100), shownBy(0, 9_000));
    store.end(first.terminalTransactionNumber, abortedEnd);
    const second = store.open(purchaseOf(200), shownBy(0, 9_000));
    expect([first, second].map((row) => row.terminalTransactionNumber)).toEqual([1, 2]);
    expect(store.counts().lastTerminalTransactionNumber).toBe(2);
  });

  test('INV-01: items that come to another amount draw no number', () => {
    const { store } = stores.enrolled();
    const draft = { ...purchaseOf(100), balanceDeltaMinor: -99 };
    expect(() => store.open(draft, shownBy(0, 9_000))).toThrow('INV-01');
    expect(store.counts()).toMatchObject({ lastTerminalTransactionNumber: 0, journalSeq: 0 });
  });

  test('INV-04: without an assignment there is none', () => {
    const { store } = stores.enrolled();
    const bare = stores.open(stores.folder());
    expect(() =>
      bare.exec(`UPDATE assignment SET last_terminal_transaction_number = 1; INSERT INTO txn (terminal_transaction_number,
      state_version, state, type, payment_method, currency, amount_minor, balance_delta_minor, tag_uid, tag_generation,
      tag_transaction_number, balance_before_minor, balance_after_minor, opened_at)
      VALUES (1, 1, 'Open', 'Purchase', 'tag', 'CHF', 1, -1, 'X', 1, 1, 1, 0, 'x')`),
    ).toThrow('INV-04');
    expect(store.counts().lastTerminalTransactionNumber).toBe(0);
  });
});

describe('a transaction', () => {
  test('comes back as it was stored, with items and images', () => {
    const { store } = stores.enrolled();
    const draft = purchaseOf(100);
    store.open(draft, shownBy(0, 9_000));
    const row = store.startWriting(1, someImages, at);
    expect(row).toEqual({
      ...draft,
      shiftId: null,
      terminalTransactionNumber: 1,
      stateVersion: 2,
      state: 'TerminalConfirmStarted',
      openedAt: at,
      writeStartedAt: at,
      images: someImages,
      endedAt: null,
      abortReason: null,
      payment: null,
      serving: null,
    });
    expect(store.unresolved(null)).toEqual([row]);
  });

  test('R28–R32: only what may leave the till is journalled, each state once with its version', () => {
    const { store, journal } = stores.enrolled();
    bookOn(store, purchaseOf(100), unknownEnd);
    store.end(1, committedEnd);
    const told = [...journal.lines()].map((line) => JSON.parse(line));
    expect(told.map(({ kind, payload }) => [kind, payload.state, payload.stateVersion])).toEqual([
      ['tagSnapshot', undefined, undefined],
      ['transaction', 'TerminalConfirmUnknown', 3],
      ['transaction', 'Committed', 4],
    ]);
  });

  test('INV-06: an illegal change is refused and journals nothing', () => {
    const { store, journal } = stores.enrolled();
    store.open(purchaseOf(100), shownBy(0, 9_000));
    const before = journal.ownSeal();
    expect(() => store.end(1, committedEnd)).toThrow('INV-06');
    expect(() => store.end(1, unknownEnd)).toThrow('INV-06');
    expect(() => store.end(2, abortedEnd)).toThrow('INV-04');
    store.end(1, abortedEnd);
    expect(() => store.startWriting(1, someImages, at)).toThrow('INV-06');
    expect(() => store.end(1, abortedEnd)).toThrow('INV-06');
    expect(journal.ownSeal().seq).toBe(before.seq + 1);
  });

  test('unresolved ones are found oldest first, all of them or those of one tag', () => {
    const { store } = stores.enrolled();
    for (const uid of [other, undefined, undefined, other]) store.open(purchaseOf(100, 1, uid), shownBy(0, 9_000, uid));
    store.startWriting(3, someImages, at);
    store.end(3, unknownEnd);
    store.end(2, abortedEnd);
    const numbers = (uid: string | null) => store.unresolved(uid).map((row) => row.terminalTransactionNumber);
    expect(numbers(null)).toEqual([1, 3, 4]);
    expect(numbers(other)).toEqual([1, 4]);
    expect(store.counts()).toMatchObject({ unfinishedCount: 2, unknownCount: 1 });
  });
});

describe('snapshots', () => {
  test('Q6: are journalled only when the tag shows something new, per tag, whatever the time', () => {
    const { store, journal } = stores.enrolled();
    const shown = shownBy(3, 500);
    store.recordSnapshot(shown);
    store.recordSnapshot({ ...shown, readAt: '2026-07-05T00:00:00.000Z' });
    expect(journal.ownSeal().seq).toBe(1);
    store.recordSnapshot({ ...shown, blocked: true });
    store.recordSnapshot(shownBy(3, 500, other));
    store.recordSnapshot(shown);
    expect(journal.ownSeal().seq).toBe(4);
  });

  test('what the till itself wrote is no news when it is read again', () => {
    const { store, journal } = stores.enrolled();
    bookOn(store, purchaseOf(100), { ...committedEnd, shown: shownBy(1, 8_900) });
    store.recordSnapshot(shownBy(1, 8_900));
    expect(journal.ownSeal().seq).toBe(2);
  });
});

test('what an operator should see is noted once for each kind', () => {
  const { store, database } = stores.enrolled();
  const row = store.open(purchaseOf(100), shownBy(0, 9_000));
  for (const kind of ['older-image', 'older-image', 'corrupt']) store.recordMonitor(row, kind, at);
  expect(database.prepare('SELECT kind FROM monitor ORDER BY id').pluck().all()).toEqual(['older-image', 'corrupt']);
});

test('R36: looking for what is unresolved reads the few rows that are, not all that ever were', () => {
  const { database, journal } = stores.enrolled();
  const plans: string[] = [];
  const logQuery = (query: string, params: unknown[]) => {
    if (query.includes('from "txn"'))
      plans.push(JSON.stringify(database.prepare(`EXPLAIN QUERY PLAN ${query}`).all(...params)));
  };
  const store = new StoredTransactions(database, drizzle(database, { logger: { logQuery } }), journal);
  store.unresolved(null);
  store.unresolved('X');
  store.counts();
  expect(plans).toEqual([
    expect.stringContaining('USING INDEX txn_unresolved'),
    expect.stringContaining('USING INDEX txn_unresolved (tag_uid=?)'),
    expect.stringContaining('USING INDEX txn_unresolved'),
    expect.stringContaining('USING INDEX txn_aborted_cash'),
  ]);
});

describe('DISK_FULL', () => {
  /** Every place at which the disk can be full during these steps, until none is. */
  test('at whatever page: the step fails as a whole and the row is what it was', () => {
    let failures = 0;
    for (let room = 0; ; room += 1) {
      const { store, database, journal } = stores.enrolled();
      const pages = Number(database.pragma('page_count', { simple: true }));
      const steps = [
        () => store.open({ ...purchaseOf(100), items: manyItems }, shownBy(0, 9_000)),
        () => store.startWriting(1, someImages, at),
        () => store.end(1, committedEnd),
      ];
      let error: unknown;
      let before: unknown;
      database.pragma(`max_page_count = ${pages + room}`);
      for (const step of steps) {
        before = everything(database);
        try {
          step();
        } catch (caught) {
          error = caught;
          break;
        }
      }
      if (!error) break;
      failures += 1;
      expect(databaseFault(error)).toMatchObject({ code: 'DISK_FULL' });
      expect(everything(database)).toEqual(before);
      expect(journal.ownSeal().seq).toBeLessThan(2);
    }
    expect(failures).toBeGreaterThan(2);
  });

  const manyItems = Array.from({ length: 100 }, () => ({
    kind: 'purchase' as const,
    debit: 'merchant:bar',
    credit: 'customer',
    amountMinor: 1,
    name: 'x'.repeat(120),
  }));

  function everything(database: ReturnType<typeof stores.open>): unknown {
    return ['assignment', 'txn', 'txn_item', 'txn_state_log', 'journal', 'tag_snapshot'].map((table) =>
      database.prepare(`SELECT * FROM ${table}`).all(),
    );
  }
});
