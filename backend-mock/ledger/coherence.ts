import type { z } from 'zod';
import type { coherenceAnswerSchema } from '../../contract/wire/admin.ts';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';

export type Coherence = z.infer<typeof coherenceAnswerSchema>;
type TagDifference = Coherence['tagDifferences'][number];

/**
 * What does not agree in an edition (protocol.md, money rule 5): a report, never an assertion. The caller's transaction
 * should be REPEATABLE READ, so that batches booked meanwhile are seen wholly or not at all.
 */
export async function reportCoherence(connection: Connection, editionId: number): Promise<Coherence> {
  const sumMinor = await sumOfAccounts(connection, editionId);
  const balanceDifferences = await findBalanceDifferences(connection, editionId);
  const numberGaps = await findNumberGaps(connection, editionId);
  const tagDifferences = await findTagDifferences(connection, editionId);
  const unresolvedRejections = await countUnresolved(connection, editionId);
  const findings =
    (sumMinor === 0 ? 0 : 1) +
    balanceDifferences.length +
    numberGaps.length +
    tagDifferences.length +
    unresolvedRejections;
  return { editionId, sumMinor, balanceDifferences, numberGaps, tagDifferences, unresolvedRejections, findings };
}

async function sumOfAccounts(connection: Connection, editionId: number): Promise<number> {
  const found = await connection.query<{ sum_minor: number }>(
    'SELECT coalesce(sum(balance_minor), 0) AS sum_minor FROM account WHERE edition_id = $1',
    [editionId],
  );
  return found.rows[0]?.sum_minor ?? 0;
}

/** INV-03, recomputed from the postings alone. */
async function findBalanceDifferences(
  connection: Connection,
  editionId: number,
): Promise<Coherence['balanceDifferences']> {
  const found = await connection.query<{ account: string; cachedMinor: number; recomputedMinor: number }>(
    `WITH side AS (
       SELECT debit_account_id AS account_id, amount_minor FROM posting WHERE edition_id = $1
       UNION ALL SELECT credit_account_id, -amount_minor FROM posting WHERE edition_id = $1
     ), recomputed AS (SELECT account_id, sum(amount_minor) AS minor FROM side GROUP BY account_id)
     SELECT account.name AS account, account.balance_minor AS "cachedMinor", coalesce(recomputed.minor, 0) AS "recomputedMinor"
       FROM account LEFT JOIN recomputed USING (account_id)
      WHERE account.edition_id = $1 AND account.balance_minor <> coalesce(recomputed.minor, 0)
      ORDER BY account.name`,
    [editionId],
  );
  return found.rows;
}

/** Terminal numbers never received, per assignment (Q18): neither as a transaction nor in the transition log. */
async function findNumberGaps(connection: Connection, editionId: number): Promise<Coherence['numberGaps']> {
  const found = await connection.query<{ assignment_id: number; from_number: number; to_number: number }>(
    `WITH received AS (
       SELECT assignment_id, terminal_transaction_number AS number FROM transactions WHERE edition_id = $1 AND assignment_id IS NOT NULL
       UNION SELECT assignment_id, terminal_transaction_number FROM transition_log
              WHERE edition_id = $1 AND terminal_transaction_number IS NOT NULL
     ), step AS (
       SELECT assignment_id, number, coalesce(lag(number) OVER (PARTITION BY assignment_id ORDER BY number), 0) AS before FROM received
     )
     SELECT assignment_id, before + 1 AS from_number, number - 1 AS to_number FROM step WHERE number > before + 1
      ORDER BY assignment_id, from_number`,
    [editionId],
  );
  const gaps = new Map<number, number[]>();
  for (const row of found.rows) {
    const missing = gaps.get(row.assignment_id) ?? [];
    const room = limits.numberGapsListedMax - missing.length;
    for (let number = row.from_number; number <= row.to_number && number < row.from_number + room; number += 1)
      missing.push(number);
    gaps.set(row.assignment_id, missing);
  }
  return [...gaps].map(([assignmentId, missing]) => ({ assignmentId, missing }));
}

/** In tag mode: the customer's booked balance against the newest generation of the tag as last seen. */
async function findTagDifferences(connection: Connection, editionId: number): Promise<TagDifference[]> {
  const found = await connection.query<{
    uid: string;
    booked_minor: number;
    tag_minor: number;
    unresolved: boolean;
    rejected: boolean;
    duplicated: boolean;
  }>(
    `WITH newest AS (
       SELECT DISTINCT ON (uid) uid, tag_generation, balance_minor FROM tag_last_seen
        WHERE edition_id = $1 ORDER BY uid, tag_generation DESC
     )
     SELECT newest.uid, account.balance_minor AS booked_minor, newest.balance_minor AS tag_minor,
            EXISTS (SELECT FROM transactions t WHERE t.edition_id = $1 AND t.uid IS NOT NULL AND t.uid = newest.uid
                       AND t.state IN ('TerminalConfirmUnknown', 'ReservePending', 'Reserve', 'ExternalPending', 'ExternalUnknown')) AS unresolved,
            EXISTS (SELECT FROM transition_log l WHERE l.edition_id = $1 AND l.uid = newest.uid AND l.resolved_at IS NULL) AS rejected,
            EXISTS (SELECT FROM transactions t WHERE t.edition_id = $1 AND t.uid IS NOT NULL AND t.uid = newest.uid AND t.state = 'Committed'
                     GROUP BY t.tag_generation, t.tag_transaction_number HAVING count(*) > 1) AS duplicated
       FROM newest
       JOIN edition ON edition.edition_id = $1 AND edition.mode = 'tag'
       JOIN tag ON tag.edition_id = $1 AND tag.uid = newest.uid
       JOIN account ON account.edition_id = $1 AND account.customer_id = tag.customer_id
      WHERE account.balance_minor <> newest.balance_minor
      ORDER BY newest.uid`,
    [editionId],
  );
  return found.rows.map((row) => ({
    uid: row.uid,
    bookedMinor: row.booked_minor,
    tagMinor: row.tag_minor,
    likelyCause: likelyCause(row),
  }));
}

function likelyCause(row: {
  unresolved: boolean;
  rejected: boolean;
  duplicated: boolean;
}): TagDifference['likelyCause'] {
  if (row.duplicated) return 'clone-or-rollback';
  if (row.rejected) return 'rejected-transaction';
  return row.unresolved ? 'unresolved-transaction' : 'missing-transaction';
}

async function countUnresolved(connection: Connection, editionId: number): Promise<number> {
  const found = await connection.query<{ count: number }>(
    'SELECT count(*) AS count FROM transition_log WHERE edition_id = $1 AND resolved_at IS NULL',
    [editionId],
  );
  return found.rows[0]?.count ?? 0;
}
