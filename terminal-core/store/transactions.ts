import type Database from 'better-sqlite3';
import { asc, count, desc, eq, isNull, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { TagEventPayload, TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { TerminalState, TransactionType } from '../../contract/wire/words.ts';
import type { PaymentChange, StoreCounts, TransactionEnd, TransactionStore } from '../checkout/transaction-ports.ts';
import { assertItemsBalance } from '../domain/bookings.ts';
import { invariant } from '../domain/invariant.ts';
import { isPartOfSale } from '../domain/returns.ts';
import {
  type AccountDraft,
  assertTransition,
  type TillTransaction,
  type TransactionDraft,
  transactionPayload,
  type WriteImages,
} from '../domain/transaction.ts';
import { exposureOn } from './accounts.ts';
import type { Journal } from './journal.ts';
import { StoredPayments } from './payments.ts';
import {
  assignment,
  cashReturn,
  journalResult,
  monitor,
  replicationCursor,
  shift,
  tagSnapshot,
  txn,
  txnItem,
  txnStateLog,
} from './schema.ts';
import { itemRow, servingColumns, slotsColumn, type TxnRow, tagColumns, transactionOf } from './transaction-rows.ts';

/** The till's transactions in SQLite. Each public method that writes is one `BEGIN IMMEDIATE` … `COMMIT`. */
export class StoredTransactions implements TransactionStore {
  readonly #database: Database.Database;
  readonly #drizzle: BetterSQLite3Database;
  readonly #journal: Journal;
  readonly #payments: StoredPayments;
  readonly #statements: ReturnType<typeof prepare>;
  readonly #exposureMinor: ReturnType<typeof exposureOn>;
  /**
   * Every view asks for them, and the question costs more with every split sale there ever was: the answer is kept until one
   * of a group, or one that gives something back, begins or ends. This process is the only one that writes.
   */
  #halfPaid: readonly TillTransaction[] | null = null;

  constructor(database: Database.Database, drizzle: BetterSQLite3Database, journal: Journal) {
    this.#database = database;
    this.#drizzle = drizzle;
    this.#journal = journal;
    this.#payments = new StoredPayments(drizzle);
    this.#statements = prepare(drizzle);
    this.#exposureMinor = exposureOn(database);
  }

  open(draft: TransactionDraft, shown: TagSnapshotPayload): TillTransaction {
    return this.#commit(() => {
      const opened = this.#insert(draft, 'admit', shown.readAt);
      this.#journalSnapshot(shown);
      return opened;
    });
  }

  openOfAccount(drafts: readonly AccountDraft[], at: string): readonly TillTransaction[] {
    const areUnwritten = drafts.every(({ tag }) => tag.transactionNumber === null);
    invariant('INV-07', areUnwritten, 'account mode writes no number');
    return this.#commit(() =>
      drafts.map(({ serving, ...draft }) => this.#insert(draft, 'reserve', at, servingColumns(serving))),
    );
  }

  checkout(terminalTransactionNumber: number, at: string): TillTransaction {
    return this.#commit(() => {
      this.#change(terminalTransactionNumber, 'TerminalConfirmStarted', at, 'checkout', { effect: 'await-second-tap' });
      return this.#get(terminalTransactionNumber);
    });
  }

  checkoutOfAccount(
    terminalTransactionNumbers: readonly number[],
    isReserved: boolean,
    at: string,
  ): readonly TillTransaction[] {
    const columns = { effect: 'confirm', isReserved: isReserved ? 1 : 0 };
    return this.#commit(() =>
      terminalTransactionNumbers.map((number) => {
        this.#change(number, 'TerminalConfirmStarted', at, 'checkout', columns);
        return this.#get(number);
      }),
    );
  }

  startWriting(
    terminalTransactionNumber: number,
    images: WriteImages,
    at: string,
    tag?: TillTransaction['tag'],
  ): TillTransaction {
    const columns = {
      ...(tag ? tagColumns(tag) : {}),
      effect: 'write-tag',
      writeStartedAt: at,
      slotsBefore: slotsColumn(images.before),
      slotsAfter: slotsColumn(images.after),
      targetSlot: images.targetSlot,
    };
    return this.#commit(() => {
      if (this.#get(terminalTransactionNumber).state === 'Open')
        this.#change(terminalTransactionNumber, 'TerminalConfirmStarted', at, 'checkout', columns);
      else
        this.#drizzle
          .update(txn)
          .set(columns)
          .where(eq(txn.terminalTransactionNumber, terminalTransactionNumber))
          .run();
      return this.#get(terminalTransactionNumber);
    });
  }

  recordPayment(terminalTransactionNumber: number, change: PaymentChange): TillTransaction {
    return this.#commit(() => {
      const { state } = this.#get(terminalTransactionNumber);
      invariant('INV-12', state === 'Open', `a payment of transaction ${terminalTransactionNumber}, which is ${state}`);
      const columns = this.#changePayment(terminalTransactionNumber, change);
      if (columns)
        this.#drizzle
          .update(txn)
          .set(columns)
          .where(eq(txn.terminalTransactionNumber, terminalTransactionNumber))
          .run();
      return this.#get(terminalTransactionNumber);
    });
  }

  openPayment(): TillTransaction | null {
    const row = this.#payments.openRow();
    return row ? this.#withItems(row) : null;
  }

  end(terminalTransactionNumber: number, end: TransactionEnd): TillTransaction {
    return this.#commit(() => this.#end(terminalTransactionNumber, end));
  }

  endTogether(terminalTransactionNumbers: readonly number[], end: TransactionEnd): readonly TillTransaction[] {
    return this.#commit(() => terminalTransactionNumbers.map((number) => this.#end(number, end)));
  }

  unresolved(uid: string | null): readonly TillTransaction[] {
    const rows = uid === null ? this.#statements.unresolved.all() : this.#statements.unresolvedOfTag.all({ uid });
    return rows.map((row) => this.#withItems(row));
  }

  committedOfTag(uid: string, type: TransactionType, limit: number): readonly TillTransaction[] {
    return this.#statements.committedOfTag.all({ uid, type, limit }).map((row) => this.#withItems(row));
  }

  find(terminalTransactionNumber: number): TillTransaction | null {
    const row = this.#statements.one.get({ number: terminalTransactionNumber });
    return row ? this.#withItems(row) : null;
  }

  lastSettledByBackend(uid: string): TillTransaction | null {
    const last = this.#statements.lastCommittedOfTag.get({ uid });
    return last?.cause === 'backend' ? this.#withItems(last.row) : null;
  }

  committed(terminalTransactionNumber: number): TillTransaction | null {
    const row = this.#statements.one.get({ number: terminalTransactionNumber });
    return row?.state === 'Committed' ? this.#withItems(row) : null;
  }

  referring(terminalTransactionNumber: number): readonly TillTransaction[] {
    return this.#statements.referring.all({ number: terminalTransactionNumber }).map((row) => this.#withItems(row));
  }

  ofGroup(groupId: string): readonly TillTransaction[] {
    return this.#statements.ofGroup.all({ groupId }).map((row) => this.#withItems(row));
  }

  halfPaid(): readonly TillTransaction[] {
    this.#halfPaid ??= this.#statements.halfPaid.all().map((row) => this.#withItems(row));
    return this.#halfPaid;
  }

  recordSnapshot(shown: TagSnapshotPayload): void {
    if (this.#isNews(shown)) this.#commit(() => this.#journalSnapshot(shown));
  }

  recordMonitor(transaction: TillTransaction, kind: string, at: string): void {
    this.#commit(() => this.#monitor(transaction, kind, at));
  }

  recordTagEvent(event: TagEventPayload, at: string): void {
    this.#commit(() => this.#journal.append('tagEvent', at, event));
  }

  counts(): StoreCounts {
    const cursor = this.#statements.cursor.get();
    const byState = new Map(this.#statements.countsByState.all().map((row) => [row.state, row.rows]));
    return {
      lastTerminalTransactionNumber: this.#statements.lastNumber.get()?.last ?? 0,
      journalSeq: this.#journal.ownSeal().seq,
      acknowledgedSeq: cursor?.acknowledgedSeq ?? 0,
      acknowledgedAt: cursor?.acknowledgedAt ?? null,
      exposureMinor: this.#exposureMinor(null),
      unfinishedCount: (byState.get('Open') ?? 0) + (byState.get('TerminalConfirmStarted') ?? 0),
      unknownCount: byState.get('TerminalConfirmUnknown') ?? 0,
      rejectedCount: this.#statements.countRejected.get()?.rows ?? 0,
      cashToReturnCount: this.#statements.countCashToReturn.get()?.rows ?? 0,
    };
  }

  #commit<Value>(work: () => Value): Value {
    return this.#database.transaction(work).immediate();
  }

  #end(terminalTransactionNumber: number, end: TransactionEnd): TillTransaction {
    const payment = end.payment && this.#changePayment(terminalTransactionNumber, end.payment);
    this.#change(terminalTransactionNumber, end.state, end.at, end.cause, {
      ...payment,
      effect: null,
      journalSeq: this.#journal.ownSeal().seq + 1,
      endedAt: end.state === 'TerminalConfirmUnknown' ? null : end.at,
      abortReason: end.state === 'Aborted' ? end.reason : null,
    });
    const transaction = this.#get(terminalTransactionNumber);
    this.#journal.append('transaction', end.at, transactionPayload(transaction));
    if (end.shown) this.#rememberShown(end.shown);
    if (end.monitor) this.#monitor(transaction, end.monitor, end.at);
    return transaction;
  }

  #changePayment(terminalTransactionNumber: number, change: PaymentChange): Partial<TxnRow> | null {
    return this.#payments.change(terminalTransactionNumber, this.#get(terminalTransactionNumber).payment, change);
  }

  #insert(draft: TransactionDraft, effect: string, at: string, serving?: Partial<TxnRow>): TillTransaction {
    assertItemsBalance(draft);
    const terminalTransactionNumber = this.#drawNumber();
    const { tag, items, reference, ...rest } = draft;
    this.#forgetHalfPaid(draft);
    this.#drizzle
      .insert(txn)
      .values({
        ...rest,
        terminalTransactionNumber,
        stateVersion: 1,
        state: 'Open',
        effect,
        tagUid: tag.uid,
        ...tagColumns(tag),
        referenceAssignmentId: reference?.assignmentId ?? null,
        referenceTerminalTransactionNumber: reference?.terminalTransactionNumber ?? null,
        shiftId: this.#statements.openShift.get()?.shiftId ?? null,
        isPart: isPartOfSale(items) && draft.type === 'Purchase' ? 1 : 0,
        openedAt: at,
        ...serving,
      })
      .run();
    const rows = items.map((item, index) => itemRow(terminalTransactionNumber, index, item));
    if (rows.length > 0) this.#drizzle.insert(txnItem).values(rows).run();
    this.#logState(terminalTransactionNumber, 1, null, 'Open', at, 'checkout');
    return this.#get(terminalTransactionNumber);
  }

  #drawNumber(): number {
    const drawn = this.#statements.drawNumber.get();
    invariant('INV-04', drawn !== undefined, 'a number was drawn without an assignment that may go on');
    return drawn.number;
  }

  #get(terminalTransactionNumber: number): TillTransaction {
    const row = this.#statements.one.get({ number: terminalTransactionNumber });
    invariant('INV-04', row !== undefined, `transaction ${terminalTransactionNumber} does not exist`);
    return this.#withItems(row);
  }

  #withItems(row: TxnRow): TillTransaction {
    return transactionOf(row, this.#statements.items.all({ number: row.terminalTransactionNumber }));
  }

  #change(number: number, to: TerminalState, at: string, cause: string, columns: Partial<TxnRow>): void {
    const changed = this.#get(number);
    const { state: from, stateVersion } = changed;
    assertTransition(from, to);
    this.#forgetHalfPaid(changed);
    this.#drizzle
      .update(txn)
      .set({ ...columns, state: to, stateVersion: stateVersion + 1 })
      .where(eq(txn.terminalTransactionNumber, number))
      .run();
    this.#logState(number, stateVersion + 1, from, to, at, cause);
  }

  #forgetHalfPaid({ groupId, reference }: Pick<TransactionDraft, 'groupId' | 'reference'>): void {
    if (groupId !== null || reference !== null) this.#halfPaid = null;
  }

  #logState(
    terminalTransactionNumber: number,
    stateVersion: number,
    fromState: TerminalState | null,
    toState: TerminalState,
    at: string,
    cause: string,
  ): void {
    this.#drizzle
      .insert(txnStateLog)
      .values({ terminalTransactionNumber, stateVersion, fromState, toState, at, cause })
      .run();
  }

  #journalSnapshot(shown: TagSnapshotPayload): void {
    if (!this.#isNews(shown)) return;
    this.#journal.append('tagSnapshot', shown.readAt, shown);
    this.#rememberShown(shown);
  }

  #isNews(shown: TagSnapshotPayload): boolean {
    return this.#statements.fingerprint.get({ uid: shown.uid })?.fingerprint !== fingerprintOf(shown);
  }

  #rememberShown(shown: TagSnapshotPayload): void {
    const values = { fingerprint: fingerprintOf(shown), seenAt: shown.readAt };
    this.#drizzle
      .insert(tagSnapshot)
      .values({ tagUid: shown.uid, ...values })
      .onConflictDoUpdate({ target: tagSnapshot.tagUid, set: values })
      .run();
  }

  #monitor(transaction: TillTransaction, kind: string, at: string): void {
    const { terminalTransactionNumber, tag } = transaction;
    this.#drizzle
      .insert(monitor)
      .values({ at, kind, tagUid: tag.uid, terminalTransactionNumber })
      .onConflictDoNothing()
      .run();
  }
}

/** What makes a snapshot news: everything but the time it was read. */
function fingerprintOf(shown: TagSnapshotPayload): string {
  const { readAt: _, ...rest } = shown;
  return JSON.stringify(rest);
}

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

function prepare(drizzle: BetterSQLite3Database) {
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
    fingerprint: drizzle
      .select({ fingerprint: tagSnapshot.fingerprint })
      .from(tagSnapshot)
      .where(eq(tagSnapshot.tagUid, sql.placeholder('uid')))
      .prepare(),
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
