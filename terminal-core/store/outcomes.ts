import type Database from 'better-sqlite3';
import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { z } from 'zod';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import type { OutcomeStore, RejectedEntry, UnknownTransaction } from '../checkout/history-ports.ts';
import { journal, journalResult, replicationCursor, txn } from './schema.ts';

/** What of a rejected payload can be told to a person, wherever it parses that far. */
const tellable = transactionPayloadSchema
  .pick({ terminalTransactionNumber: true, type: true, amountMinor: true, tag: true })
  .partial();

/** What this till has told the backend and cannot settle alone (Q9, ingest rule 4). */
export class StoredOutcomes implements OutcomeStore {
  readonly #database: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database.Database, drizzle: BetterSQLite3Database) {
    this.#database = database;
    this.#statements = prepare(drizzle);
  }

  unknownAndSent(): readonly UnknownTransaction[] {
    return this.#statements.unknownAndSent.all();
  }

  rejected(): readonly RejectedEntry[] {
    return this.#statements.rejected.all().map(({ payload, ...entry }) => {
      const told = tellable.safeParse(z.json().parse(JSON.parse(payload))).data;
      return {
        ...entry,
        terminalTransactionNumber: told?.terminalTransactionNumber ?? null,
        type: told?.type ?? null,
        amountMinor: told?.amountMinor ?? null,
        uid: told?.tag?.uid ?? null,
      };
    });
  }

  resolveRejected(seqs: readonly number[], at: string): void {
    this.#database
      .transaction(() => {
        for (const seq of seqs) this.#statements.resolve.run({ seq, at });
      })
      .immediate();
  }
}

function prepare(drizzle: BetterSQLite3Database) {
  return {
    unknownAndSent: drizzle
      .select({ terminalTransactionNumber: txn.terminalTransactionNumber, journalSeq: sql<number>`${txn.journalSeq}` })
      .from(txn)
      // As literals: only so can SQLite see that the partial index `txn_unknown` applies.
      .where(
        sql`${txn.state} = 'TerminalConfirmUnknown' and ${txn.journalSeq} <= (select ${replicationCursor.acknowledgedSeq} from ${replicationCursor})`,
      )
      .orderBy(asc(txn.terminalTransactionNumber))
      .prepare(),
    rejected: drizzle
      .select({
        seq: journalResult.seq,
        code: journalResult.code,
        message: journalResult.message,
        receivedAt: journalResult.receivedAt,
        kind: journal.kind,
        payload: journal.payload,
      })
      .from(journalResult)
      .innerJoin(journal, eq(journal.seq, journalResult.seq))
      .where(isNull(journalResult.resolvedAt))
      .orderBy(asc(journalResult.seq))
      .prepare(),
    resolve: drizzle
      .update(journalResult)
      .set({ resolvedAt: sql`${sql.placeholder('at')}` })
      .where(and(eq(journalResult.seq, sql.placeholder('seq')), isNull(journalResult.resolvedAt)))
      .prepare(),
  };
}
