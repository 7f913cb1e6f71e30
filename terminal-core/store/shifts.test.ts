/**
 * Goal: shifts are numbered without a gap, are journalled with the commit they happen in, and a closed one never changes
 * (INV-10).
 * Method: the real store over a real database; then raw SQL attacks it.
 */
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { describe, expect, test } from 'vitest';
import { shiftPayloadSchema } from '../../contract/wire/journal.ts';
import {
  abortedEnd,
  at,
  bookOn,
  committedEnd,
  type OpenStore,
  purchaseOf,
  shownBy,
  someImages,
  storesOfTest,
  unknownEnd,
} from '../../testing/till/store-folder.ts';
import { migrations } from './migrations.ts';
import { openDatabase } from './open-database.ts';
import { StoredShifts } from './shifts.ts';

const stores = storesOfTest();

interface WithShifts extends OpenStore {
  readonly shifts: StoredShifts;
}

function opened(): WithShifts {
  const store = stores.enrolled();
  return { ...store, shifts: new StoredShifts(store.database, drizzle(store.database), store.journal) };
}

const closing = { closedBy: 'bert', countedCashMinor: 9_000, at };

function shiftEntries({ journal }: WithShifts): readonly unknown[] {
  return [...journal.lines()]
    .map((line): unknown => JSON.parse(line))
    .map((entry) => shiftPayloadSchema.parse(Object(entry).payload));
}

describe('a shift', () => {
  test('opens with its float and closes with the next Z number, each told in the journal', () => {
    const till = opened();
    expect(till.shifts.current()).toBeNull();
    const first = till.shifts.open('anna', 10_000, at);
    expect(till.shifts.current()).toEqual(first);
    expect(till.shifts.close(first.shiftId, closing)).toMatchObject({ shiftId: '41-1', zNumber: 1, closedBy: 'bert' });
    expect(till.shifts.current()).toBeNull();
    const second = till.shifts.open('bert', 0, at);
    expect(till.shifts.close(second.shiftId, closing)).toMatchObject({ shiftId: '41-2', zNumber: 2 });
    expect(shiftEntries(till)).toMatchObject([
      { shiftId: '41-1', event: 'opened', cashierId: 'anna', countedCashMinor: 10_000, unknownCashMinor: 0 },
      {
        shiftId: '41-1',
        event: 'closed',
        cashierId: 'bert',
        countedCashMinor: 9_000,
        expectedCashMinor: 10_000,
        zNumber: 1,
      },
      { shiftId: '41-2', event: 'opened' },
      { shiftId: '41-2', event: 'closed', zNumber: 2 },
    ]);
  });

  test('takes the transactions that are opened in it, and no others', () => {
    const { shifts, store } = opened();
    const before = store.open(purchaseOf(100), shownBy(0, 9_000));
    store.end(before.terminalTransactionNumber, abortedEnd);
    const { shiftId } = shifts.open('anna', 0, at);
    const during = store.open({ ...purchaseOf(100), cashierId: 'anna', approvedBy: 'sue' }, shownBy(0, 9_000));
    expect(during).toMatchObject({ cashierId: 'anna', approvedBy: 'sue', shiftId });
    store.startWriting(during.terminalTransactionNumber, someImages, at);
    store.end(during.terminalTransactionNumber, committedEnd);
    expect(before.shiftId).toBeNull();
    expect(shifts.sums(shiftId)).toEqual([
      { type: 'Purchase', state: 'Committed', paymentMethod: 'tag', isCredit: false, count: 1, amountMinor: 100 },
    ]);
  });

  test('that is closed still lets its unknown transactions be resolved', () => {
    const { shifts, store } = opened();
    const { shiftId } = shifts.open('anna', 0, at);
    bookOn(store, purchaseOf(100), unknownEnd);
    expect(shifts.close(shiftId, closing).figures.unknownCount).toBe(1);
    expect(store.end(1, committedEnd)).toMatchObject({ state: 'Committed', shiftId });
  });
});

