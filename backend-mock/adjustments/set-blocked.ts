import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import { readAdjustableTag } from './adjustable-tag.ts';

/**
 * Puts a tag on the block list of the configuration or takes it off, and in tag mode sends the flag to the tag itself (Q20,
 * tag.md). A flag that was on its way gives way to the newer one. A lost tag that was replaced stays blocked for good (money
 * rule 2).
 */
export async function setTagBlocked(
  connection: Connection,
  { editionId, uid, blocked, reason }: { editionId: number; uid: string; blocked: boolean; reason: string },
  actor: string,
  now: Date,
): Promise<'done' | 'unknown-tag' | 'replaced'> {
  await lockTags(connection, editionId, new Set([uid]));
  const tag = await readAdjustableTag(connection, editionId, uid);
  if (tag === undefined) return 'unknown-tag';
  if (tag.replacedBy !== undefined && !blocked) return 'replaced';
  await connection.query('UPDATE tag SET blocked_reason = $3 WHERE edition_id = $1 AND uid = $2', [
    editionId,
    uid,
    blocked ? reason : null,
  ]);
  if (tag.mode === 'account') return 'done';
  await connection.query(
    `UPDATE tag_adjustment SET superseded_at = $3
      WHERE edition_id = $1 AND uid = $2 AND adjustment_number IS NULL AND collected_at IS NULL AND superseded_at IS NULL`,
    [editionId, uid, now],
  );
  await connection.query(
    `INSERT INTO tag_adjustment (edition_id, uid, amount_minor, set_blocked, reason, created_by, created_at)
     VALUES ($1, $2, 0, $3, $4, $5, $6)`,
    [editionId, uid, blocked, reason, actor, now],
  );
  return 'done';
}
