import type { EditionMode } from '../../contract/wire/words.ts';
import type { Connection } from '../store/database.ts';

/** A known tag with what an operator's change to it depends on. Read under the tag's lock. */
export type AdjustableTag = {
  customerId: number;
  mode: EditionMode;
  maximumBalanceMinor: number;
  /** The highest number given out or seen on the tag. */
  lastAdjustmentNumber: number;
  /** The tag that took its place, where it was lost: nothing is brought onto it any more (money rule 2). */
  replacedBy: string | undefined;
};

/** A tag with what decides whether it may be corrected, and by which number; nothing where nobody has heard of it. */
export async function readAdjustableTag(
  connection: Connection,
  editionId: number,
  uid: string,
): Promise<AdjustableTag | undefined> {
  const found = await connection.query<{
    customer_id: number;
    mode: EditionMode;
    maximum_balance_minor: number;
    last_number: number;
    replaced_by: string | null;
  }>({
    name: 'read-adjustable-tag',
    // A snapshot can know more than the table after a backup was restored: its numbers are never given out again.
    text: `SELECT tag.customer_id, edition.mode, edition.maximum_balance_minor,
                  greatest(
                    (SELECT coalesce(max(a.adjustment_number), 0) FROM tag_adjustment a WHERE a.edition_id = $1 AND a.uid = $2),
                    (SELECT coalesce(max(s.adjustment_number), 0) FROM tag_snapshot s WHERE s.edition_id = $1 AND s.uid = $2)
                  ) AS last_number,
                  (SELECT new_uid FROM tag_replacement r WHERE r.edition_id = $1 AND r.uid = $2) AS replaced_by
             FROM tag JOIN edition ON edition.edition_id = tag.edition_id
            WHERE tag.edition_id = $1 AND tag.uid = $2`,
    values: [editionId, uid],
  });
  const row = found.rows[0];
  if (row === undefined) return undefined;
  return {
    customerId: row.customer_id,
    mode: row.mode,
    maximumBalanceMinor: row.maximum_balance_minor,
    lastAdjustmentNumber: row.last_number,
    replacedBy: row.replaced_by ?? undefined,
  };
}

/** Two bytes on the tag. */
const adjustmentNumberMax = 0xffff;

/** The number of its next adjustment (Q20); nothing once the two bytes on the tag are used up. */
export function nextAdjustmentNumber({ lastAdjustmentNumber }: AdjustableTag): number | undefined {
  return lastAdjustmentNumber < adjustmentNumberMax ? lastAdjustmentNumber + 1 : undefined;
}