test('a shift and its journal entry are one commit: what cannot be told has not happened', () => {
  const { database, shifts } = opened();
  const stopTelling = `CREATE TEMP TRIGGER untold BEFORE INSERT ON main.journal BEGIN SELECT RAISE(ABORT, 'untold'); END`;
  database.exec(stopTelling);
  expect(() => shifts.open('anna', 0, at)).toThrow('untold');
  expect(shifts.current()).toBeNull();
  database.exec('DROP TRIGGER untold');
  const open = shifts.open('anna', 0, at);
  database.exec(stopTelling);
  expect(() => shifts.close(open.shiftId, closing)).toThrow('untold');
  expect(shifts.current()).toEqual(open);
  database.exec('DROP TRIGGER untold');
  expect(shifts.close(open.shiftId, closing)).toMatchObject({ zNumber: 1 });
});

describe('INV-10', () => {
  const columns = 'shift_id, shift_number, cashier_id, opened_at, float_minor';
  const close = (zNumber: number) =>
    `UPDATE shift SET closed_at = 'x', closed_by = 'x', counted_cash_minor = 0, expected_cash_minor = 0,
       unknown_cash_minor = 0, z_number = ${zNumber} WHERE closed_at IS NULL`;
  test.each([
    ['a second open shift', `INSERT INTO shift (${columns}) VALUES ('41-3', 3, 'x', 'x', 0)`],
    ['a gap in the shifts', `${close(2)}; INSERT INTO shift (${columns}) VALUES ('41-9', 9, 'x', 'x', 0)`],
    ['a shift twice', `${close(2)}; INSERT OR REPLACE INTO shift (${columns}) VALUES ('41-1', 3, 'x', 'x', 0)`],
    ['a gap in the Z numbers', close(3)],
    ['a Z number twice', close(1)],
    ['closing while a transaction runs', `${close(2)}`],
    ['another count afterwards', `UPDATE shift SET counted_cash_minor = 1 WHERE shift_number = 1`],
    ['a closed one is opened again', `UPDATE shift SET closed_at = NULL WHERE shift_number = 1`],
    ['another float', `UPDATE shift SET float_minor = 1 WHERE shift_number = 2`],
    ['another cashier', `UPDATE shift SET cashier_id = 'x' WHERE shift_number = 2`],
    ['a shift is deleted', 'DELETE FROM shift'],
    ['a transaction changes its shift', `UPDATE txn SET shift_id = '41-1'`],
    ['a transaction changes its cashier', `UPDATE txn SET cashier_id = 'x'`],
    ['a transaction changes its supervisor', `UPDATE txn SET approved_by = 'x'`],
  ])('%s is refused', (name, attack) => {
    const { database, shifts, store } = opened();
    shifts.close(shifts.open('anna', 0, at).shiftId, closing);
    shifts.open('anna', 0, at);
    store.open(purchaseOf(100), shownBy(0, 9_000));
    if (name !== 'closing while a transaction runs' && attack.startsWith('UPDATE shift SET closed_at =')) {
      store.end(1, abortedEnd);
    }
    const contents = () => [database.prepare('SELECT * FROM shift').all(), database.prepare('SELECT * FROM txn').all()];
    const before = contents();
    expect(() => database.transaction(() => database.exec(attack))()).toThrow('INV-10');
    expect(contents()).toEqual(before);
  });
});

test('a database of the release before keeps its transactions, without cashier and shift', () => {
  const folder = stores.folder();
  const file = `${folder}/till.db`;
  const older = openDatabase(file, migrations.slice(0, 2));
  if (!older.ok) throw new Error(older.fault.code);
  older.value.exec(`
    INSERT INTO assignment VALUES (1, 41, 't', 't', 'u', '${'0'.repeat(32)}', '{}', 'x', 0, NULL);
    UPDATE assignment SET last_terminal_transaction_number = 1;
    INSERT INTO txn (terminal_transaction_number, state_version, state, type, payment_method, currency, amount_minor,
      balance_delta_minor, tag_uid, tag_generation, tag_transaction_number, balance_before_minor, balance_after_minor,
      opened_at) VALUES (1, 1, 'Open', 'TagAdjustment', 'none', 'CHF', 0, 0, 'X', 1, 1, 0, 0, 'x')`);
  older.value.close();
  const database = stores.open(folder);
  expect(database.prepare('SELECT cashier_id, approved_by, shift_id FROM txn').all()).toEqual([
    { cashier_id: null, approved_by: null, shift_id: null },
  ]);
});
