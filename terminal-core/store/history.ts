import { and, asc, desc, eq, lt, ne, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { HistoryStore, LoggedState, PastTransaction } from '../checkout/history-ports.ts';
import { journalResult, replicationCursor, txn, txnStateLog } from './schema.ts';

/** What this till has done, newest first, read a page at a time: a till may have a hundred thousand transactions. */
export class StoredHistory implements HistoryStore {
  readonly #statements: ReturnType<typeof prepare>;

  constructor(drizzle: BetterSQLite3Database) {
    this.#statements = prepare(drizzle);
  }

  before(terminalTransactionNumber: number, limit: number): readonly PastTransaction[] {
    return this.#statements.page.all({ number: terminalTransactionNumber, limit }).map(pastOf);
  }

  one(terminalTransactionNumber: number): PastTransaction | null {
    const [row] = this.#statements.page.all({ number: terminalTransactionNumber + 1, limit: 1 });
    return row?.terminalTransactionNumber === terminalTransactionNumber ? pastOf(row) : null;
  }

  lastSaleNumber(): number | null {
    return this.#statements.lastSale.get()?.number ?? null;
  }

  states(terminalTransactionNumber: number): readonly LoggedState[] {
    return this.#statements.states.all({ number: terminalTransactionNumber });
  }
}

type Row = ReturnType<ReturnType<typeof prepare>['page']['all']>[number];

function pastOf({ isSent, isRejected, ...row }: Row): PastTransaction {
  return { ...row, sent: isSent === 1, rejected: isRejected === 1 };
}

function prepare(drizzle: BetterSQLite3Database) {
  return {
    page: drizzle
      .select({
        terminalTransactionNumber: txn.terminalTransactionNumber,
        type: txn.type,
        paymentMethod: txn.paymentMethod,
        state: txn.state,
        amountMinor: txn.amountMinor,
        balanceDeltaMinor: txn.balanceDeltaMinor,
        uid: txn.tagUid,
        openedAt: txn.openedAt,
        abortReason: txn.abortReason,
        isSent: sql<number>`coalesce(${txn.journalSeq} <= (select ${replicationCursor.acknowledgedSeq} from ${replicationCursor}), 0)`,
        isRejected: sql<number>`exists (select 1 from ${journalResult} where ${journalResult.seq} = ${txn.journalSeq} and ${journalResult.resolvedAt} is null)`,
      })
      .from(txn)
      .where(lt(txn.terminalTransactionNumber, sql.placeholder('number')))
      .orderBy(desc(txn.terminalTransactionNumber))
      .limit(sql.placeholder('limit'))
      .prepare(),
    lastSale: drizzle
      .select({ number: txn.terminalTransactionNumber })
      .from(txn)
      .where(and(eq(txn.type, 'Purchase'), ne(txn.state, 'Aborted')))
      .orderBy(desc(txn.terminalTransactionNumber))
      .limit(1)
      .prepare(),
    states: drizzle
      .select({ state: txnStateLog.toState, at: txnStateLog.at, cause: txnStateLog.cause })
      .from(txnStateLog)
      .where(eq(txnStateLog.terminalTransactionNumber, sql.placeholder('number')))
      .orderBy(asc(txnStateLog.stateVersion))
      .prepare(),
  };
}
