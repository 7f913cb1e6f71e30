import type { Fault, FaultCode } from '../../contract/ipc/fault.ts';
import type { ReaderState } from '../../contract/ipc/reader.ts';
import type { EntryResult } from '../../contract/wire/batch.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import type { Edition, EnrolmentAnswer, KeySet } from '../../contract/wire/enrolment.ts';
import type { JournalKind, Seal, TagEventPayload, TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { OutcomesAnswer, OutcomesQuery, StateCause } from '../../contract/wire/outcomes.ts';
import type { PaymentAnswer, PaymentRequest, PaymentStatus } from '../../contract/wire/payment.ts';
import type { ReservationAnswer, ReservationRequest } from '../../contract/wire/reservation.ts';
import type { TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import type { TagReplacementAnswer } from '../../contract/wire/tag-replacement.ts';
import type { BackendState, PaymentMethod, TerminalState, TransactionType } from '../../contract/wire/words.ts';
import type { Result } from '../domain/result.ts';
import type { ClosedShift, Shift, ShiftSum } from '../domain/shift.ts';
import type { TillTransaction, TransactionDraft, WriteImages } from '../domain/transaction.ts';
import type { Transmit } from '../tag/transmit.ts';

/** What the till needs of the world. Everything that is slow, random or may fail comes through one of these. */

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number;
}

export interface Timers {
  /** Calls `action` once after `delayMs`, unless the returned function was called before. */
  after(delayMs: number, action: () => void): () => void;
}

export interface Random {
  bytes(length: number): Uint8Array;
  /** In [0, 1), for jitter. */
  fraction(): number;
}

/** One uninterrupted stay of one card in the reader's field. */
export interface Presence {
  readonly presenceId: number;
  readonly atr: Uint8Array;
}

export interface ReaderStatus {
  readonly kind: 'pcsc' | 'simulated';
  readonly state: ReaderState;
  readonly name: string | null;
  readonly detail: string | null;
}

/** The reader as the checkout sees it; behind it is another process that may die at any moment. */
export interface ReaderPort {
  readonly status: ReaderStatus;
  /** The card in the field, or null. */
  readonly presence: Presence | null;
  /** Called after every change of `status` or `presence`; returns how to stop. */
  onChange(listener: () => void): () => void;
  transmitTo(presenceId: number): Transmit;
  /** Switches the field off and on: the card, if still there, comes back as another presence. False: it did not work. */
  reset(presenceId: number): Promise<boolean>;
}

/** The assignment this database was made for (R24, R25), without its secrets. */
export interface Assignment {
  readonly assignmentId: number;
  readonly terminalId: string;
  readonly terminalName: string;
  readonly backendUrl: string;
  readonly journalId: string;
  readonly edition: Omit<Edition, 'keySets'>;
  /** Why the till draws no number any more, until it is enrolled again. */
  readonly haltedCode: FaultCode | null;
}

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
  /** The same in account mode: the tag showed nothing but its UID, which is no evidence of anything. */
  openOfAccount(draft: TransactionDraft, at: string): TillTransaction;
  /** Open → TerminalConfirmStarted without a write yet: the amount is fixed, the second tap is asked for (Q51). */
  checkout(terminalTransactionNumber: number, at: string): TillTransaction;
  /** Open → TerminalConfirmStarted in account mode, and whether the backend holds the amount. */
  checkoutOfAccount(terminalTransactionNumber: number, isReserved: boolean, at: string): TillTransaction;
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

export interface ShiftClosing {
  readonly closedBy: string;
  readonly countedCashMinor: number;
  readonly at: string;
}

/** The till's shifts. Every change is one commit, journalled with it. */
export interface ShiftStore {
  /** The one that is open, or null. */
  current(): Shift | null;
  open(cashierId: string, floatMinor: number, at: string): Shift;
  /** The transactions of a shift, added up by what counts alike. */
  sums(shiftId: string): readonly ShiftSum[];
  /** Fixes the figures and draws the next Z number; nothing of it changes afterwards (INV-10). */
  close(shiftId: string, closing: ShiftClosing): ClosedShift;
}

/** Checks a PIN against what the configuration keeps of it; takes some time on purpose. */
export interface PinVerifier {
  matches(pin: string, pinHash: string): Promise<boolean>;
}

/** What a till knows of an account without asking. */
export interface KnownBalance {
  /** Cash: what the backend last said is booked, with what this till has booked since. */
  readonly balanceMinor: number;
  /** Of it, what nobody else holds: may be spent offline, before any overdraft (Q52). */
  readonly freeMinor: number;
  readonly blocked: boolean;
  /** When the backend said so; null where it never did, and only this till's own bookings are known. */
  readonly asOf: string | null;
}

/** The till's memory of accounts (Q52): what the backend last said, and what this till has done since. */
export interface AccountStore {
  /** Null for a tag that neither the backend nor this till has ever spoken of. */
  known(uid: string): KnownBalance | null;
  /** @param acknowledgedSeq of the journal when the backend was asked: what it knew at least */
  remember(answer: TagLookupAnswer, acknowledgedSeq: number, at: string): void;
  /** What was taken off accounts without the backend's word and is not sent yet: of one tag, or of the whole till. */
  exposureMinor(uid: string | null): number;
}

export interface AssignmentStore {
  assignment(): Assignment | null;
  /** Once in the life of a database. */
  saveAssignment(assignment: Omit<Assignment, 'haltedCode'>, at: string): void;
  halt(code: FaultCode): void;
  configuration(): { readonly etag: string; readonly configuration: Configuration } | null;
  saveConfiguration(etag: string, configuration: Configuration, at: string): void;
}

/** A stretch of the journal, as it goes over the wire. */
export interface JournalPage {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The `entries` array as text: the same journal always gives the same bytes. */
  readonly entriesJson: string;
}

export interface JournalStore {
  /** Seal of the till's own journal. */
  ownSeal(): Seal;
  /** Hash at `seq`; null where the journal has no such entry. */
  hashAt(seq: number): string | null;
  /** Up to a page of entries after `seq`; null when there are none. */
  pageAfter(seq: number): JournalPage | null;
  acknowledgedSeq(): number;
  /** Moves the cursor and keeps what was rejected; never backwards. */
  acknowledge(seq: number, rejected: readonly EntryResult[], at: string): void;
  /** Every entry as one line of JSON each. */
  lines(): Iterable<string>;
}

/** What the backend answers, or why not: `refused` needs a person, `unreachable` needs patience. */
export type UplinkFault =
  | { readonly kind: 'unreachable'; readonly detail: string; readonly retryAfterMs: number | null }
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'code-invalid' }
  | { readonly kind: 'tag-blocked' }
  | { readonly kind: 'tag-unheard-of' }
  | { readonly kind: 'tag-replaced'; readonly detail: string }
  | { readonly kind: 'tag-in-use' }
  | { readonly kind: 'insufficient-funds' }
  | { readonly kind: 'gap'; readonly expectedSeq: number }
  | { readonly kind: 'halt'; readonly code: 'JOURNAL_FORKED' | 'CHAIN_BROKEN' | 'JOURNAL_UNKNOWN' }
  | { readonly kind: 'fault'; readonly detail: string; readonly retryAfterMs: number | null };

