import type { TransactionType } from '../../contract/wire/words.ts';

/** One transaction as the tag remembers it, which is the evidence of Q6 and of the crash cleanup. */
export interface TagHistoryEntry {
  readonly assignmentId: number;
  readonly terminalTransactionNumber: number;
  /** Signed change of the balance. */
  readonly amountMinor: number;
  readonly type: TransactionType;
}

/** Newest first; entry i belongs to tag transaction number `transactionNumber − i`; null where there was none yet. */
export type TagHistory = readonly [TagHistoryEntry | null, TagHistoryEntry | null, TagHistoryEntry | null];

/** One complete image of a tag's state: what one slot says (R20, R21). */
export interface TagImage {
  /** 0 when the tag is issued, +1 for each transaction written. */
  readonly transactionNumber: number;
  readonly balanceMinor: number;
  readonly blocked: boolean;
  /** 1 when the tag is first issued, +1 at each re-issue or repair. */
  readonly generation: number;
  /** The last adjustment of the backend that was applied (Q20). */
  readonly adjustmentNumber: number;
  readonly history: TagHistory;
  /** Unix seconds, UTC. */
  readonly writtenAtSeconds: number;
}

export const u32Max = 0xffff_ffff;
export const u16Max = 0xffff;
export const u8Max = 0xff;
export const i32Min = -0x8000_0000;
export const i32Max = 0x7fff_ffff;

/** Whole, and within both bounds. */
export function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}
