import path from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { databaseName } from '../../terminal-core/store/till-database.ts';
import { copyFolder } from '../klink/test-folder.ts';
import { faultsOfBooks } from '../till/books.ts';

const rowSchema = z.object({
  number: z.int(),
  state: z.string(),
  writeStartedAt: z.string().nullable(),
  /** Null where no card was to pay. */
  paymentStatus: z.string().nullable(),
  deltaMinor: z.int(),
  /** What one tap, or one sale, has in common; null of a transaction by itself. */
  groupId: z.string().nullable(),
  isMeal: z.int().transform((flag) => flag === 1),
});
export type LeftRow = z.infer<typeof rowSchema>;

/** What a till has on its disk, read without the till's own code. */
export interface DiskState {
  readonly assignmentId: number;
  /** Every transaction, oldest first. */
  readonly rows: readonly LeftRow[];
  /** What does not hold in numbers, items, states and journal (INV-01, INV-04 … INV-06). */
  readonly faults: readonly string[];
  readonly journalKinds: readonly unknown[];
}

/**
 * Reads a copy of the folder: opening the database of a killed till would already be the first step of its recovery, and
 * closing it the second.
 */
export function readDisk(dataFolder: string): DiskState {
  const copy = copyFolder(dataFolder, 'till-left');
  try {
    const database = new Database(path.join(copy.place, databaseName));
    try {
      return {
        assignmentId: z.int().parse(database.prepare('SELECT assignment_id FROM assignment').pluck().get()),
        rows: z.array(rowSchema).parse(
          database
            .prepare(
              `SELECT terminal_transaction_number AS number, state, write_started_at AS writeStartedAt,
                 payment_status AS paymentStatus, group_id AS groupId, is_meal AS isMeal,
                 balance_delta_minor AS deltaMinor FROM txn ORDER BY terminal_transaction_number`,
            )
            .all(),
        ),
        faults: faultsOfBooks(database),
        journalKinds: database.prepare('SELECT kind FROM journal ORDER BY seq').pluck().all(),
      };
    } finally {
      database.close();
    }
  } finally {
    copy.remove();
  }
}