export interface Credentials {
  readonly backendUrl: string;
  readonly assignmentId: number;
  readonly token: string;
}

export interface Uplink {
  enrol(
    backendUrl: string,
    request: { readonly code: string; readonly terminalName: string; readonly journalId: string },
  ): Promise<Result<EnrolmentAnswer, UplinkFault>>;
  /** `null`: not modified since `etag`. */
  configuration(
    credentials: Credentials,
    etag: string | null,
  ): Promise<Result<{ readonly etag: string; readonly configuration: Configuration } | null, UplinkFault>>;
  sendBatch(
    credentials: Credentials,
    batchId: string,
    body: string,
  ): Promise<Result<{ readonly results: readonly EntryResult[]; readonly seal: Seal }, UplinkFault>>;
  seal(credentials: Credentials): Promise<Result<Seal, UplinkFault>>;
  /** What became of transactions left unknown and of rejected entries (Q9, ingest rule 4). */
  outcomes(credentials: Credentials, query: OutcomesQuery): Promise<Result<OutcomesAnswer, UplinkFault>>;
  reserve(
    credentials: Credentials,
    terminalTransactionNumber: number,
    request: ReservationRequest,
  ): Promise<Result<ReservationAnswer, UplinkFault>>;
  /** The same request again never charges twice. */
  startPayment(
    credentials: Credentials,
    terminalTransactionNumber: number,
    request: PaymentRequest,
  ): Promise<Result<PaymentAnswer, UplinkFault>>;
  /** Null: the backend knows of no payment of this transaction. */
  payment(
    credentials: Credentials,
    terminalTransactionNumber: number,
  ): Promise<Result<PaymentAnswer | null, UplinkFault>>;
  /** Null: there was none, and a request for one that arrives late is refused. */
  voidPayment(
    credentials: Credentials,
    terminalTransactionNumber: number,
  ): Promise<Result<PaymentAnswer | null, UplinkFault>>;
  /** @param timeoutMs where a customer waits for it */
  lookUpTag(credentials: Credentials, uid: string, timeoutMs?: number): Promise<Result<TagLookupAnswer, UplinkFault>>;
  /** The same question gets the same answer until the new tag is known to be written (money rule 2). */
  replaceTag(
    credentials: Credentials,
    lostUid: string,
    newUid: string,
  ): Promise<Result<TagReplacementAnswer, UplinkFault>>;
}

