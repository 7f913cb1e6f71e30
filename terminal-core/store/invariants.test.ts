/**
 * Goal: the database itself refuses what must never be, whoever asks it (docs/invariants.md: money, numbers, journal and
 * states are stated a second time in SQL).
 * Method: raw SQL attacks a real database with transactions in every state; each is refused with its invariant, and the
 * table is afterwards what it was.
 */
import type Database from 'better-sqlite3';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  abortedEnd,
  at,
  bookOn,
  committedEnd,
  purchaseOf,
  servingOf,
  shownBy,
  someImages,
  storesOfTest,
  unknownEnd,
} from '../../testing/till/store-folder.ts';

const stores = storesOfTest();
let database: Database.Database;

const open = 1;
const started = 2;
const unknown = 3;
const committed = 4;
const aborted = 5;

/** Transactions 1–5 in the five states, and a journal of a snapshot and three ends. */
beforeEach(() => {
  const opened = stores.enrolled();
  const { store } = opened;
  database = opened.database;
  for (const number of [open, started, unknown, committed, aborted]) {
    store.open(purchaseOf(100 * number), shownBy(0, 9_000));
    if ([started, unknown, committed].includes(number)) store.startWriting(number, someImages, at);
  }
  store.end(unknown, unknownEnd);
  store.end(committed, committedEnd);
  store.end(aborted, abortedEnd);
});

const tables = ['assignment', 'txn', 'txn_item', 'txn_state_log', 'journal', 'replication_cursor'];

function contents(): unknown {
  return tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all());
}

interface Attack {
  readonly name: string;
  readonly sql: string;
}

/** `UPDATE txn SET … WHERE number`. */
const update = (number: number, change: string): string =>
  `UPDATE txn SET ${change} WHERE terminal_transaction_number = ${number}`;
const again = (table: string, change: string, where: string): string => {
  const [column = '', value = ''] = change.split(' = ');
  return `CREATE TEMP TABLE copy AS SELECT * FROM ${table} WHERE ${where}; UPDATE copy SET ${column} = ${value};
    INSERT OR REPLACE INTO main.${table} SELECT * FROM copy`;
};

