import { asc, count, desc, eq, isNull, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import {
  assignment,
  cashReturn,
  journalResult,
  replicationCursor,
  shift,
  txn,
  txnItem,
  txnStateLog,
} from './schema.ts';

/** As literals and not as parameters: only so can SQLite see that the partial index `txn_unresolved` applies. */
const unresolved = sql`${txn.state} IN ('Open', 'TerminalConfirmStarted', 'TerminalConfirmUnknown')`;

/** The `+` keeps SQLite from walking the whole table in its own order, only to save sorting a handful of rows. */
const oldestFirst = sql`+${txn.terminalTransactionNumber}`;

/**
 * A part of a sale whose goods nobody has paid, or of which another part was given back: nothing is left that it paid for.
 * Only groups with a part are looked at (index `txn_part`).
 */
const halfPaid = sql`${txn.groupId} IN (SELECT group_id FROM txn WHERE is_part = 1)
  AND ${txn.type} = 'Purchase' AND ${txn.state} = 'Committed'
  AND NOT EXISTS (SELECT 1 FROM txn back
    WHERE back.reference_terminal_transaction_number = ${txn.terminalTransactionNumber} AND back.state <> 'Aborted')
  AND (
    NOT EXISTS (SELECT 1 FROM txn goods
      WHERE goods.group_id = ${txn.groupId} AND goods.type = 'Purchase' AND goods.is_part = 0 AND goods.state <> 'Aborted')
    OR EXISTS (SELECT 1 FROM txn other JOIN txn back
      ON back.reference_terminal_transaction_number = other.terminal_transaction_number AND back.state = 'Committed'
      WHERE other.group_id = ${txn.groupId} AND other.type = 'Purchase'))`;

/** Every question that the till's transactions are asked, prepared once: an unprepared one costs eight times as much. */
export function prepareTransactionStatements(drizzle: BetterSQLite3Database) {
  return {
    drawNumber: drizzle
      .update(assignment)
      .set({ lastTerminalTransactionNumber: sql`${assignment.lastTerminalTransactionNumber} + 1` })
      .where(isNull(assignment.haltedCode))
      .returning({ number: assignment.lastTerminalTransactionNumber })
      .prepare(),
    one: drizzle
      .select()
      .from(txn)
      .where(eq(txn.terminalTransactionNumber, sql.placeholder('number')))
      .prepare(),
    items: drizzle
      .select()
      .from(txnItem)
      .where(eq(txnItem.terminalTransactionNumber, sql.placeholder('number')))
      .orderBy(asc(txnItem.line))
      .prepare(),
    unresolved: drizzle.select().from(txn).where(unresolved).orderBy(oldestFirst).prepare(),
    unresolvedOfTag: drizzle
      .select()
      .from(txn)
      .where(sql`${unresolved} and ${txn.tagUid} = ${sql.placeholder('uid')}`)
      .orderBy(oldestFirst)
      .prepare(),
    committedOfTag: drizzle
      .select()
      .from(txn)
      .where(
        sql`${txn.tagUid} = ${sql.placeholder('uid')} and ${txn.type} = ${sql.placeholder('type')} and ${txn.state} = 'Committed'`,
      )
      .orderBy(desc(txn.terminalTransactionNumber))
      .limit(sql.placeholder('limit'))
      .prepare(),
    lastCommittedOfTag: drizzle
      .select({ row: txn, cause: txnStateLog.cause })
      .from(txn)
      .innerJoin(
        txnStateLog,
        sql`${txnStateLog.terminalTransactionNumber} = ${txn.terminalTransactionNumber} and ${txnStateLog.stateVersion} = ${txn.stateVersion}`,
      )
      .where(sql`${txn.tagUid} = ${sql.placeholder('uid')} and ${txn.state} = 'Committed'`)
      .orderBy(desc(txn.terminalTransactionNumber))
      .limit(1)
      .prepare(),
    referring: drizzle
      .select()
      .from(txn)
      .where(
        sql`${txn.referenceTerminalTransactionNumber} = ${sql.placeholder('number')} and ${txn.state} <> 'Aborted'`,
      )
      .orderBy(asc(txn.terminalTransactionNumber))
      .prepare(),
    ofGroup: drizzle
      .select()
      .from(txn)
      .where(eq(txn.groupId, sql.placeholder('groupId')))
      .orderBy(asc(txn.terminalTransactionNumber))
      .prepare(),
    halfPaid: drizzle.select().from(txn).where(halfPaid).orderBy(oldestFirst).prepare(),
    cursor: drizzle.select().from(replicationCursor).prepare(),
    openShift: drizzle.select({ shiftId: shift.shiftId }).from(shift).where(isNull(shift.closedAt)).prepare(),
    lastNumber: drizzle.select({ last: assignment.lastTerminalTransactionNumber }).from(assignment).prepare(),
    countsByState: drizzle
      .select({ state: txn.state, rows: count() })
      .from(txn)
      .where(unresolved)
      .groupBy(txn.state)
      .prepare(),
    countCashToReturn: drizzle
      .select({ rows: count() })
      .from(txn)
      .where(
        sql`${txn.state} = 'Aborted' and ${txn.type} = 'TopUp' and ${txn.paymentMethod} = 'cash' and not exists (
          select 1 from ${cashReturn} where ${cashReturn.terminalTransactionNumber} = ${txn.terminalTransactionNumber})`,
      )
      .prepare(),
    countRejected: drizzle
      .select({ rows: count() })
      .from(journalResult)
      .where(isNull(journalResult.resolvedAt))
      .prepare(),
  };
}
