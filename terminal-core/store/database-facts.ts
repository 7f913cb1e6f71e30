import { statSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { z } from 'zod';

/** The database in figures. */
export interface DatabaseFacts {
  readonly schema: number;
  readonly sqlite: string;
  readonly journalMode: string;
  readonly sizeBytes: number;
  readonly walBytes: number;
  readonly transactionCount: number;
}

const textSchema = z.string();
const countSchema = z.int().nullable();

/** What support wants to know of a till’s database, read as it is. */
export function databaseFacts(database: Database.Database): DatabaseFacts {
  const text = (sql: string): string => textSchema.parse(database.prepare(sql).pluck().get());
  const count = (sql: string): number => countSchema.parse(database.prepare(sql).pluck().get()) ?? 0;
  return {
    schema: count('SELECT max(number) FROM schema_migration'),
    sqlite: text('SELECT sqlite_version()'),
    journalMode: text('PRAGMA journal_mode'),
    sizeBytes: sizeOf(database.name),
    walBytes: sizeOf(`${database.name}-wal`),
    transactionCount: count('SELECT max(terminal_transaction_number) FROM txn'),
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
