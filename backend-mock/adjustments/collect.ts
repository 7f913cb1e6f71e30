import { raiseAlert } from '../ingest/alerts.ts';
import type { LockedAssignment } from '../ingest/batch-reads.ts';
import type { Interpretation, TransactionChange } from '../ingest/interpret.ts';
import type { Connection } from '../store/database.ts';

/** A committed `TagAdjustment` as the database compares it. */
type Collected = {
  uid: string;
  adjustment_number: number | null;
  amount_minor: number;
  set_blocked: boolean | null;
  backend_transaction_id: number;
};

/**
 * Marks adjustments that reached their tags (Q20): by a till's `TagAdjustment`, or because a snapshot shows a number at or
 * beyond them. What no pending adjustment explains is booked nowhere and told to the operator. Under the locks of the tags.
 */
export async function collectAdjustments(
  connection: Connection,
  assignment: LockedAssignment,
  { changes, snapshots }: Interpretation,
  numbers: ReadonlyMap<number, number>,
  now: Date,
): Promise<void> {
  const written = [...changes.values()].flatMap((change) => collectedBy(change, numbers));
  await collectNumbered(
    connection,
    assignment,
    written.filter((row) => row.adjustment_number !== null),
    now,
  );
  for (const row of written) if (row.adjustment_number === null) await collectFlag(connection, assignment, row, now);
  const shown = snapshots.filter(({ payload }) => payload.adjustmentNumber > 0);
  if (shown.length === 0) return;
  await connection.query({
    name: 'collect-adjustments-shown',
    text: `UPDATE tag_adjustment a SET collected_at = $2
             FROM (SELECT uid, max("adjustmentNumber") AS number FROM jsonb_to_recordset($3::jsonb) AS row(uid text, "adjustmentNumber" integer)
                    GROUP BY uid) AS shown
            WHERE a.edition_id = $1 AND a.uid = shown.uid AND a.adjustment_number <= shown.number
              AND a.collected_at IS NULL AND a.superseded_at IS NULL`,
    values: [assignment.editionId, now, JSON.stringify(shown.map(({ payload }) => payload))],
  });
}

function collectedBy(change: TransactionChange, numbers: ReadonlyMap<number, number>): Collected[] {
  const payload = change.content?.payload;
  const id = numbers.get(change.terminalTransactionNumber);
  if (!change.books || payload?.type !== 'TagAdjustment' || id === undefined) return [];
  return [
    {
      uid: payload.tag.uid,
      adjustment_number: payload.adjustmentNumber ?? null,
      amount_minor: payload.balanceDeltaMinor,
      set_blocked: payload.setBlocked ?? null,
      backend_transaction_id: id,
    },
  ];
}

async function collectNumbered(
  connection: Connection,
  assignment: LockedAssignment,
  rows: readonly Collected[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  const found = await connection.query<{ backend_transaction_id: number }>({
    name: 'collect-adjustments',
    text: `UPDATE tag_adjustment a SET collected_at = coalesce(a.collected_at, $2), collected_by_transaction_id = row.backend_transaction_id
             FROM jsonb_to_recordset($3::jsonb) AS row(uid text, adjustment_number integer, amount_minor bigint, backend_transaction_id bigint)
            WHERE a.edition_id = $1 AND a.uid = row.uid AND a.adjustment_number = row.adjustment_number
              AND a.amount_minor = row.amount_minor AND a.collected_by_transaction_id IS NULL
           RETURNING row.backend_transaction_id`,
    values: [assignment.editionId, now, JSON.stringify(rows)],
  });
  const matched = new Set(found.rows.map((row) => row.backend_transaction_id));
  for (const row of rows.filter(({ backend_transaction_id: id }) => !matched.has(id))) {
    const detail = `adjustment ${row.adjustment_number} of ${row.amount_minor} was written to tag ${row.uid}, and none such was waiting`;
    await raiseAlert(
      connection,
      assignment,
      'ADJUSTMENT_UNEXPECTED',
      `${row.uid}/${row.adjustment_number}`,
      detail,
      now,
    );
  }
}

/** The flag: a till's own supervisor may block as well, so that one nobody asked for is no surprise but goes on the list. */
async function collectFlag(
  connection: Connection,
  { editionId }: LockedAssignment,
  row: Collected,
  now: Date,
): Promise<void> {
  await connection.query({
    name: 'collect-flag',
    text: `UPDATE tag_adjustment SET collected_at = $3, collected_by_transaction_id = $4
            WHERE edition_id = $1 AND uid = $2 AND adjustment_number IS NULL AND collected_at IS NULL AND superseded_at IS NULL
              AND ($5::boolean IS NULL OR set_blocked = $5)`,
    values: [editionId, row.uid, now, row.backend_transaction_id, row.set_blocked],
  });
  if (row.set_blocked !== true) return;
  await connection.query({
    name: 'list-flagged-tag',
    // An unblocking that is under way was decided later: the tag does not go back on the list for the block before it.
    text: `UPDATE tag SET blocked_reason = 'blocked at a till' WHERE edition_id = $1 AND uid = $2 AND blocked_reason IS NULL
              AND NOT EXISTS (SELECT FROM tag_adjustment a WHERE a.edition_id = $1 AND a.uid = $2 AND a.set_blocked = false
                                 AND a.collected_at IS NULL AND a.superseded_at IS NULL)`,
    values: [editionId, row.uid],
  });
}
