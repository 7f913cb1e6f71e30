import type { PendingAdjustment, TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import { readFunds } from '../ledger/holds.ts';
import { lookUpMember } from '../purses/look-up-member.ts';
import type { Connection } from '../store/database.ts';

/**
 * What the backend knows of a tag, for the till that has it at hand: block state, funds, and what is to be brought onto it in
 * order (Q20). A tag nobody has told of is answered with zeros and `known: false`.
 */
export async function lookUpTag(
  connection: Connection,
  editionId: number,
  uid: string,
  now: Date,
): Promise<TagLookupAnswer> {
  const found = await connection.query<{
    customer_id: number;
    blocked: boolean;
    generation: number;
    collected: number;
  }>({
    name: 'look-up-tag',
    text: `SELECT customer_id, blocked_reason IS NOT NULL AS blocked,
                  greatest(written_generation,
                    (SELECT max(tag_generation) FROM tag_last_seen s WHERE s.edition_id = $1 AND s.uid = $2)) AS generation,
                  (SELECT coalesce(max(adjustment_number), 0) FROM tag_adjustment a
                    WHERE a.edition_id = $1 AND a.uid = $2 AND a.collected_at IS NOT NULL) AS collected
             FROM tag WHERE edition_id = $1 AND uid = $2`,
    values: [editionId, uid],
  });
  const tag = found.rows[0];
  if (tag === undefined) {
    const nothing = { balanceMinor: 0, availableMinor: 0, creditMinor: 0, pendingAdjustments: [] };
    return { uid, known: false, blocked: false, generation: 0, collectedAdjustmentNumber: 0, ...nothing };
  }
  const ofMember = await lookUpMember(connection, editionId, tag.customer_id, now);
  const { bookedMinor, heldMinor } = ofMember ?? (await readFunds(connection, editionId, tag.customer_id, now));
  return {
    uid,
    known: true,
    blocked: tag.blocked,
    generation: tag.generation,
    collectedAdjustmentNumber: tag.collected,
    balanceMinor: bookedMinor,
    availableMinor: bookedMinor - heldMinor,
    creditMinor: ofMember?.creditMinor ?? 0,
    ...(ofMember === undefined ? {} : { member: ofMember.member }),
    pendingAdjustments: await pendingAdjustments(connection, editionId, uid),
  };
}

/** What is on its way to a tag, in the order in which it is to be applied (Q20). */
export async function pendingAdjustments(
  connection: Connection,
  editionId: number,
  uid: string,
): Promise<PendingAdjustment[]> {
  const found = await connection.query<{
    adjustment_number: number | null;
    amount_minor: number;
    set_blocked: boolean | null;
  }>({
    name: 'pending-adjustments',
    text: `SELECT adjustment_number, amount_minor, set_blocked FROM tag_adjustment
            WHERE edition_id = $1 AND uid = $2 AND collected_at IS NULL AND superseded_at IS NULL
            ORDER BY adjustment_id`,
    values: [editionId, uid],
  });
  return found.rows.map((row) => ({
    adjustmentNumber: row.adjustment_number,
    amountMinor: row.amount_minor,
    ...(row.set_blocked === null ? {} : { setBlocked: row.set_blocked }),
  }));
}
