import type { Connection } from '../store/database.ts';
import { type AdjustableTag, nextAdjustmentNumber } from './adjustable-tag.ts';

export type NumberedAdjustment = {
  editionId: number;
  uid: string;
  /** Signed: what the tag's balance is to change by. */
  amountMinor: number;
  bookedByTransactionId: number | null;
  reason: string;
  actor: string;
};

/**
 * Puts the next change of a tag in line (Q20), under the tag's lock. Returns its number; `undefined` where the two bytes on the
 * tag have no number left.
 */
export async function numberAdjustment(
  connection: Connection,
  tag: AdjustableTag,
  plan: NumberedAdjustment,
  now: Date,
): Promise<number | undefined> {
  const adjustmentNumber = nextAdjustmentNumber(tag);
  if (adjustmentNumber === undefined) return undefined;
  const { editionId, uid, amountMinor, bookedByTransactionId, reason, actor } = plan;
  await connection.query({
    name: 'insert-numbered-adjustment',
    text: `INSERT INTO tag_adjustment (edition_id, uid, adjustment_number, amount_minor, booked_by_transaction_id, reason, created_by, created_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [editionId, uid, adjustmentNumber, amountMinor, bookedByTransactionId, reason, actor, now],
  });
  return adjustmentNumber;
}
