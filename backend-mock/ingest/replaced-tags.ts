import type { TagEventPayload } from '../../contract/wire/journal.ts';
import type { Connection } from '../store/database.ts';
import { raiseAlert } from './alerts.ts';
import type { LockedAssignment } from './batch-reads.ts';
import type { Interpretation, TransactionChange } from './interpret.ts';

/**
 * Keeps what a batch says about tags that were written anew (R22) or that took the place of a lost one: from the first word of
 * it nobody may write the new tag again (INV-65). A sale of a tag that was replaced books like any other; the operator is told,
 * because the balance was handed out before it arrived (money rule 2).
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