/** The token and the keys of the edition: never in a log, never in a view. */
export interface TillSecrets {
  readonly token: string;
  readonly keySets: readonly KeySet[];
}

export interface SecretStore {
  /** Null before enrolment. */
  load(): Result<TillSecrets | null, Fault>;
  save(secrets: TillSecrets): Promise<void>;
}

export interface ReplicationStatus {
  /** `refused`: the backend wants a person to act. */
  readonly state: 'unknown' | 'online' | 'offline' | 'refused';
  readonly since: string;
  readonly fault: Fault | null;
  /** Whether the backend's seal equals the till's own. */
  readonly seal: 'unknown' | 'open' | 'sealed';
}

export interface DrainResult {
  readonly sentCount: number;
  readonly rejectedCount: number;
  readonly fault: Fault | null;
}

/** What the backend says of a transaction that this till has told it is unknown; null: it did not say why (Q9). */
export interface BackendNews {
  readonly terminalTransactionNumber: number;
  readonly state: BackendState;
  readonly cause: StateCause | null;
}

/** The background replicator as the till sees it. */
export interface ReplicationPort {
  readonly status: ReplicationStatus;
  onChange(listener: () => void): () => void;
  /** There is something new in the journal. */
  wake(): void;
  /** Sends until nothing is left, something stands in the way (with patience: for good), or the time is up. */
  drain(timeoutMs: number, isPatient: boolean): Promise<DrainResult>;
  /** What the backend says of unknown transactions, as it comes: with an answer to their entry, or asked for. */
  onNews(listener: (news: readonly BackendNews[]) => void): () => void;
  /** Asks what became of what is unknown, and of what was rejected; what it says comes as news. */
  askOutcomes(timeoutMs: number): Promise<Result<void, Fault>>;
  /** Fetches the configuration if it has changed. */
  refreshConfiguration(): Promise<Result<void, Fault>>;
}

/** Holds an amount in the backend before the tag is written (Q51 step 1). */
export interface ReservationPort {
  /**
   * `UNRESERVED` where the till is offline or the backend does not answer at once: the tag is then the only limit. A
   * fault where the backend says that this must not be sold.
   */
  reserve(transaction: TillTransaction): Promise<Result<'RESERVED' | 'UNRESERVED', Fault>>;
}

/** How a card payment stands at the provider, as the backend knows it. */
export type PaymentStanding = Pick<PaymentAnswer, 'status' | 'reference' | 'askAgainMs'>;

/** Card payments through the backend (Q13). Each call is one question, within a bounded time. */
export interface PaymentPort {
  /** Starts the payment, or finds the one started before: the same request never charges twice. */
  start(transaction: TillTransaction): Promise<Result<PaymentStanding, Fault>>;
  /** How it stands; null where the backend knows of none. */
  ask(terminalTransactionNumber: number): Promise<Result<PaymentStanding | null, Fault>>;
  /** Takes it back. `voided` also where there was none: one that arrives late is refused. */
  void(terminalTransactionNumber: number): Promise<Result<PaymentStanding, Fault>>;
}

/** Account mode: brings what the till knows of an account up to date, as far as the network allows. */
export interface AccountLinePort {
  /**
   * Sends what is unsent, so that the answer has it, and asks. Offline it does nothing at once, and never takes longer than
   * a customer waits. A fault where the till turns out to be one that may sell no more.
   */
  refresh(uid: string): Promise<Result<void, Fault>>;
}

/** What the backend knows of a tag; needs the network. */
export interface TagLookupPort {
  lookUp(uid: string): Promise<Result<TagLookupAnswer, Fault>>;
}
