/**
 * Goal: a database is brought to this release's schema once, after a backup, and one that is newer, damaged or edited by
 * hand is refused and left as it is.
 * Method: real files in temporary folders, edited behind the till's back with a second connection.
 */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { getTableColumns, getTableName, is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, test } from 'vitest';
import { databaseFile, storesOfTest } from '../../testing/till/store-folder.ts';
import { migrations } from './migrations.ts';
import { openDatabase } from './open-database.ts';
import * as schema from './schema.ts';
import { openTillDatabaseReadOnly } from './till-database.ts';

const stores = storesOfTest();

/** A database that was opened once and closed, then changed by somebody else. */
function changedBehindOurBack(sql: string): string {
  const folder = stores.folder();
  stores.open(folder).close();
  const other = new Database(databaseFile(folder));
  other.pragma('foreign_keys = off');
  other.exec(sql);
  other.close();
  return folder;
}

function faultOf(folder: string): string | null {
  const opened = openDatabase(databaseFile(folder));
  if (!opened.ok) return opened.fault.code;
  opened.value.close();
  return null;
}

const filesOf = (folder: string): readonly string[] => fs.readdirSync(folder).sort();

describe('migrations', () => {
  test('are applied once: opened again, nothing is applied and nothing backed up', () => {
    const folder = stores.folder();
    stores.open(folder).close();
    const database = stores.open(folder);
    expect(database.prepare('SELECT number, name FROM schema_migration').all()).toEqual(
      migrations.map(({ number, name }) => ({ number, name })),
    );
    expect(filesOf(folder).filter((name) => name.includes('.before-'))).toEqual([]);
  });

  const released = migrations.map(({ number }) => number);
  const next = released.length + 1;
  const second = { number: next, name: 'second', sql: 'CREATE TABLE note (text TEXT) STRICT' };
  const backups = (folder: string): readonly string[] => filesOf(folder).filter((name) => name.includes('.before-'));

  test('of a database that has something in it come after a backup of what was there', () => {
    const folder = changedBehindOurBack(`INSERT INTO monitor VALUES (1, 'x', 'x', 'x', 1)`);
    const opened = openDatabase(databaseFile(folder), [...migrations, second]);
    if (!opened.ok) throw new Error(opened.fault.code);
    expect(opened.value.prepare('SELECT number FROM schema_migration').pluck().all()).toEqual([...released, next]);
    opened.value.close();
    const [backup = ''] = backups(folder);
    const copy = new Database(path.join(folder, backup), { readonly: true });
    expect(copy.prepare('SELECT number FROM schema_migration').pluck().all()).toEqual(released);
    expect(copy.prepare('SELECT kind FROM monitor').pluck().all()).toEqual(['x']);
    copy.close();
    expect(backups(folder)).toHaveLength(1);
    expect(faultOf(folder)).toBe('DATABASE_NEWER');
  });

  test('that fail leave the database at the release before, and usable by it', () => {
    const folder = changedBehindOurBack('SELECT 1');
    const broken = { number: next + 1, name: 'broken', sql: 'CREATE TABLE note (text TEXT)' };
    expect(() => openDatabase(databaseFile(folder), [...migrations, second, broken])).toThrow('already exists');
    expect(faultOf(folder)).toBeNull();
  });

  test('a schema of another release is not read beside a till: it is said what to do, and left as it is', () => {
    const folder = changedBehindOurBack(`DELETE FROM schema_migration WHERE number > 3`);
    const openedAs = () => {
      const opened = openTillDatabaseReadOnly(folder);
      if (opened.ok) opened.value.close();
      return opened.ok ? null : opened.fault.code;
    };
    expect(openedAs()).toBe('DATABASE_OLDER');
    const newer = changedBehindOurBack(`INSERT INTO schema_migration VALUES (99, 'of the future', 'x', 'y')`);
    const opened = openTillDatabaseReadOnly(newer);
    expect(opened.ok ? null : opened.fault.code).toBe('DATABASE_NEWER');
  });

  test('a newer schema is refused, and left as it is', () => {
    const folder = changedBehindOurBack(`INSERT INTO schema_migration VALUES (99, 'of the future', 'x', 'y')`);
    expect(faultOf(folder)).toBe('DATABASE_NEWER');
    expect(faultOf(folder)).toBe('DATABASE_NEWER');
  });

  test.each([
    ['another migration under the same number', `UPDATE schema_migration SET sha256 = 'x'`],
    ['a dropped trigger', 'DROP TRIGGER journal_stays'],
    ['a dropped index', 'DROP INDEX txn_unresolved'],
    ['another table', 'CREATE TABLE note (text TEXT)'],
    ['another column', 'ALTER TABLE monitor ADD COLUMN note TEXT'],
    [
      'a trigger that does something else',
      `DROP TRIGGER journal_stays;
      CREATE TRIGGER journal_stays BEFORE DELETE ON journal BEGIN SELECT 1; END`,
    ],
    ['no list of migrations', 'DROP TABLE schema_migration'],
    ['an empty list of migrations', 'DELETE FROM schema_migration'],
  ])('edited by hand (%s): refused', (_, sql) => {
    const folder = changedBehindOurBack(sql);
    expect(faultOf(folder)).toBe('DATABASE_EDITED');
  });

  test('a file that is no database, or a damaged one, is refused and kept', () => {
    const folder = stores.folder();
    fs.writeFileSync(databaseFile(folder), 'this is a letter, not a database, and rather a long one'.repeat(100));
    expect(faultOf(folder)).toBe('DATABASE_CORRUPT');
    expect(fs.readFileSync(databaseFile(folder), 'utf8')).toContain('a letter');

    const damaged = changedBehindOurBack('PRAGMA wal_checkpoint(truncate)');
    const bytes = fs.readFileSync(databaseFile(damaged));
    bytes.fill(0xff, 8_192, 8_192 + 3_000);
    fs.writeFileSync(databaseFile(damaged), bytes);
    expect(faultOf(damaged)).toBe('DATABASE_CORRUPT');
  });
});

