import type { Fault } from '../../contract/ipc/fault.ts';
import type { MemberLookup } from '../../contract/wire/member-lookup.ts';
import type { TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import type { OwnServing } from '../domain/member-account.ts';
import type { Result } from '../domain/result.ts';

/** What a till knows of an account without asking. */
export interface KnownBalance {
  /** Cash: what the backend last said is booked, with what this till has booked since. */
  readonly balanceMinor: number;
  /** Of it, what nobody else holds: may be spent offline, before any overdraft (Q52). */
  readonly freeMinor: number;
  readonly blocked: boolean;
  /** When the backend said so; null where it never did, and only this till's own bookings are known. */
  readonly asOf: string | null;
  /** Whose account it is, as the backend last said, and what this till has served since; null: no member's. */
  readonly member: KnownMember | null;
}

/** What is counted on top of what the backend said is {@link OwnServing}, because it depends on when it was served. */
export interface KnownMember {
  readonly lookup: MemberLookup;
  readonly own: readonly (Omit<OwnServing, 'at'> & { readonly atMs: number; readonly session: string | null })[];
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

/** Account mode: brings what the till knows of an account up to date, as far as the network allows. */
export interface AccountLinePort {
  /**
   * Sends what is unsent, so that the answer has it, and asks. Offline it does nothing at once, and never takes longer than
   * a customer waits. A fault where the till turns out to be one that may sell no more.
   */
  refresh(uid: string): Promise<Result<void, Fault>>;
}
