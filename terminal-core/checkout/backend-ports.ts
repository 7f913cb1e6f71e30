import type { Fault } from '../../contract/ipc/fault.ts';
import type { EntryResult } from '../../contract/wire/batch.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import type { EnrolmentAnswer } from '../../contract/wire/enrolment.ts';
import type { Seal } from '../../contract/wire/journal.ts';
import type { OutcomesAnswer, OutcomesQuery } from '../../contract/wire/outcomes.ts';
import type { PaymentAnswer, PaymentRequest } from '../../contract/wire/payment.ts';
import type { ReservationAnswer, ReservationRequest } from '../../contract/wire/reservation.ts';
import type { TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import type { TagReplacementAnswer } from '../../contract/wire/tag-replacement.ts';
import type { Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';

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
  | { readonly kind: 'daily-limit' }
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

/** What the backend knows of a tag; needs the network. */
export interface TagLookupPort {
  lookUp(uid: string): Promise<Result<TagLookupAnswer, Fault>>;
}