test('INV-40: the connection that writes syncs every commit, checks what refers to what, and keeps few pages', () => {
  const database = stores.open(stores.folder());
  const pragmas = ['journal_mode', 'synchronous', 'foreign_keys', 'wal_autocheckpoint', 'busy_timeout', 'cache_size'];
  const values = pragmas.map((name) => database.pragma(name, { simple: true }));
  expect(values).toEqual(['wal', 2, 1, 0, 2_000, -2_000]);
});

describe('drizzle sees the tables as they are', () => {
  const tables = Object.values(schema).filter((value) => is(value, SQLiteTable));

  test('all of them and no others', () => {
    const database = stores.open(stores.folder());
    const migrated = database
      .prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_migration' ORDER BY name`)
      .pluck()
      .all();
    expect(tables.map(getTableName).sort()).toEqual(migrated);
  });

  test.each(tables.map((table) => [getTableName(table), table] as const))('%s, column by column', (name, table) => {
    const database = stores.open(stores.folder());
    const migrated = database
      .prepare('SELECT name, type, "notnull" AS isRequired, dflt_value AS preset, pk FROM pragma_table_info(?)')
      .all(name);
    const { primaryKeys } = getTableConfig(table);
    const keys = primaryKeys.flatMap(({ columns }) => columns.map((column) => column.name));
    const seen = Object.values(getTableColumns(table)).map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      // A single integer key is the row's own number and cannot be null; SQLite does not say so.
      isRequired: column.notNull && !(column.primary && column.getSQLType() === 'integer') ? 1 : 0,
      preset: column.default === undefined ? null : String(column.default),
      pk: column.primary ? 1 : keys.indexOf(column.name) + 1,
    }));
    expect(seen).toEqual(migrated);
  });

  test('STRICT: every table', () => {
    const database = stores.open(stores.folder());
    expect(
      database.prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0`).pluck().all(),
    ).toEqual(['sqlite_schema']);
  });
});

test('beside a writer one can look and not touch', () => {
  const folder = stores.folder();
  const writer = stores.open(folder);
  const opened = openTillDatabaseReadOnly(folder);
  if (!opened.ok) throw new Error(opened.fault.message);
  const reader = opened.value;
  expect(reader.transactions.counts().lastTerminalTransactionNumber).toBe(0);
  expect(() => reader.assignments.halt('JOURNAL_FORKED')).toThrow(/readonly/);
  writer.exec('BEGIN IMMEDIATE');
  expect(reader.journal.acknowledgedSeq()).toBe(0);
  writer.exec('ROLLBACK');
  reader.close();
});
