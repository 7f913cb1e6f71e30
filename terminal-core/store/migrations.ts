import { createHash } from 'node:crypto';
import type Database from 'better-sqlite3';
import type { Fault } from '../../contract/ipc/fault.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { firstSale } from './migrations/0001-first-sale.ts';
import { festival } from './migrations/0002-festival.ts';
import { shifts } from './migrations/0003-shifts.ts';
import { accountMode } from './migrations/0004-account-mode.ts';
import { cardPayments } from './migrations/0005-card-payments.ts';
import { cashReturns } from './migrations/0006-cash-returns.ts';
import { tagReplacements } from './migrations/0007-tag-replacements.ts';
import { splitSales } from './migrations/0008-split-sales.ts';
import { rejectionsOpen } from './migrations/0009-rejections-open.ts';
import { canteens } from './migrations/0010-canteens.ts';

export interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** In order, additive only; one that has been released is never changed again. */
export const migrations: readonly Migration[] = [
  { number: 1, name: 'first-sale', sql: firstSale },
  { number: 2, name: 'festival', sql: festival },
  { number: 3, name: 'shifts', sql: shifts },
  { number: 4, name: 'account-mode', sql: accountMode },
  { number: 5, name: 'card-payments', sql: cardPayments },
  { number: 6, name: 'cash-returns', sql: cashReturns },
  { number: 7, name: 'tag-replacements', sql: tagReplacements },
  { number: 8, name: 'split-sales', sql: splitSales },
  { number: 9, name: 'rejections-open', sql: rejectionsOpen },
  { number: 10, name: 'canteens', sql: canteens },
];

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex');

const emptyStructureHash = hashOf('');

interface AppliedRow {
  readonly number: number;
  readonly sha256: string;
}

/**
 * Brings a database to this release's schema, each migration in a transaction of its own, after a backup of a database
 * that has anything in it.
 * @param backUp called once before the first migration of a database that is not new
 * @param known the migrations of this release
 * @returns DATABASE_NEWER for a schema this release does not know, DATABASE_EDITED where a migration or the structure
 *   differs from what was applied
 */
export function migrate(
  database: Database.Database,
  backUp: () => void,
  known: readonly Migration[],
): Result<void, Fault> {
  const applied = appliedMigrations(database);
  const newest = applied.at(-1)?.number ?? 0;
  if (newest > known.length) return failed(fault('DATABASE_NEWER'));
  for (const row of applied) {
    const migration = known[row.number - 1];
    if (!migration || hashOf(migration.sql) !== row.sha256)
      return failed(fault('DATABASE_EDITED', { detail: `migration ${row.number}` }));
  }
  const expected = applied.length > 0 ? storedStructureHash(database) : emptyStructureHash;
  if (structureHash(database) !== expected) return failed(fault('DATABASE_EDITED', { detail: 'tables or triggers' }));
  const open = known.slice(newest);
  if (open.length === 0) return ok(undefined);
  if (newest > 0) backUp();
  // A constraint can be loosened only in the text of the schema, which better-sqlite3 else keeps from being written.
  database.unsafeMode(true);
  try {
    database.transaction(() => apply(database, open)).immediate();
  } finally {
    database.unsafeMode(false);
  }
  return ok(undefined);
}

/** Why a database cannot be read as it stands; null where its schema is this release's. */
export function schemaFault(database: Database.Database): Fault | null {
  const newest = appliedMigrations(database).at(-1)?.number ?? 0;
  if (newest === migrations.length) return null;
  return fault(newest < migrations.length ? 'DATABASE_OLDER' : 'DATABASE_NEWER');
}

function apply(database: Database.Database, open: readonly Migration[]): void {
  database.exec(`
    CREATE TABLE IF NOT EXISTS schema_migration (
      number INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, structure_sha256 TEXT NOT NULL
    ) STRICT;
  `);
  const insert = database.prepare('INSERT INTO schema_migration VALUES (?, ?, ?, ?)');
  for (const { number, name, sql } of open) {
    database.exec(sql);
    insert.run(number, name, hashOf(sql), structureHash(database));
  }
}

function appliedMigrations(database: Database.Database): AppliedRow[] {
  const exists = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migration'").get();
  if (!exists) return [];
  return database.prepare<[], AppliedRow>('SELECT number, sha256 FROM schema_migration ORDER BY number').all();
}

function storedStructureHash(database: Database.Database): string | undefined {
  return database
    .prepare<[], string>('SELECT structure_sha256 FROM schema_migration ORDER BY number DESC LIMIT 1')
    .pluck()
    .get();
}

/** Every table, index and trigger as SQLite keeps its text: what an edit by hand would change. */
function structureHash(database: Database.Database): string {
  const statements = database
    .prepare<[], string>(
      "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'schema_migration' ORDER BY name",
    )
    .pluck()
    .all();
  return hashOf(statements.join('\n'));
}
