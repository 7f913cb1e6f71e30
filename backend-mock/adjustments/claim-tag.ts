import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';

/**
 * Gives a tag to a customer, under its lock. False where it has a life of its own: money moved with it, a till has seen it valid, or
 * it is blocked.
 */
export async function claimTag(
  connection: Connection,
  { editionId, uid, customerId }: { editionId: number; uid: string; customerId: number },
  now: Date,
): Promise<boolean> {
  const made = await connection.query(
    'INSERT INTO tag (edition_id, uid, customer_id, first_seen_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
    [editionId, uid, customerId, now],
  );
  if (made.rowCount === 1) return true;
  // It may have come into being since the locks were taken.
  await lockTags(connection, editionId, new Set([uid]));
  const claimed = await connection.query(
    `UPDATE tag SET customer_id = $3
      WHERE edition_id = $1 AND uid = $2 AND blocked_reason IS NULL
        AND NOT EXISTS (SELECT FROM transactions t WHERE t.edition_id = $1 AND t.uid = $2 AND t.uid IS NOT NULL)
        AND NOT EXISTS (SELECT FROM tag_snapshot s WHERE s.edition_id = $1 AND s.uid = $2)
        AND NOT EXISTS (SELECT FROM tag_adjustment a WHERE a.edition_id = $1 AND a.uid = $2)
        AND NOT EXISTS (SELECT FROM missing_transaction m WHERE m.edition_id = $1 AND m.uid = $2)
        AND NOT EXISTS (SELECT FROM tag_replacement r WHERE r.edition_id = $1 AND $2 IN (r.uid, r.new_uid))`,
    [editionId, uid, customerId],
  );
  return claimed.rowCount === 1;
}
