import type { TransactionType } from '../../contract/wire/words.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { i32Max, i32Min, isWithin, type TagImage, u8Max, u16Max, u32Max } from './image.ts';

/** What one transaction does to a tag. */
export interface TagChange {
  readonly type: TransactionType;
  /** Signed change of the balance; 0 for an adjustment that only blocks or unblocks. */
  readonly amountMinor: number;
  readonly assignmentId: number;
  readonly terminalTransactionNumber: number;
  readonly writtenAtSeconds: number;
  readonly setBlocked?: boolean;
  /** Of a `TagAdjustment` that the backend numbered (Q20). */
  readonly adjustmentNumber?: number;
}

export type NextImageFault = 'balance-out-of-range' | 'number-exhausted' | 'adjustment-out-of-order';

/**
 * The image that follows `current` (tag.md, "Writing" 1): number + 1, new balance, own history entry first, the older two
 * shifted. Refused, before anything is written:
 * - `balance-out-of-range`: outside 32 bits, or taken below zero, which only the backend's correction may do; what adds to a
 *   balance that such a correction left negative may leave it negative;
 * - `number-exhausted`: the tag's numbers, or those of its adjustments, are used up; it has to be replaced;
 * - `adjustment-out-of-order`: not exactly the next adjustment, so that none is collected twice (Q20).
 *
 * The edition's own maximum balance is the checkout's to check: this is what the bytes allow.
 */
export function nextImage(current: TagImage, change: TagChange): Result<TagImage, NextImageFault> {
  invariant(
    'INV-33',
    isWithin(change.assignmentId, 1, u32Max) && isWithin(change.terminalTransactionNumber, 1, u32Max),
    `transaction ${change.assignmentId}/${change.terminalTransactionNumber} does not fit its history entry`,
  );
  if (current.transactionNumber >= u32Max) {
    return failed('number-exhausted');
  }
  const balanceMinor = current.balanceMinor + change.amountMinor;
  const lowestMinor = change.type === 'TagAdjustment' || change.amountMinor > 0 ? i32Min : 0;
  if (!isWithin(change.amountMinor, i32Min, i32Max) || !isWithin(balanceMinor, lowestMinor, i32Max)) {
    return failed('balance-out-of-range');
  }
  const adjustment = nextAdjustmentNumber(current, change.adjustmentNumber);
  if (!adjustment.ok) {
    return adjustment;
  }
  return ok({
    transactionNumber: current.transactionNumber + 1,
    balanceMinor,
    blocked: change.setBlocked ?? current.blocked,
    generation: current.generation,
    adjustmentNumber: adjustment.value,
    history: [
      {
        assignmentId: change.assignmentId,
        terminalTransactionNumber: change.terminalTransactionNumber,
        amountMinor: change.amountMinor,
        type: change.type,
      },
      current.history[0],
      current.history[1],
    ],
    writtenAtSeconds: tagSeconds(change.writtenAtSeconds),
  });
}

/** The image of a tag just issued (generation 1) or repaired (the next generation): number 0, nothing on it (R22). */
export function issuedImage(writtenAtSeconds: number, generation = 1): TagImage {
  invariant('INV-33', isWithin(generation, 1, u8Max), `generation ${generation} does not fit its byte`);
  return {
    transactionNumber: 0,
    balanceMinor: 0,
    blocked: false,
    generation,
    adjustmentNumber: 0,
    history: [null, null, null],
    writtenAtSeconds: tagSeconds(writtenAtSeconds),
  };
}

function nextAdjustmentNumber(
  current: TagImage,
  applied: number | undefined,
): Result<number, 'number-exhausted' | 'adjustment-out-of-order'> {
  if (applied === undefined) {
    return ok(current.adjustmentNumber);
  }
  if (current.adjustmentNumber >= u16Max) {
    return failed('number-exhausted');
  }
  return applied === current.adjustmentNumber + 1 ? ok(applied) : failed('adjustment-out-of-order');
}

/** The time on the tag is for people to read: a clock outside four bytes must not stop a sale. */
function tagSeconds(seconds: number): number {
  return Math.min(u32Max, Math.max(0, Math.floor(seconds)));
}
