import type { CardFate } from './card-provider.ts';
import type { Flaw } from './field.ts';

/** What people ask a till for. */
export type Work =
  | { readonly work: 'sell'; readonly amountMinor: number; readonly taps: 1 | 2; readonly openLoop: boolean }
  | { readonly work: 'topUp'; readonly amountMinor: number; readonly method: 'cash' | 'card' }
  | { readonly work: 'refund'; readonly amountMinor: number | null }
  | { readonly work: 'reverseRefund' | 'chargeback'; readonly number: number | null }
  | { readonly work: 'block'; readonly blocked: boolean }
  | { readonly work: 'replace'; readonly lostUid: string }
  | { readonly work: 'resolve'; readonly number: number }
  | { readonly work: 'balance' | 'issue' | 'repair' | 'collect' | 'finishPayment' | 'voidPayment' };

/** A wristband comes to a reader and goes again. */
export interface Showing {
  readonly tagId: string;
  readonly afterMs: number;
  readonly holdMs: number;
}

/** One decision of a run: something somebody does, or something that breaks. Plain data, so that a trace can be kept and shrunk. */
export type Action =
  | {
      readonly kind: 'visit';
      readonly till: number;
      readonly work: Work;
      readonly firstTagOnly: boolean;
      readonly showing: Showing | null;
    }
  | { readonly kind: 'show'; readonly till: number; readonly showing: Showing }
  | { readonly kind: 'lift' | 'cancel' | 'dismiss' | 'start' | 'stop' | 'reader-host'; readonly till: number }
  /** A till of an older release is stopped; its next process is of this one. */
  | { readonly kind: 'update'; readonly till: number }
  /** A till's disk is copied, the copy is put back, and the till is enrolled again, under another assignment. */
  | { readonly kind: 'keep-disk' | 'put-disk-back' | 'enrol-anew'; readonly till: number }
  | { readonly kind: 'pass'; readonly spanMs: number }
  | { readonly kind: 'kill'; readonly till: number; readonly moments: number }
  | { readonly kind: 'flaw'; readonly till: number; readonly flaw: Flaw }
  | { readonly kind: 'partition'; readonly till: number; readonly forMs: number }
  | { readonly kind: 'weather'; readonly till: number; readonly isFoul: boolean }
  | { readonly kind: 'clock'; readonly till: number; readonly jumpMs: number; readonly driftPerMillion: number }
  | { readonly kind: 'backend-dies'; readonly statements: number; readonly downMs: number }
  | { readonly kind: 'provider'; readonly isReachable: boolean }
  /** Of the next charge. */
  | { readonly kind: 'card'; readonly fate: CardFate }
  | { readonly kind: 'jobs' }
  | { readonly kind: 'night'; readonly forMs: number }
  | { readonly kind: 'clone'; readonly tagId: string }
  | { readonly kind: 'roll-back'; readonly tagId: string; readonly steps: number }
  | { readonly kind: 'corrupt'; readonly tagId: string; readonly offset: number }
  | { readonly kind: 'operator'; readonly deed: Deed };

/** What somebody does at the backend. */
export type Deed =
  | { readonly deed: 'admin-top-up' | 'online-top-up'; readonly uid: string; readonly amountMinor: number }
  | { readonly deed: 'block' | 'unblock' | 'dismiss-rejections'; readonly uid: string }
  /** A payment that nobody could find out. */
  | { readonly deed: 'end-payment'; readonly to: 'Committed' | 'Aborted' }
  /** Null: the first one that is open. */
  | { readonly deed: 'resolve'; readonly key: string | null; readonly to: 'Committed' | 'Aborted' };

export type ActionKind = Action['kind'];
