import type { Connection } from '../store/database.ts';

/**
 * Locks the tags that are known, in the order of their UIDs. Whatever concerns a tag (its transactions, evidence about them,
 * its adjustments) is decided under this lock, so that a sale and what another till says about it cannot miss each other.
 */
export async function lockTags(connection: Connection, editionId: number, uids: ReadonlySet<string>): Promise<void> {
  if (uids.size === 0) return;
  await connection.query({
    name: 'lock-tags',
    text: 'SELECT 1 FROM tag WHERE edition_id = $1 AND uid = ANY($2::text[]) ORDER BY uid FOR NO KEY UPDATE',
    values: [editionId, [...uids]],
  });
}

/** Puts a tag on the block list of the configuration; the first reason stays. */
export async function blockTag(connection: Connection, editionId: number, uid: string, reason: string): Promise<void> {
  await connection.query({
    name: 'block-tag',
    text: 'UPDATE tag SET blocked_reason = $3 WHERE edition_id = $1 AND uid = $2 AND blocked_reason IS NULL',
    values: [editionId, uid, reason],
  });
}
