import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { TillStatus } from '../../contract/ipc/operations.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { databaseFault } from '../store/open-database.ts';
import { databaseName, openTillDatabaseReadOnly } from '../store/till-database.ts';
import { tillStatus } from '../till/status.ts';

/** The till in figures, read from its disk without the right to write: also while another process sells. */
export function readTillStatus(dataFolder: string): Result<TillStatus, Fault> {
  if (!existsSync(path.join(dataFolder, databaseName))) return failed(fault('NOT_ENROLLED'));
  try {
    const database = openTillDatabaseReadOnly(dataFolder);
    try {
      return ok(tillStatus(database.assignments.assignment(), database.transactions.counts()));
    } finally {
      database.close();
    }
  } catch (error) {
    const known = databaseFault(error);
    if (!known) throw error;
    return failed(known);
  }
}
