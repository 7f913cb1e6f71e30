import { findTagDifference } from '../ledger/coherence.ts';
import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import { readAdjustableTag } from './adjustable-tag.ts';
import { numberAdjustment } from './number-adjustment.ts';

export type CorrectionOutcome =
  | { outcome: 'numbered'; adjustmentNumber: number }
  | { outcome: 'unknown-tag' }
  | { outcome: 'refused'; reason: string };

/**
 * Sends a tag the difference between itself and the ledger, or a part of it (money rule 3: missing top-ups that evidence shows
 * become adjustments only by an operator). Nothing is booked, and nothing leads away from the ledger or past it.
 */
export async function correctTag(
  connection: Connection,
  plan: { editionId: number; uid: string; amountMinor: number; reason: string },
  actor: string,
  now: Date,
): Promise<CorrectionOutcome> {
  const { editionId, uid, amountMinor } = plan;
  await lockTags(connection, editionId, new Set([uid]));
  const tag = await readAdjustableTag(connection, editionId, uid);
  if (tag === undefined) return { outcome: 'unknown-tag' };
  const missingMinor = await findTagDifference(connection, editionId, uid);
  const towards = amountMinor !== 0 && Math.sign(amountMinor) === Math.sign(missingMinor);
  if (!towards || Math.abs(amountMinor) > Math.abs(missingMinor))
    return { outcome: 'refused', reason: `The tag differs from the ledger by ${missingMinor}.` };
  const adjustment = { ...plan, bookedByTransactionId: null, actor };
  const adjustmentNumber = await numberAdjustment(connection, tag, adjustment, now);
  if (adjustmentNumber === undefined) return { outcome: 'refused', reason: 'The tag has no adjustment number left.' };
  return { outcome: 'numbered', adjustmentNumber };
}
