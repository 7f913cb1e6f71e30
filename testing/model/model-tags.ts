import { rules } from './model-charges.ts';
import type { ModelRow, ModelTag } from './model-words.ts';

export const ownAssignmentId = 41;
export const otherAssignmentId = 42;

/** What a tag shows of a transaction of this till (requirements.md 3.2). */
export type TagSays = 'written' | 'not-written' | 'displaced' | 'undecidable';

export function whatTheTagSays({ condition, writes }: ModelTag, { tagNumber, number }: ModelRow): TagSays {
  if (condition !== 'issued') return 'undecidable';
  if (writes.length < tagNumber) return 'not-written';
  if (writes.length - tagNumber >= rules.historyLength) return 'undecidable';
  const write = writes[tagNumber - 1];
  return write?.assignmentId === ownAssignmentId && write.number === number ? 'written' : 'displaced';
}

export function writeOn(tag: ModelTag, row: ModelRow): void {
  tag.balanceMinor += row.deltaMinor;
  tag.blocked = row.setBlocked ?? tag.blocked;
  tag.adjustmentNumber = row.adjustmentNumber ?? tag.adjustmentNumber;
  tag.writes.push({ assignmentId: ownAssignmentId, number: row.number, deltaMinor: row.deltaMinor });
}

/** Why a tag of this balance cannot be changed so; null where it can. */
export function deniedByBalance(balanceMinor: number, deltaMinor: number): string | null {
  const afterMinor = balanceMinor + deltaMinor;
  if (deltaMinor < 0 && afterMinor < 0) return 'INSUFFICIENT_FUNDS';
  return deltaMinor > 0 && afterMinor > rules.maximumBalanceMinor ? 'BALANCE_LIMIT' : null;
}

/** The same for a transaction: what the backend has booked is brought onto the tag whatever the limits say, if it fits into 32 bits. */
export function deniedBalance({ balanceMinor }: ModelTag, { type, deltaMinor }: ModelRow): string | null {
  if (type !== 'TagAdjustment') return deniedByBalance(balanceMinor, deltaMinor);
  return Math.abs(balanceMinor + deltaMinor) > 2 ** 31 - 1 ? 'BALANCE_LIMIT' : null;
}
