import type { MissingListingRequest } from '../../contract/wire/admin-money.ts';
import { stillMissing } from '../ledger/coherence.ts';
import type { Connection } from '../store/database.ts';
import { canonicalJson, contentHash } from './chain.ts';

export type ListingOutcome = { outcome: 'listed'; logId: number; again: boolean } | { outcome: 'unknown' };

/** The position of an entry that never came: journals begin at 1. */
const noEntry = 0;

/**
 * Puts a transaction that a tag shows and no till has sent (Q6) into the transition log, as if its entry had been rejected: an operator
 * settles it there with a booking or a dismissal (money rule 3), and its till, should it come after all, is held against that. What
 * lowered a balance is held as `Reserve` and is ended instead. The same question again finds the same row.
 */
export async function listMissing(
  connection: Connection,
  { editionId, assignmentId, terminalTransactionNumber }: MissingListingRequest,
  now: Date,
): Promise<ListingOutcome> {
  const key = [editionId, assignmentId, terminalTransactionNumber];
  // Its till's batches wait for it, and it for them: one of both comes first.
  await connection.query('SELECT 1 FROM assignment WHERE edition_id = $1 AND assignment_id = $2 FOR NO KEY UPDATE', [
    editionId,
    assignmentId,
  ]);
  const earlier = await connection.query<{ log_id: number }>(
    `SELECT log_id FROM transition_log
      WHERE edition_id = $1 AND assignment_id = $2 AND terminal_transaction_number = $3 AND code = 'SHOWN_BY_TAG'`,
    key,
  );
  if (earlier.rows[0] !== undefined) return { outcome: 'listed', logId: earlier.rows[0].log_id, again: true };
  const found = await connection.query<{ uid: string; claim: Record<string, unknown> }>(
    `SELECT m.uid, jsonb_build_object('type', m.type, 'balanceDeltaMinor', m.balance_delta_minor, 'uid', m.uid, 'generation', m.tag_generation,
              'tagTransactionNumber', m.tag_transaction_number, 'seenByAssignmentId', m.seen_by_assignment_id) AS claim
       FROM missing_transaction m JOIN assignment a ON a.edition_id = m.edition_id AND a.assignment_id = m.assignment_id
      WHERE m.edition_id = $1 AND m.assignment_id = $2 AND m.terminal_transaction_number = $3 AND ${stillMissing}
      ORDER BY m.seen_at, m.uid LIMIT 1`,
    key,
  );
  const row = found.rows[0];
  if (row === undefined) return { outcome: 'unknown' };
  const payload = canonicalJson({ evidence: row.claim }) ?? '{}';
  const listed = await connection.query<{ log_id: number }>(
    `INSERT INTO transition_log (edition_id, assignment_id, received_at, seq, terminal_transaction_number, uid, to_state, code, reason, payload,
       payload_hash)
     VALUES ($1, $2, $4, $5, $3, $6, 'Committed', 'SHOWN_BY_TAG', 'a tag shows it, and its till has never sent it', $7, $8) RETURNING log_id`,
    [...key, now, noEntry, row.uid, payload, contentHash(payload)],
  );
  const logId = listed.rows[0]?.log_id;
  return logId === undefined ? { outcome: 'unknown' } : { outcome: 'listed', logId, again: false };
}
