import type { Connection } from '../store/database.ts';

/**
 * Locks the tags that are known, in the order of their UIDs. Whatever concerns a tag (its transactions, evidence about them,
 * its adjustments) is decided under this lock, so that a sale and what another till says about it cannot miss each other.
 */
export async function lockTags(connection: Connection, editionId: number, uids: ReadonlySet<string>): Promise<void> {
  if (uids.size === 0) return;
  await connection.query({
    name: 'lock-tags',
    // Each by its key, in the order of the array: PostgreSQL before 17 walks the whole edition for `= ANY … ORDER BY`.
    text: `SELECT 1 FROM unnest($2::text[]) AS wanted(uid)
             CROSS JOIN LATERAL (
               SELECT 1 FROM tag WHERE edition_id = $1 AND tag.uid = wanted.uid FOR NO KEY UPDATE) AS locked`,
    values: [editionId, [...uids].sort()],
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
