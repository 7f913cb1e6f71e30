import { blockTag } from '../ledger/tags.ts';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';
import { raiseAlert } from './alerts.ts';
import type { LockedAssignment } from './batch-reads.ts';
import type { Interpretation, TransactionChange } from './interpret.ts';

/** A tag as somebody saw it, by a snapshot or by the transaction that wrote it. */
type Sighting = {
  uid: string;
  tag_generation: number;
  tag_transaction_number: number;
  balance_minor: number;
  seen_at: string;
};

/** Keeps what the batch shows about tags: every snapshot (Q6), the tag as last seen, and numbers it proves to be used. */
export async function writeEvidence(
  connection: Connection,
  assignment: LockedAssignment,
  { snapshots, tagEvents, changes }: Interpretation,
  now: Date,
): Promise<void> {
  await insertSnapshots(connection, assignment, snapshots, now);
  const written = [...changes.values()].flatMap(sightingOf);
  const read = snapshots.map(({ payload }) => ({
    uid: payload.uid,
    tag_generation: payload.generation,
    tag_transaction_number: payload.transactionNumber,
    balance_minor: payload.balanceMinor,
    seen_at: payload.readAt,
  }));
  await updateLastSeen(connection, assignment, [...read, ...written]);
  await reportDuplicateNumbers(connection, assignment, written, now);
  await raiseAssignmentNumber(
    connection,
    assignment,
    snapshots.flatMap(({ payload }) => payload.history.map((line) => line?.assignmentId ?? 0)),
    now,
  );
  for (const { payload } of tagEvents) {
    if (payload.event === 'cloneSeen' || payload.event === 'corruptSeen') {
      await raiseAlert(connection, assignment, payload.event, payload.uid, payload.detail ?? '', now);
    }
  }
}

function sightingOf(change: TransactionChange): Sighting[] {
  const tag = change.content?.payload.tag;
  if (!change.books || tag === undefined || tag.transactionNumber === null) return [];
  const { payload } = change.content ?? {};
  return [
    {
      uid: tag.uid,
      tag_generation: tag.generation,
      tag_transaction_number: tag.transactionNumber,
      balance_minor: tag.balanceAfterMinor,
      seen_at: payload?.endedAt ?? payload?.openedAt ?? new Date(0).toISOString(),
    },
  ];
}

async function insertSnapshots(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  snapshots: Interpretation['snapshots'],
  now: Date,
): Promise<void> {
  if (snapshots.length === 0) return;
  const rows = snapshots.map(({ seq, payload, importedHash = '' }) => ({
    seq,
    imported_hash: importedHash,
    uid: payload.uid,
    tag_generation: payload.generation,
    tag_transaction_number: payload.transactionNumber,
    balance_minor: payload.balanceMinor,
    adjustment_number: payload.adjustmentNumber,
    history: JSON.stringify(payload.history),
    read_at: payload.readAt,
  }));
  await connection.query({
    name: 'insert-tag-snapshots',
    text: `INSERT INTO tag_snapshot (edition_id, assignment_id, received_at, seq, imported_hash, uid, tag_generation, tag_transaction_number,
             balance_minor, adjustment_number, history, read_at)
           SELECT $1, $2, $3, row.* FROM jsonb_to_recordset($4::jsonb) AS row(seq bigint, imported_hash text, uid text,
             tag_generation integer, tag_transaction_number bigint, balance_minor bigint, adjustment_number integer, history text, read_at timestamptz)`,
    values: [editionId, assignmentId, now, JSON.stringify(rows)],
  });
}

