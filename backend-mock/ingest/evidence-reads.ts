import { tagHistoryEntrySchema } from '../../contract/wire/journal.ts';
import { backendStateSchema, transactionTypeSchema } from '../../contract/wire/words.ts';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';
import type { LockedAssignment } from './batch-reads.ts';
import type { Interpretation } from './interpret.ts';
import { type ClaimedTransaction, claimsOf, type TagClaim } from './tag-evidence.ts';

/** A claim's (assignment, number) as text. */
export const keyOf = ({ assignmentId, terminalTransactionNumber }: TagClaim): string =>
  `${assignmentId}/${terminalTransactionNumber}`;

/** Snapshots received before that can tell about transactions which this batch left `TerminalConfirmUnknown`. */
export async function earlierClaims(
  connection: Connection,
  { editionId }: LockedAssignment,
  { changes }: Interpretation,
): Promise<TagClaim[]> {
  const unknown = [...changes.values()].flatMap((change) => {
    const tag = change.content?.payload.tag;
    if (change.state !== 'TerminalConfirmUnknown' || tag === undefined || tag.transactionNumber === null) return [];
    return [{ uid: tag.uid, generation: tag.generation, number: tag.transactionNumber }];
  });
  if (unknown.length === 0) return [];
  const found = await connection.query<{
    uid: string;
    tag_generation: number;
    tag_transaction_number: number;
    balance_minor: number;
    adjustment_number: number;
    history: string;
    read_at: Date;
  }>({
    name: 'snapshots-about-unknown-transactions',
    text: `SELECT DISTINCT s.uid, s.tag_generation, s.tag_transaction_number, s.balance_minor, s.adjustment_number, s.history, s.read_at
             FROM jsonb_to_recordset($2::jsonb) AS row(uid text, generation integer, number bigint)
             CROSS JOIN LATERAL (
               SELECT * FROM tag_snapshot s WHERE s.edition_id = $1 AND s.uid = row.uid AND s.tag_generation = row.generation
                  AND s.tag_transaction_number BETWEEN row.number AND row.number + 2
                LIMIT $3) AS s`,
    values: [editionId, JSON.stringify(unknown), limits.snapshotsOfNumberMax],
  });
  return found.rows
    .flatMap((row) =>
      claimsOf({
        uid: row.uid,
        generation: row.tag_generation,
        transactionNumber: row.tag_transaction_number,
        balanceMinor: row.balance_minor,
        adjustmentNumber: row.adjustment_number,
        history: tagHistoryEntrySchema.nullable().array().parse(JSON.parse(row.history)),
        readAt: row.read_at.toISOString(),
      }),
    )
    .filter((claim) => unknown.some(({ uid, number }) => claim.uid === uid && claim.tagTransactionNumber === number));
}

export type ClaimedRow = {
  backendTransactionId: number | undefined;
  transaction: ClaimedTransaction | undefined;
  payload: string | undefined;
  rejected: boolean;
  assignmentKnown: boolean;
};

/** What the backend has for each claim, by {@link keyOf}. */
export async function readClaimed(
  connection: Connection,
  editionId: number,
  claims: readonly TagClaim[],
): Promise<ReadonlyMap<string, ClaimedRow>> {
  const keys = claims.map(({ assignmentId, terminalTransactionNumber }) => ({
    assignment_id: assignmentId,
    number: terminalTransactionNumber,
  }));
  const found = await connection.query<{
    assignment_id: number;
    number: number;
    backend_transaction_id: number | null;
    state: string | null;
    type: string | null;
    uid: string | null;
    tag_generation: number | null;
    tag_transaction_number: number | null;
    balance_delta_minor: number | null;
    payload: string | null;
    rejected: boolean;
    assignment_known: boolean;
  }>({
    name: 'read-claimed-transactions',
    // LATERAL with LIMIT, here and below: each key is looked up by itself however large the edition has grown.
    text: `SELECT row.assignment_id, row.number, t.backend_transaction_id, t.state, t.type, t.uid, t.tag_generation,
                  t.tag_transaction_number, t.balance_delta_minor, t.payload,
                  EXISTS (SELECT FROM transition_log l WHERE l.edition_id = $1 AND l.assignment_id = row.assignment_id
                             AND l.terminal_transaction_number = row.number) AS rejected,
                  EXISTS (SELECT FROM assignment a WHERE a.edition_id = $1 AND a.assignment_id = row.assignment_id) AS assignment_known
             FROM jsonb_to_recordset($2::jsonb) AS row(assignment_id bigint, number bigint)
             LEFT JOIN LATERAL (
               SELECT * FROM transactions t WHERE t.edition_id = $1 AND t.assignment_id = row.assignment_id
                  AND t.terminal_transaction_number = row.number LIMIT 1) AS t ON true`,
    values: [editionId, JSON.stringify(keys)],
  });
  return new Map(
    found.rows.map((row) => [
      `${row.assignment_id}/${row.number}`,
      {
        backendTransactionId: row.backend_transaction_id ?? undefined,
        transaction:
          row.state === null
            ? undefined
            : {
                state: backendStateSchema.parse(row.state),
                type: transactionTypeSchema.parse(row.type),
                uid: row.uid,
                generation: row.tag_generation,
                tagTransactionNumber: row.tag_transaction_number,
                deltaMinor: row.balance_delta_minor ?? 0,
              },
        payload: row.payload ?? undefined,
        rejected: row.rejected,
        assignmentKnown: row.assignment_known,
      },
    ]),
  );
}