const attacks: Readonly<Record<string, readonly Attack[]>> = {
  'INV-01 items and balance': [
    { name: 'an item is changed', sql: 'UPDATE txn_item SET amount_minor = 1' },
    { name: 'an item is deleted', sql: 'DELETE FROM txn_item' },
    { name: 'an item is replaced', sql: again('txn_item', 'amount_minor = 1', 'terminal_transaction_number = 1') },
    {
      name: 'an item is added to a committed transaction',
      sql: `INSERT INTO txn_item VALUES (4, 2, 'purchase', 'fee', 'customer', 5, NULL, NULL, NULL, NULL, NULL)`,
    },
    {
      name: 'a transaction goes on whose items come to another amount',
      sql: `INSERT INTO txn_item VALUES (1, 2, 'purchase', 'fee', 'customer', 5, NULL, NULL, NULL, NULL, NULL);
        ${update(open, `state = 'Aborted', state_version = 2, ended_at = 'x', abort_reason = 'CANCELLED'`)}`,
    },
  ],
  'INV-04 numbers': [
    { name: 'a number is drawn twice', sql: 'UPDATE assignment SET last_terminal_transaction_number = 4' },
    { name: 'a number is left out', sql: 'UPDATE assignment SET last_terminal_transaction_number = 7' },
    { name: 'the assignment is deleted', sql: 'DELETE FROM assignment' },
    { name: 'the assignment is replaced', sql: again('assignment', 'last_terminal_transaction_number = 0', '1') },
    { name: 'a second assignment', sql: again('assignment', 'singleton = 2', '1') },
    { name: 'another assignment id', sql: 'UPDATE assignment SET assignment_id = 42' },
    { name: 'another journal', sql: `UPDATE assignment SET journal_id = '${'0'.repeat(32)}'` },
    {
      name: 'a transaction with a number of its own choice',
      sql: again('txn', 'terminal_transaction_number = 9', 'terminal_transaction_number = 1'),
    },
    {
      name: 'the last transaction is replaced by an open one',
      sql: `CREATE TEMP TABLE copy AS SELECT * FROM txn WHERE terminal_transaction_number = 1;
        UPDATE copy SET terminal_transaction_number = 5; INSERT OR REPLACE INTO main.txn SELECT * FROM copy`,
    },
  ],
  'INV-05 journal': [
    { name: 'a gap', sql: `INSERT INTO journal VALUES (9, 'shift', 'x', '{}', '${'0'.repeat(64)}')` },
    {
      name: 'a number twice',
      sql: `INSERT OR REPLACE INTO journal VALUES (4, 'shift', 'x', '{}', '${'0'.repeat(64)}')`,
    },
    { name: 'an entry is changed', sql: `UPDATE journal SET payload = '{}' WHERE seq = 1` },
    { name: 'an entry is deleted', sql: 'DELETE FROM journal WHERE seq = 4' },
    {
      name: 'the cursor beyond the journal',
      sql: 'UPDATE replication_cursor SET acknowledged_seq = 5',
    },
    {
      name: 'the cursor goes back',
      sql: 'UPDATE replication_cursor SET acknowledged_seq = 3; UPDATE replication_cursor SET acknowledged_seq = 2',
    },
    { name: 'the cursor is deleted', sql: 'DELETE FROM replication_cursor' },
    { name: 'the cursor is replaced', sql: 'INSERT OR REPLACE INTO replication_cursor VALUES (1, 99, NULL)' },
  ],
  'INV-06 states': [
    { name: 'a transaction is deleted', sql: 'DELETE FROM txn' },
    { name: 'Q1: Open → Commited', sql: update(open, `state = 'Commited', state_version = 2`) },
    { name: 'Open → Committed', sql: update(open, `state = 'Committed', state_version = 2`) },
    { name: 'Open → TerminalConfirmUnknown', sql: update(open, `state = 'TerminalConfirmUnknown', state_version = 2`) },
    { name: 'Committed → Aborted', sql: update(committed, `state = 'Aborted', state_version = 4, abort_reason = 'X'`) },
    { name: 'Committed → Open', sql: update(committed, `state = 'Open', state_version = 4`) },
    { name: 'Aborted → Committed', sql: update(aborted, `state = 'Committed', state_version = 3`) },
    { name: 'TerminalConfirmUnknown → Open', sql: update(unknown, `state = 'Open', state_version = 4`) },
    { name: 'TerminalConfirmStarted → Open', sql: update(started, `state = 'Open', state_version = 3`) },
    {
      name: 'a change of state without the next version',
      sql: update(started, `state = 'TerminalConfirmUnknown', state_version = 4`),
    },
    { name: 'a version without a change of state', sql: update(started, 'state_version = 3') },
    ...[
      'amount_minor = 1',
      `type = 'TopUp'`,
      `payment_method = 'cash'`,
      `currency = 'EUR'`,
      `merchant_id = 'food'`,
    ].map((change) => ({ name: `open: ${change}`, sql: update(open, change) })),
    ...[`tag_uid = 'X'`, 'tag_generation = 2', 'tag_transaction_number = 2', `opened_at = 'x'`].map((change) => ({
      name: `open: ${change}`,
      sql: update(open, change),
    })),
    {
      name: 'open: the balances are moved together',
      sql: update(open, 'balance_before_minor = 0, balance_after_minor = -100'),
    },
    { name: 'open: delta and balance', sql: update(open, 'balance_delta_minor = 0, balance_after_minor = 9000') },
    { name: 'committed: ended at another time', sql: update(committed, `ended_at = 'x'`) },
    { name: 'aborted: for another reason', sql: update(aborted, `abort_reason = 'X'`) },
    { name: 'the log is changed', sql: `UPDATE txn_state_log SET cause = 'x'` },
    { name: 'the log is shortened', sql: 'DELETE FROM txn_state_log' },
    { name: 'the log is replaced', sql: again('txn_state_log', `cause = 'x'`, 'terminal_transaction_number = 4') },
  ],
  'INV-07 images': [
    { name: 'before', sql: update(started, 'slots_before = zeroblob(128)') },
    { name: 'after', sql: update(started, 'slots_after = zeroblob(128)') },
    { name: 'target', sql: update(started, 'target_slot = 1') },
    { name: 'time', sql: update(unknown, `write_started_at = 'x'`) },
  ],
  'CHECK constraint failed': [
    { name: 'images without their time', sql: update(open, 'slots_before = zeroblob(128)') },
    {
      name: 'half an image',
      sql: update(
        open,
        `write_started_at = 'x', slots_before = zeroblob(64), slots_after = zeroblob(128), target_slot = 0`,
      ),
    },
    {
      name: 'a third slot',
      sql: update(
        open,
        `state = 'TerminalConfirmStarted', state_version = 2, write_started_at = 'x', slots_before = zeroblob(128), slots_after = zeroblob(128), target_slot = 2`,
      ),
    },
    {
      name: 'a started write that is still open',
      sql: update(
        open,
        `write_started_at = 'x', slots_before = zeroblob(128), slots_after = zeroblob(128), target_slot = 0`,
      ),
    },
    { name: 'committed without an end', sql: update(started, `state = 'Committed', state_version = 3`) },
    { name: 'aborted without a reason', sql: update(started, `state = 'Aborted', state_version = 3, ended_at = 'x'`) },
    { name: 'a reason without an abort', sql: update(started, `abort_reason = 'X'`) },
    {
      name: 'an item that pays itself',
      sql: `INSERT INTO txn_item VALUES (1, 2, 'purchase', 'fee', 'fee', 5, NULL, NULL, NULL, NULL, NULL)`,
    },
    {
      name: 'an item of nothing',
      sql: `INSERT INTO txn_item VALUES (1, 2, 'purchase', 'fee', 'customer', 0, NULL, NULL, NULL, NULL, NULL)`,
    },
    {
      name: 'a journal kind that does not exist',
      sql: `INSERT INTO journal VALUES (5, 'note', 'x', '{}', '${'0'.repeat(64)}')`,
    },
    {
      name: 'a payload that is no JSON',
      sql: `INSERT INTO journal VALUES (5, 'shift', 'x', '{', '${'0'.repeat(64)}')`,
    },
    { name: 'half a hash', sql: `INSERT INTO journal VALUES (5, 'shift', 'x', '{}', 'ab')` },
  ],
  'FOREIGN KEY constraint failed': [
    {
      name: 'a result of an entry that does not exist',
      sql: `INSERT INTO journal_result VALUES (9, 'X', 'x', 'x', NULL)`,
    },
    {
      name: 'a state of a transaction that does not exist',
      sql: `INSERT INTO txn_state_log VALUES (9, 1, NULL, 'Open', 'x', 'x')`,
    },
  ],
  'cannot store': [
    { name: 'text as an amount', sql: again('txn', `amount_minor = 'many'`, 'terminal_transaction_number = 1') },
    { name: 'a fraction of a minor unit', sql: update(open, 'amount_minor = 0.5') },
  ],
};

