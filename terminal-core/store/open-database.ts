import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { Fault } from '../../contract/ipc/fault.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Migration, migrate, migrations, schemaFault } from './migrations.ts';

/** What every connection that writes is set to; read back, because SQLite ignores what it does not like. */
const pragmas = [
  ['journal_mode', 'wal'],
  // NORMAL, the driver's default for WAL, loses the last sales when the power goes.
  ['synchronous', 2],
  ['foreign_keys', 1],
  // Checkpoints are the till's to time, when nobody holds a tag on the reader.
  ['wal_autocheckpoint', 0],
  ['busy_timeout', 2_000],
  // 2 MiB, SQLite's own default. The driver's 16 MiB would hold whole days of sales that no sale reads again, and let the
  // till's memory grow with every one of them until then (`testing/soak`).
  ['cache_size', -2_000],
  ...(process.platform === 'darwin' ? ([['fullfsync', 1]] as const) : []),
] as const satisfies readonly (readonly [string, string | number])[];

/**
 * Opens the till's database for writing, checks it and brings its schema up to date.
 * @returns DATABASE_CORRUPT, DATABASE_NEWER, DATABASE_EDITED or DISK_FULL where it cannot be used
 */
export function openDatabase(file: string, known: readonly Migration[] = migrations): Result<Database.Database, Fault> {
  const isNew = !existsSync(file);
  let database: Database.Database | undefined;
  try {
    database = new Database(file);
    if (!isNew) {
      const [check] = database.prepare<[], string>('PRAGMA quick_check(1)').pluck().all();
      if (check !== 'ok') return closeWith(database, fault('DATABASE_CORRUPT', { detail: `${check}.` }));
    }
    setPragmas(database);
    const opened = database;
    const backUp = () => opened.prepare('VACUUM INTO ?').run(backupName(file));
    const migrated = migrate(opened, backUp, known);
    return migrated.ok ? ok(opened) : closeWith(opened, migrated.fault);
  } catch (error) {
    const known = databaseFault(error);
    if (!known) throw error;
    return database ? closeWith(database, known) : failed(known);
  }
}

/**
 * Opens the database without the right to write, beside a running till.
 * @returns DATABASE_OLDER or DATABASE_NEWER where its schema is not this release's: only a till that starts may change it
 */
export function openDatabaseReadOnly(file: string): Result<Database.Database, Fault> {
  const database = new Database(file, { readonly: true, fileMustExist: true });
  const problem = schemaFault(database);
  return problem ? closeWith(database, problem) : ok(database);
}

/** The fault behind an error of SQLite or of the disk that a person can do something about; null for a mistake of ours. */
export function databaseFault(error: unknown): Fault | null {
  // The till writes files beside its database too.
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return fault('DISK_FULL');
  if (!(error instanceof Database.SqliteError)) return null;
  const { code, message } = error;
  if (code === 'SQLITE_FULL') return fault('DISK_FULL');
  if (code === 'SQLITE_CORRUPT' || code === 'SQLITE_NOTADB')
    return fault('DATABASE_CORRUPT', { detail: `${message}.` });
  // Another program, for longer than the till waits: a copy that is being made, somebody who looks with a tool of their own.
  if (code.startsWith('SQLITE_BUSY'))
    return fault('DATABASE_UNREACHABLE', { detail: 'another program keeps it locked.' });
  if (code === 'SQLITE_CANTOPEN' || code === 'SQLITE_READONLY' || code.startsWith('SQLITE_IOERR'))
    return fault('DATABASE_UNREACHABLE', { detail: `${message}.` });
  return null;
}

function setPragmas(database: Database.Database): void {
  for (const [name, value] of pragmas) {
    database.pragma(`${name} = ${value}`);
    const stored: unknown = database.pragma(name, { simple: true });
    invariant('INV-40', stored === value, `PRAGMA ${name} is ${String(stored)} instead of ${value}`);
  }
}

function backupName(file: string): string {
  return `${file}.before-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
}

function closeWith<Problem>(database: Database.Database, problem: Problem): Result<never, Problem> {
  database.close();
  return failed(problem);
}
