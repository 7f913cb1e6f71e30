import type { JournalKind } from '../../contract/wire/journal.ts';
import type { PaymentMethod, TerminalState, TransactionType } from '../../contract/wire/words.ts';
import type { TillTransaction } from '../domain/transaction.ts';

/** A transaction that is unknown, and the entry of the journal that told the backend so. */
export interface UnknownTransaction {
  readonly terminalTransactionNumber: number;
  readonly journalSeq: number;
}

/** An entry the backend would not take, until an operator has resolved it (ingest rule 4). */
export interface RejectedEntry {
  readonly seq: number;
  readonly kind: JournalKind;
  /** The backend's code and words. */
  readonly code: string;
  readonly message: string;
  readonly receivedAt: string;
  /** Of a transaction, as far as the payload can be read; null for every other kind. */
  readonly terminalTransactionNumber: number | null;
  readonly type: TransactionType | null;
  readonly amountMinor: number | null;
  readonly uid: string | null;
}

/** What this till has told the backend and cannot settle alone. */
export interface OutcomeStore {
  /** Unknown transactions that the backend has been told of, oldest first: what it may be asked about (Q9). */
  unknownAndSent(): readonly UnknownTransaction[];
  /** Rejected entries that nobody has resolved yet, oldest first. */
  rejected(): readonly RejectedEntry[];
  /** An operator has resolved these: they need nobody's attention any more. */
  resolveRejected(seqs: readonly number[], at: string): void;
}

/** A transaction as a list of the past shows it. */
export interface PastTransaction {
  readonly terminalTransactionNumber: number;
  readonly type: TransactionType;
  readonly paymentMethod: PaymentMethod;
  readonly state: TerminalState;
  readonly amountMinor: number;
  readonly balanceDeltaMinor: number;
  readonly uid: string;
  readonly openedAt: string;
  readonly abortReason: string | null;
  /** The backend has acknowledged its last journal entry. */
  readonly sent: boolean;
  /** The backend would not take that entry, and nobody has resolved it yet. */
  readonly rejected: boolean;
}

/** A state a transaction came to, when, and what made it. */
export interface LoggedState {
  readonly state: TerminalState;
  readonly at: string;
  readonly cause: string;
}

/** What this till has done. Only reads. */
export interface HistoryStore {
  /** Transactions with a lower number, newest first. */
  before(terminalTransactionNumber: number, limit: number): readonly PastTransaction[];
  one(terminalTransactionNumber: number): PastTransaction | null;
  /** Number of the last sale that was not aborted; null where there is none. */
  lastSaleNumber(): number | null;
  /** Every state it went through, oldest first. */
  states(terminalTransactionNumber: number): readonly LoggedState[];
}

/** The cash of aborted top-ups (money rule 4). */
export interface CashReturnStore {
  /** Aborted cash top-ups of which nobody has said that the cash was given back, oldest first. */
  awaited(): readonly TillTransaction[];
  isConfirmed(terminalTransactionNumber: number): boolean;
  /** Keeps that the cash was given back and journals it as newer words about the aborted transaction: one commit (INV-13). */
  confirm(transaction: TillTransaction, cashierId: string | null, at: string): void;
}
