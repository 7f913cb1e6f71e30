import path from 'node:path';
import type Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { z } from 'zod';
import type { Fault } from '../../contract/ipc/fault.ts';
import { ok, type Result } from '../domain/result.ts';
import { StoredAccounts } from './accounts.ts';
import { StoredAssignment } from './assignment.ts';
import { StoredCashReturns } from './cash-returns.ts';
import { type DatabaseFacts, databaseFacts } from './database-facts.ts';
import { StoredHistory } from './history.ts';
import { Journal } from './journal.ts';
import { openDatabase, openDatabaseReadOnly } from './open-database.ts';
import { StoredOutcomes } from './outcomes.ts';
import { StoredReplacements } from './replacements.ts';
import { StoredShifts } from './shifts.ts';
import { StepTrail } from './step-trail.ts';
import { StoredTransactions } from './transactions.ts';

export const databaseName = 'till.db';

/** Grows beyond this many pages only while a sale is running; then it is copied back when nobody waits. */
const walPagesMax = 1_000;

const checkpointStateSchema = z.tuple([z.object({ log: z.int() })]);

/** Everything a till keeps, over one connection. */
export interface TillDatabase {
  readonly assignments: StoredAssignment;
  readonly transactions: StoredTransactions;
  readonly journal: Journal;
  readonly accounts: StoredAccounts;
  readonly shifts: StoredShifts;
  readonly replacements: StoredReplacements;
  readonly outcomes: StoredOutcomes;
  readonly history: StoredHistory;
  readonly cashReturns: StoredCashReturns;
  /** The database itself in figures. */
  facts(): DatabaseFacts;
  /** Follows from now on what another connection writes. */
  trail(): StepTrail;
  /** Copies the write-ahead log back into the database when it has grown; called when no tag is being waited for. */
  checkpoint(): void;
  close(): void;
}

/** For the one writer, who holds the folder’s lock. @returns the fault of a database that cannot be gone on with */
export function openTillDatabase(dataFolder: string): Result<TillDatabase, Fault> {
  const opened = openDatabase(path.join(dataFolder, databaseName));
  return opened.ok ? ok(tillDatabase(opened.value)) : opened;
}

/** For looking beside a running till; every writing method of it fails. */
export function openTillDatabaseReadOnly(dataFolder: string): Result<TillDatabase, Fault> {
  const opened = openDatabaseReadOnly(path.join(dataFolder, databaseName));
  return opened.ok ? ok(tillDatabase(opened.value)) : opened;
}

function tillDatabase(database: Database.Database): TillDatabase {
  const orm = drizzle(database);
  const journal = new Journal(database, orm);
  const transactions = new StoredTransactions(database, orm, journal);
  return {
    journal,
    assignments: new StoredAssignment(orm),
    shifts: new StoredShifts(database, orm, journal),
    outcomes: new StoredOutcomes(database, orm),
    history: new StoredHistory(orm),
    cashReturns: new StoredCashReturns(database, orm, journal),
    accounts: new StoredAccounts(database, orm, journal),
    transactions,
    replacements: new StoredReplacements(database, orm, transactions),
    facts: () => databaseFacts(database),
    trail: () => new StepTrail(database),
    checkpoint: () => checkpointWhenLarge(database),
    close: () => database.close(),
  };
}

function checkpointWhenLarge(database: Database.Database): void {
  const [state] = checkpointStateSchema.parse(database.pragma('wal_checkpoint(noop)'));
  if (state.log > walPagesMax) database.pragma('wal_checkpoint(passive)');
}
