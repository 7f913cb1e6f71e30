import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import type { LockedAssignment } from './batch-reads.ts';
import { canonicalJson, contentHash } from './chain.ts';
import type { EntryVerdict, Rejection } from './interpret.ts';
import type { PreparedBatch } from './prepared-batch.ts';

/** Stores the entries that are new, as they were sent, with what became of them. */
export async function writeJournal(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  verdicts: readonly EntryVerdict[],
  now: Date,
): Promise<void> {
  const rows = verdicts.map(({ entry, result, terminalTransactionNumber }) => ({
    seq: entry.seq,
    hash: entry.hash,
    entry:
      canonicalJson({ seq: entry.seq, kind: entry.kind, at: entry.at, payload: entry.payload, hash: entry.hash }) ?? '',
    terminal_transaction_number: terminalTransactionNumber ?? null,
    outcome: result.outcome,
    error_code: result.error?.code ?? null,
    error_message: result.error?.message ?? null,
  }));
  if (rows.length === 0) return;
  await connection.query({
    name: 'insert-journal-entries',
    text: `INSERT INTO journal_entry (edition_id, assignment_id, received_at, seq, hash, entry, terminal_transaction_number, outcome, error_code, error_message)
           SELECT $1, $2, $3, row.* FROM jsonb_to_recordset($4::jsonb) AS row(seq bigint, hash text, entry text,
             terminal_transaction_number bigint, outcome text, error_code text, error_message text)`,
    values: [editionId, assignmentId, now, JSON.stringify(rows)],
  });
}

/** R49: what was rejected stays, with its payload, until somebody resolves it (ingest rule 4). */
export async function writeRejections(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  rejections: readonly Rejection[],
  now: Date,
): Promise<void> {
  if (rejections.length === 0) return;
  const rows = rejections.map((rejection) => ({
    seq: rejection.seq,
    terminal_transaction_number: rejection.terminalTransactionNumber ?? null,
    uid: rejection.uid ?? null,
    from_state: rejection.from ?? null,
    to_state: rejection.to ?? null,
    code: rejection.code,
    reason: rejection.reason,
    payload: rejection.canonicalPayload,
    payload_hash: contentHash(rejection.canonicalPayload),
  }));
  await connection.query({
    name: 'insert-transition-log',
    text: `INSERT INTO transition_log (edition_id, assignment_id, received_at, seq, terminal_transaction_number, uid, from_state,
             to_state, code, reason, payload, payload_hash)
           SELECT $1, $2, $3, row.* FROM jsonb_to_recordset($4::jsonb) AS row(seq bigint, terminal_transaction_number bigint,
             uid text, from_state text, to_state text, code text, reason text, payload text, payload_hash text)`,
    values: [editionId, assignmentId, now, JSON.stringify(rows)],
  });
}

/** Moves the seal from where the batch was judged to the batch's end, and keeps the answer for whoever asks again. */
export async function writeBatch(
  connection: Connection,
  { editionId, assignmentId, lastSeq }: LockedAssignment,
  batch: PreparedBatch,
  seal: { seq: number; hash: string },
  answer: string,
  now: Date,
): Promise<void> {
  const sealed = await connection.query({
    name: 'move-seal',
    text: `WITH kept AS (
             INSERT INTO batch (edition_id, assignment_id, batch_id, body_hash, answer, received_at) VALUES ($1, $2, $6, $7, $8, $9)
           )
           UPDATE assignment SET last_seq = $3, last_hash = $4 WHERE edition_id = $1 AND assignment_id = $2 AND last_seq = $5`,
    values: [editionId, assignmentId, seal.seq, seal.hash, lastSeq, batch.batchId, batch.bodyHash, answer, now],
  });
  invariant('INV-05', sealed.rowCount === 1, 'the seal moved while its assignment was locked');
}
