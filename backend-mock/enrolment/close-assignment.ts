import type { AssignmentClosing } from '../../contract/wire/operator.ts';
import { shareOut } from '../configuration/offline-shares.ts';
import type { Connection } from '../store/database.ts';

export type ClosingOutcome = 'closed' | 'unknown' | { refused: string };

/**
 * Closes an assignment for good (Q19): its token is taken back and its share of the offline limit is free. Refused while the
 * backend lacks what the till has, or leaves anything of it open, unless an operator has its journal as a file. Closing again
 * changes nothing.
 */
export async function closeAssignment(
  connection: Connection,
  assignmentId: number,
  closing: AssignmentClosing,
  now: Date,
): Promise<ClosingOutcome> {
  const found = await connection.query<{ edition_id: number; last_seq: number; last_hash: string }>(
    'SELECT edition_id, last_seq, last_hash FROM assignment WHERE assignment_id = $1 FOR NO KEY UPDATE',
    [assignmentId],
  );
  const row = found.rows[0];
  if (row === undefined) return 'unknown';
  if (closing.basis === 'sealed') {
    const { seq, hash } = closing.seal;
    if (seq !== row.last_seq || hash !== row.last_hash)
      return { refused: `The journal was received up to ${row.last_seq}, the till is at ${seq}.` };
    const open = await countOpen(connection, row.edition_id, assignmentId);
    if (open > 0) return { refused: `${open} transactions of the till have no end yet.` };
  }
  await connection.query(
    `UPDATE assignment SET revoked_at = coalesce(revoked_at, $2), closed_at = coalesce(closed_at, $2), offline_share_minor = 0
      WHERE assignment_id = $1`,
    [assignmentId, now],
  );
  await shareOut(connection, row.edition_id);
  return 'closed';
}

async function countOpen(connection: Connection, editionId: number, assignmentId: number): Promise<number> {
  const found = await connection.query<{ count: number }>(
    `SELECT count(*) AS count FROM transactions
      WHERE edition_id = $1 AND assignment_id = $2 AND state NOT IN ('Committed', 'Aborted', 'ReserveExpired')`,
    [editionId, assignmentId],
  );
  return found.rows[0]?.count ?? 0;
}
