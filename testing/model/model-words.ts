import type { Outcome } from '../../contract/ipc/operations.ts';
import type { TerminalState, TransactionType } from '../../contract/wire/words.ts';

/** What a person asks the till for. */
export type Wish =
  | { readonly kind: 'sale'; readonly taps: 1 | 2 }
  | { readonly kind: 'top-up'; readonly amountMinor: number }
  | { readonly kind: 'refund'; readonly amountMinor: number | null }
  | { readonly kind: 'reversal'; readonly number: number }
  | { readonly kind: 'chargeback'; readonly number: number | null; readonly lines: readonly ReturnedPieces[] | null }
  | { readonly kind: 'block'; readonly blocked: boolean }
  | { readonly kind: 'adjustment' }
  | { readonly kind: 'issue' }
  | { readonly kind: 'balance' };

export interface ReturnedPieces {
  /** From 1. */
  readonly line: number;
  readonly quantity: number;
}

/** Pieces of one product, or one free amount. Negative prices are deposits paid back. */
export interface Line {
  readonly productId: string | null;
  readonly quantity: number;
  readonly unitPriceMinor: number;
}

/** One write on a tag: number N is the N-th of them. */
export interface Write {
  readonly assignmentId: number;
  readonly number: number;
  readonly deltaMinor: number;
}

/** A tag as it must be, by nothing but the rules. */
export interface ModelTag {
  condition: 'blank' | 'issued' | 'corrupt';
  balanceMinor: number;
  blocked: boolean;
  adjustmentNumber: number;
  readonly writes: Write[];
}

/** What a wish comes to on one tag. */
export interface Charge {
  readonly type: TransactionType;
  readonly amountMinor: number;
  readonly deltaMinor: number;
  /** What it does to the drawer once it is Committed. */
  readonly cashMinor: number;
  readonly lines: readonly Line[];
  readonly reference: number | null;
  readonly setBlocked: boolean | null;
  readonly adjustmentNumber: number | null;
  readonly reserves: boolean;
}

/** A transaction of the till as it must be. */
export interface ModelRow extends Charge {
  readonly wish: Wish;
  readonly number: number;
  readonly tag: number;
  /** The number it has, or would have had, on the tag. */
  readonly tagNumber: number;
  readonly shift: number | null;
  state: TerminalState;
}

/** How a piece of work ended, as its caller is told. */
export interface Ending {
  readonly result: Outcome['result'];
  readonly code: string | null;
}

/** A piece of work that waits for a person. */
export interface Work {
  readonly wish: Wish;
  /** The command line: the first tag that cannot be used ends it. */
  readonly firstTagOnly: boolean;
  phase: 'tap' | 'reserving' | 'second-tap' | 'again';
  row: ModelRow | null;
  /** How often the tag was written to. */
  attempts: number;
  /** The tag that lies there has been looked at already. */
  hasSeenPresent: boolean;
  /** The tag it has made, where it may not know of it yet. */
  madeTag: number | null;
}

/** What was found on the disk and on the tag after something had gone wrong in the middle of showing a tag. */
export interface Aftermath {
  /** Of this till, oldest first. */
  readonly rows: readonly {
    readonly number: number;
    readonly state: TerminalState;
    readonly isWriteStarted: boolean;
  }[];
  /** How many writes the tag counts now; null where it cannot be read any more. */
  readonly tagNumber: number | null;
  /** How often the work has begun to write to a tag. */
  readonly attempts: number;
  /** The tag was read whole, whatever came of it. */
  readonly isRead: boolean;
  /** How the work ended; null while it waits. */
  readonly ending: Ending | null;
}
