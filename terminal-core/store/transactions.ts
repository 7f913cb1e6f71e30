import type Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
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
import { txn, txnItem, txnStateLog } from './schema.ts';
import { Sightings } from './sightings.ts';
import { itemRow, servingColumns, slotsColumn, type TxnRow, tagColumns, transactionOf } from './transaction-rows.ts';
import { prepareTransactionStatements } from './transaction-statements.ts';

/** The till's transactions in SQLite. Each public method that writes is one `BEGIN IMMEDIATE` … `COMMIT`. */
export class StoredTransactions implements TransactionStore {
  readonly #database: Database.Database;
  readonly #drizzle: BetterSQLite3Database;
  readonly #journal: Journal;
  readonly #payments: StoredPayments;
  readonly #sightings: Sightings;
  readonly #statements: ReturnType<typeof prepareTransactionStatements>;
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
    this.#sightings = new Sightings(drizzle, journal);
    this.#statements = prepareTransactionStatements(drizzle);
    this.#exposureMinor = exposureOn(database);
  }

  open(draft: TransactionDraft, shown: TagSnapshotPayload): TillTransaction {
    return this.#commit(() => {
      const opened = this.#insert(draft, 'admit', shown.readAt);
      this.#sightings.journal(shown);
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
    if (this.#sightings.isNews(shown)) this.#commit(() => this.#sightings.journal(shown));
  }

  recordMonitor(transaction: TillTransaction, kind: string, at: string): void {
    this.#commit(() => this.#sightings.monitor(transaction, kind, at));
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
    if (end.shown) this.#sightings.remember(end.shown);
    if (end.monitor) this.#sightings.monitor(transaction, end.monitor, end.at);
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
}
