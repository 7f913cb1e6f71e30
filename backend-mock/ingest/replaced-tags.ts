import type { TagEventPayload, TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { Connection } from '../store/database.ts';
import { raiseAlert } from './alerts.ts';
import type { LockedAssignment } from './batch-reads.ts';
import type { Interpretation, TransactionChange } from './interpret.ts';

/**
 * Keeps what a batch says about tags that were written anew (R22) or that took the place of a lost one: from the first word of
 * it nobody may write the new tag again (INV-65). The operator is told of what a till cannot mend (money rule 2): a sale of a tag
 * that was replaced, which books like any other although the balance was handed out before it arrived; and a new tag that begins
 * without the balance, because a till that knew of nothing issued it before another had written it.
 */
export async function noteReplacedTags(
  connection: Connection,
  assignment: LockedAssignment,
  interpretation: Interpretation,
  now: Date,
): Promise<void> {
  await raiseGeneration(connection, assignment, interpretation);
  const booked = [...interpretation.changes.values()].filter((change) => change.books);
  const shown = new Set([
    ...interpretation.snapshots.map(({ payload }) => payload.uid),
    ...written(interpretation).map(({ uid }) => uid),
    ...booked.flatMap(uidOf),
  ]);
  if (shown.size === 0) return;
  const { editionId } = assignment;
  await connection.query({
    name: 'note-written-replacements',
    text: `UPDATE tag_replacement SET written_at = $3 WHERE edition_id = $1 AND new_uid = ANY($2::text[]) AND written_at IS NULL`,
    values: [editionId, [...shown], now],
  });
  if (booked.length > 0) await alertAboutLate(connection, assignment, booked, now);
  const begun = interpretation.snapshots.map(({ payload }) => payload).filter((shows) => shows.transactionNumber === 0);
  if (begun.length > 0) await alertAboutNotWritten(connection, assignment, begun, now);
}

/** The tags that a till says it has written with a generation of its own. */
function written({ tagEvents }: Interpretation): { uid: string; generation: number }[] {
  return tagEvents.map(({ payload }) => payload).filter(({ event }) => writesTag[event]);
}

const writesTag: Record<TagEventPayload['event'], boolean> = {
  issue: true,
  repair: true,
  replace: true,
  corruptSeen: false,
  cloneSeen: false,
};

function uidOf({ content }: TransactionChange): string[] {
  return content === undefined ? [] : [content.payload.tag.uid];
}

async function raiseGeneration(
  connection: Connection,
  { editionId }: LockedAssignment,
  interpretation: Interpretation,
): Promise<void> {
  const rows = written(interpretation);
  if (rows.length === 0) return;
  await connection.query({
    name: 'raise-written-generation',
    text: `UPDATE tag SET written_generation = row.generation
             FROM (SELECT uid, max(generation) AS generation FROM jsonb_to_recordset($2::jsonb) AS event(uid text, generation integer)
                    GROUP BY uid) AS row
            WHERE tag.edition_id = $1 AND tag.uid = row.uid AND tag.written_generation < row.generation`,
    values: [editionId, JSON.stringify(rows)],
  });
}

/** Nobody brings the balance onto the tag by itself: that it is missing is no proof that it never was there. */
async function alertAboutNotWritten(
  connection: Connection,
  assignment: LockedAssignment,
  begun: readonly TagSnapshotPayload[],
  now: Date,
): Promise<void> {
  const found = await connection.query<{ uid: string; new_uid: string; balance_minor: number; shown_minor: number }>({
    name: 'replacements-not-written',
    text: `SELECT r.uid, r.new_uid, r.balance_minor, shown."balanceMinor" AS shown_minor
             FROM jsonb_to_recordset($2::jsonb) AS shown(uid text, generation integer, "balanceMinor" bigint)
             JOIN tag_replacement r ON r.edition_id = $1 AND r.new_uid = shown.uid AND r.generation = shown.generation
              AND r.balance_minor <> shown."balanceMinor"
            ORDER BY r.new_uid`,
    values: [assignment.editionId, JSON.stringify(begun)],
  });
  for (const row of found.rows) {
    const detail = `tag ${row.new_uid} took the place of ${row.uid} with ${row.balance_minor} and begins with ${row.shown_minor}; what is missing is to be brought onto it as an adjustment`;
    await raiseAlert(connection, assignment, 'REPLACEMENT_NOT_WRITTEN', row.new_uid, detail, now);
  }
}

async function alertAboutLate(
  connection: Connection,
  assignment: LockedAssignment,
  booked: readonly TransactionChange[],
  now: Date,
): Promise<void> {
  const found = await connection.query<{ uid: string; new_uid: string }>({
    name: 'replaced-tags-of-batch',
    text: 'SELECT uid, new_uid FROM tag_replacement WHERE edition_id = $1 AND uid = ANY($2::text[])',
    values: [assignment.editionId, booked.flatMap(uidOf)],
  });
  const replacedBy = new Map(found.rows.map((row) => [row.uid, row.new_uid]));
  for (const { terminalTransactionNumber, content } of booked) {
    const newUid = replacedBy.get(content?.payload.tag.uid ?? '');
    if (newUid === undefined || content === undefined) continue;
    const { tag, balanceDeltaMinor } = content.payload;
    const subject = `${assignment.assignmentId}/${terminalTransactionNumber}`;
    const detail = `tag ${tag.uid} was replaced by ${newUid} before its change of ${balanceDeltaMinor} arrived; it is booked, and what falls below zero is to be written off`;
    await raiseAlert(connection, assignment, 'LATE_AFTER_REPLACEMENT', subject, detail, now);
  }
}
