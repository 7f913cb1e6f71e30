import type { FaultCode } from '../../contract/ipc/fault.ts';
import type { TagEventPayload, TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { PaymentStatus } from '../../contract/wire/payment.ts';
import type { TransactionType } from '../../contract/wire/words.ts';
import type { AccountDraft, TillTransaction, TransactionDraft, WriteImages } from '../domain/transaction.ts';

/** What has become known of a card payment. */
export interface PaymentChange {
  readonly status: PaymentStatus;
  /** Null where the provider has not named it; a name it has is kept. */
  readonly reference: string | null;
  readonly at: string;
}

/** How a transaction leaves TerminalConfirmStarted, Open or TerminalConfirmUnknown. */
export interface TransactionEnd {
  readonly state: 'Committed' | 'Aborted' | 'TerminalConfirmUnknown';
  readonly at: string;
  /** What decided it: `checkout`, `cleanup`, or `backend` where it knew of it (Q9). */
  readonly cause: string;
  /** Of an aborted one. */
  readonly reason: FaultCode | null;
  /** What the tag is known to show now, so that it is not journalled again when it is next read. */
  readonly shown: TagSnapshotPayload | null;
  /** What an operator should see about the tag. */
  readonly monitor: string | null;
  /** What became of its card payment, in the same commit. */
  readonly payment?: PaymentChange;
}

export interface StoreCounts {
  readonly lastTerminalTransactionNumber: number;
  readonly journalSeq: number;
  readonly acknowledgedSeq: number;
  readonly acknowledgedAt: string | null;
  /** Account mode: what was sold without the backend's word and is not sent yet (Q52). */
  readonly exposureMinor: number;
  /** In Open or TerminalConfirmStarted. */
  readonly unfinishedCount: number;
  readonly unknownCount: number;
  readonly rejectedCount: number;
  /** Aborted cash top-ups of which nobody has said that the cash was given back (money rule 4). */
  readonly cashToReturnCount: number;
}

/** The till's transactions. Every method is one database transaction that has reached the disk when it returns. */
export interface TransactionStore {
  /** Draws the next number and stores the row as Open (R18), with what the tag showed. */
  open(draft: TransactionDraft, shown: TagSnapshotPayload): TillTransaction;
  /**
   * The same in account mode: the tag showed nothing but its UID, which is no evidence of anything. What one tap pays for is
   * opened, checked out and ended together (INV-16).
   */
  openOfAccount(drafts: readonly AccountDraft[], at: string): readonly TillTransaction[];
  /** Open → TerminalConfirmStarted without a write yet: the amount is fixed, the second tap is asked for (Q51). */
  checkout(terminalTransactionNumber: number, at: string): TillTransaction;
  /** Open → TerminalConfirmStarted in account mode, and whether the backend holds the amounts. */
  checkoutOfAccount(
    terminalTransactionNumbers: readonly number[],
    isReserved: boolean,
    at: string,
  ): readonly TillTransaction[];
  /**
   * Both images, before the first write command; from Open it is the checkout as well (Q51).
   * @param tag what the tag shows now, where a card has paid and another till may have written to the tag meanwhile
   */
  startWriting(
    terminalTransactionNumber: number,
    images: WriteImages,
    at: string,
    tag?: TillTransaction['tag'],
  ): TillTransaction;
  /** Keeps how the card payment of an Open transaction stands; nothing is written where nothing has changed. */
  recordPayment(terminalTransactionNumber: number, change: PaymentChange): TillTransaction;
  /** The card payment that is not decided yet, or is paid and not on a tag: one at a time (INV-12). */
  openPayment(): TillTransaction | null;
  /** Ends the transaction or leaves it unknown, and journals it: all three are replicable (R30–R32). */
  end(terminalTransactionNumber: number, end: TransactionEnd): TillTransaction;
  /** The same for all that one tap pays for (INV-16). */
  endTogether(terminalTransactionNumbers: readonly number[], end: TransactionEnd): readonly TillTransaction[];
  /** Rows in Open, TerminalConfirmStarted or TerminalConfirmUnknown, oldest first; of one tag where a UID is given. */
  unresolved(uid: string | null): readonly TillTransaction[];
  /** Committed transactions of a tag on this till, newest first. */
  committedOfTag(uid: string, type: TransactionType, limit: number): readonly TillTransaction[];
  /** One transaction, whatever its state. */
  find(terminalTransactionNumber: number): TillTransaction | null;
  /** The tag's last committed transaction on this till, if it was the backend that knew of it and not the tag (Q9). */
  lastSettledByBackend(uid: string): TillTransaction | null;
  /** One transaction if it is Committed. */
  committed(terminalTransactionNumber: number): TillTransaction | null;
  /** What goes back on a transaction of this till and was not aborted, oldest first. */
  referring(terminalTransactionNumber: number): readonly TillTransaction[];
  /** Every transaction of a group, oldest first, whatever its state. */
  ofGroup(groupId: string): readonly TillTransaction[];
  /** Parts of sales that several tags pay which paid for nothing: to be given back, oldest first. */
  halfPaid(): readonly TillTransaction[];
  /** Journals what a tag showed, unless nothing has changed since it was last seen (Q6). */
  recordSnapshot(shown: TagSnapshotPayload): void;
  /** Notes once what an operator should see about the tag of a transaction that stays as it is. */
  recordMonitor(transaction: TillTransaction, kind: string, at: string): void;
  recordTagEvent(event: TagEventPayload, at: string): void;
  counts(): StoreCounts;
}