describe.each(Object.entries(attacks))('%s', (refusal, attempts) => {
  test.each(attempts.map(({ name, sql }) => [name, sql] as const))('%s is refused', (_, sql) => {
    const before = contents();
    const attack = database.transaction(() => database.exec(sql));
    expect(() => attack()).toThrow(refusal.split(' ')[0]?.startsWith('INV') ? refusal.slice(0, 6) : refusal);
    expect(contents()).toEqual(before);
  });
});

test('what the till itself does passes all of it', () => {
  const { store } = stores.enrolled();
  bookOn(store, purchaseOf(100), unknownEnd);
  expect(store.end(1, committedEnd)).toMatchObject({ state: 'Committed', stateVersion: 4 });
});

describe('account mode', () => {
  const draft = servingOf(purchaseOf(100));

  test('INV-07: a transaction without a number on the tag is committed without a write', () => {
    const { store } = stores.enrolled();
    store.openOfAccount([draft], at);
    store.checkoutOfAccount([1], true, at);
    expect(store.end(1, committedEnd)).toMatchObject({ state: 'Committed', tag: { transactionNumber: null } });
    expect(() => store.openOfAccount([{ ...purchaseOf(100), serving: draft.serving }], at)).toThrow('INV-07');
  });

  test('INV-16: what one tap pays for is opened, checked out and ended together, or not at all', () => {
    const { store, journal, database: own } = stores.enrolled();
    const group = { groupId: 'g' };
    const meal = servingOf({ ...purchaseOf(250), ...group }, { isMeal: true, session: 'lunch' });
    const rest = servingOf({ ...purchaseOf(80), ...group }, { session: 'lunch' });
    const states = () => own.prepare('SELECT state FROM txn ORDER BY terminal_transaction_number').pluck().all();
    expect(() => store.openOfAccount([meal, { ...rest, amountMinor: -1 }], at)).toThrow('amount_minor >= 0');
    expect(() => store.openOfAccount([meal, meal], at)).toThrow('INV-15');
    expect(states()).toEqual([]);
    const numbers = store.openOfAccount([meal, rest], at).map((row) => row.terminalTransactionNumber);
    expect(() => store.checkoutOfAccount([...numbers, 99], true, at)).toThrow('INV-04');
    expect(states()).toEqual(['Open', 'Open']);
    store.checkoutOfAccount(numbers, true, at);
    expect(() => store.endTogether([...numbers, 99], committedEnd)).toThrow('INV-04');
    expect(states()).toEqual(['TerminalConfirmStarted', 'TerminalConfirmStarted']);
    expect(journal.ownSeal().seq).toBe(0);
    store.endTogether(numbers, committedEnd);
    expect(states()).toEqual(['Committed', 'Committed']);
    for (const column of ["session = 'tea'", 'is_meal = 0', "acknowledged_allergens = '[]'"])
      expect(() => own.exec(`UPDATE txn SET ${column} WHERE terminal_transaction_number = 1`)).toThrow('INV-06');
  });

  test('INV-07: it is never written, and so never unknown', () => {
    const { store } = stores.enrolled();
    store.openOfAccount([draft], at);
    expect(() => store.startWriting(1, someImages, at)).toThrow('CHECK constraint failed');
    store.checkoutOfAccount([1], false, at);
    expect(() => store.end(1, unknownEnd)).toThrow('CHECK constraint failed');
  });

  test('INV-07: in tag mode nothing is committed or unknown without a write, as before', () => {
    const { store } = stores.enrolled();
    store.open(purchaseOf(100), shownBy(0, 9_000));
    store.checkout(1, at);
    expect(() => store.end(1, committedEnd)).toThrow('CHECK constraint failed');
    expect(() => store.end(1, unknownEnd)).toThrow('CHECK constraint failed');
  });

  test('INV-06: neither the mode of a transaction nor what the backend held is changed afterwards', () => {
    const { store, database: own } = stores.enrolled();
    store.openOfAccount([draft], at);
    store.checkoutOfAccount([1], false, at);
    expect(() => own.exec('UPDATE txn SET tag_transaction_number = 1')).toThrow('INV-06');
    expect(() => own.exec('UPDATE txn SET is_reserved = 1')).toThrow('INV-06');
  });

  test('the schema is closed again: it cannot be edited through the connection of the till', () => {
    const { database: own } = stores.enrolled();
    expect(() =>
      own.exec("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'x' WHERE name = 'txn'"),
    ).toThrow('may not be modified');
  });
});