/** The row of a tag stays locked until the batch commits, so that two batches cannot both miss a number used twice. */
async function updateLastSeen(
  connection: Connection,
  { editionId }: LockedAssignment,
  sightings: readonly Sighting[],
): Promise<void> {
  const newest = new Map<string, Sighting>();
  for (const sighting of sightings) {
    const key = `${sighting.uid}/${sighting.tag_generation}`;
    const other = newest.get(key);
    if (other === undefined || isNewer(sighting, other)) newest.set(key, sighting);
  }
  if (newest.size === 0) return;
  await connection.query({
    name: 'update-tag-last-seen',
    text: `INSERT INTO tag_last_seen AS seen (edition_id, uid, tag_generation, tag_transaction_number, balance_minor, seen_at)
           SELECT $1, row.* FROM jsonb_to_recordset($2::jsonb) AS row(uid text, tag_generation integer,
             tag_transaction_number bigint, balance_minor bigint, seen_at timestamptz)
            ORDER BY row.uid, row.tag_generation
           ON CONFLICT (edition_id, uid, tag_generation) DO UPDATE
              SET tag_transaction_number = excluded.tag_transaction_number, balance_minor = excluded.balance_minor, seen_at = excluded.seen_at
            WHERE (excluded.tag_transaction_number, excluded.seen_at) >= (seen.tag_transaction_number, seen.seen_at)`,
    values: [editionId, JSON.stringify([...newest.values()])],
  });
}

function isNewer(one: Sighting, other: Sighting): boolean {
  if (one.tag_transaction_number !== other.tag_transaction_number)
    return one.tag_transaction_number > other.tag_transaction_number;
  return Date.parse(one.seen_at) >= Date.parse(other.seen_at);
}

/**
 * Two committed transactions for one number of a tag (clone, rollback, restore): both are booked, uniqueness is never
 * enforced (R22); the tag is blocked and the operator told (R23; protocol.md, money rule 1).
 */
async function reportDuplicateNumbers(
  connection: Connection,
  assignment: LockedAssignment,
  written: readonly Sighting[],
  now: Date,
): Promise<void> {
  if (written.length === 0) return;
  const found = await connection.query<{
    uid: string;
    tag_generation: number;
    tag_transaction_number: number;
    times: number;
  }>({
    name: 'duplicate-tag-numbers-of-batch',
    // LATERAL, so that each number is looked up by its key however large the edition has grown.
    text: `SELECT mine.uid, mine.tag_generation, mine.tag_transaction_number, found.times
             FROM (SELECT DISTINCT uid, tag_generation, tag_transaction_number FROM jsonb_to_recordset($2::jsonb)
                     AS row(uid text, tag_generation integer, tag_transaction_number bigint)) AS mine
             CROSS JOIN LATERAL (
               SELECT count(*) AS times FROM transactions t
                WHERE t.edition_id = $1 AND t.uid IS NOT NULL AND t.uid = mine.uid AND t.tag_generation = mine.tag_generation
                  AND t.tag_transaction_number = mine.tag_transaction_number AND t.state = 'Committed') AS found
            WHERE found.times > 1
            ORDER BY mine.uid`,
    values: [assignment.editionId, JSON.stringify(written)],
  });
  for (const row of found.rows) {
    await blockTag(connection, assignment.editionId, row.uid, 'tag number used twice');
    const detail = `number ${row.tag_transaction_number} of generation ${row.tag_generation} was used by ${row.times} transactions`;
    await raiseAlert(
      connection,
      assignment,
      'TAG_NUMBER_DUPLICATE',
      `${row.uid}/${row.tag_generation}/${row.tag_transaction_number}`,
      detail,
      now,
    );
  }
}

/**
 * After a restored backup, tags know assignments that the database has forgotten: their numbers are never given out again
 * (R24). A number far above is not believed, only reported.
 */
async function raiseAssignmentNumber(
  connection: Connection,
  assignment: LockedAssignment,
  seen: readonly number[],
  now: Date,
): Promise<void> {
  const highest = Math.max(0, ...seen);
  if (highest === 0) return;
  const raised = await connection.query<{ last_assignment_id: number }>({
    name: 'raise-assignment-number',
    text: `SELECT last_assignment_id FROM assignment_number WHERE last_assignment_id < $1`,
    values: [highest],
  });
  const last = raised.rows[0]?.last_assignment_id;
  if (last === undefined) return;
  if (highest > last + limits.assignmentIdRaiseMax) {
    await raiseAlert(
      connection,
      assignment,
      'ASSIGNMENT_NUMBER_IMPLAUSIBLE',
      String(highest),
      `a tag names assignment ${highest}; the last one given out is ${last}`,
      now,
    );
    return;
  }
  await connection.query(`UPDATE assignment_number SET last_assignment_id = $1 WHERE last_assignment_id < $1`, [
    highest,
  ]);
}
