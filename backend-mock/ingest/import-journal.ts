import type { JournalEntry } from '../../contract/wire/journal.ts';
import type { JournalImportAnswer } from '../../contract/wire/journal-import.ts';
import type { Connection } from '../store/database.ts';
import { lockAssignmentOf } from './batch-reads.ts';
import { canonicalJson, contentHash, entryHash, journalStartHash } from './chain.ts';
import { applyImportedEvidence } from './imported-evidence.ts';
import { hints } from './payload-flaws.ts';

export type ImportOutcome =
  | { outcome: 'imported'; answer: JournalImportAnswer }
  | { outcome: 'unknown' }
  | { outcome: 'broken'; detail: string };

type Evidence = { entry: JournalEntry; canonicalPayload: string };

/**
 * Takes in what a forked or lost journal says, as evidence (ingest rule 2): no transaction of it is booked and the seal does not move.
 * Each that the backend has not received in these words is listed like a rejected one, until an operator settles it; what the journal
 * saw of tags counts like any other reading of them.
 */
export async function importJournal(
  connection: Connection,
  assignmentId: number,
  entries: readonly JournalEntry[],
  actor: string,
  now: Date,
): Promise<ImportOutcome> {
  const assignment = await lockAssignmentOf(connection, assignmentId);
  if (assignment === undefined) return { outcome: 'unknown' };
  const pieces = followChain(entries, assignment.journalId);
  if (typeof pieces === 'string') return { outcome: 'broken', detail: pieces };
  const { editionId } = assignment;
  const fresh = await keepUnknown(connection, { editionId, assignmentId }, pieces, actor, now);
  const listed = await listTransactions(connection, { editionId, assignmentId }, fresh, now);
  const images = fresh.map(({ entry }) => entry);
  await applyImportedEvidence(connection, assignment, images, now);
  return { outcome: 'imported', answer: { known: entries.length - fresh.length, imported: fresh.length, listed } };
}

/** The entries with their canonical payloads, or why they are not a piece of this journal. */
function followChain(entries: readonly JournalEntry[], journalId: string): Evidence[] | string {
  const pieces: Evidence[] = [];
  for (const entry of entries) {
    const previous = pieces.at(-1)?.entry;
    if (previous !== undefined && entry.seq !== previous.seq + 1)
      return `Entry ${entry.seq} does not follow entry ${previous.seq}.`;
    const canonicalPayload = canonicalJson(entry.payload);
    if (canonicalPayload === undefined) return `The payload of entry ${entry.seq} has no canonical form.`;
    // The first entry of a piece from the middle can only be held against the next one.
    const before = entry.seq === 1 ? journalStartHash(journalId) : previous?.hash;
    if (before !== undefined && entryHash(before, entry, canonicalPayload) !== entry.hash)
      return `The hash of entry ${entry.seq} does not follow.`;
    pieces.push({ entry, canonicalPayload });
  }
  return pieces;
}

async function keepUnknown(
  connection: Connection,
  { editionId, assignmentId }: { editionId: number; assignmentId: number },
  pieces: readonly Evidence[],
  actor: string,
  now: Date,
): Promise<Evidence[]> {
  const rows = pieces.map(({ entry }) => ({ seq: entry.seq, hash: entry.hash, entry: canonicalJson(entry) ?? '' }));
  const kept = await connection.query<{ hash: string }>(
    `INSERT INTO imported_entry (edition_id, assignment_id, imported_at, imported_by, seq, hash, entry)
     SELECT $1, $2, $3, $4, row.seq, row.hash, row.entry
       FROM jsonb_to_recordset($5::jsonb) AS row(seq bigint, hash text, entry text)
      WHERE NOT EXISTS (SELECT FROM journal_entry j WHERE j.edition_id = $1 AND j.assignment_id = $2 AND j.seq = row.seq AND j.hash = row.hash)
     ON CONFLICT DO NOTHING
     RETURNING hash`,
    [editionId, assignmentId, now, actor, JSON.stringify(rows)],
  );
  const hashes = new Set(kept.rows.map(({ hash }) => hash));
  return pieces.filter(({ entry }) => hashes.has(entry.hash));
}

/** One row for each transaction whose very content was not received; returns how many. */
async function listTransactions(
  connection: Connection,
  { editionId, assignmentId }: { editionId: number; assignmentId: number },
  evidence: readonly Evidence[],
  now: Date,
): Promise<number> {
  const rows = evidence.flatMap(({ entry, canonicalPayload }) => {
    if (entry.kind !== 'transaction') return [];
    const { terminalTransactionNumber: number, uid, state } = hints(entry.payload);
    return [
      {
        seq: entry.seq,
        number: number ?? null,
        uid: uid ?? null,
        to_state: state ?? null,
        payload: canonicalPayload,
        payload_hash: contentHash(canonicalPayload),
      },
    ];
  });
  if (rows.length === 0) return 0;
  const listed = await connection.query(
    `INSERT INTO transition_log (edition_id, assignment_id, received_at, seq, terminal_transaction_number, uid, from_state, to_state,
       code, reason, payload, payload_hash)
     SELECT $1, $2, $3, row.seq, row.number, row.uid,
            (SELECT t.state FROM transactions t WHERE t.edition_id = $1 AND t.assignment_id = $2 AND t.terminal_transaction_number = row.number),
            row.to_state, 'JOURNAL_IMPORTED', 'from a journal that was taken off its till; nothing of it is booked', row.payload, row.payload_hash
       FROM jsonb_to_recordset($4::jsonb) AS row(seq bigint, number bigint, uid text, to_state text, payload text, payload_hash text)
      WHERE NOT EXISTS (SELECT FROM transaction_state s JOIN transactions t ON t.edition_id = s.edition_id
                           AND t.backend_transaction_id = s.backend_transaction_id
                         WHERE t.edition_id = $1 AND t.assignment_id = $2 AND t.terminal_transaction_number = row.number
                           AND s.content_hash = row.payload_hash)
      ORDER BY row.seq`,
    [editionId, assignmentId, now, JSON.stringify(rows)],
  );
  return listed.rowCount ?? 0;
}
