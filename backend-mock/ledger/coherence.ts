import type { z } from 'zod';
import type { coherenceAnswerSchema } from '../../contract/wire/admin.ts';
import { limits } from '../limits.ts';
import { findPurseDifferences } from '../purses/purse-coherence.ts';
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
  const missingTransactions = await findMissing(connection, editionId);
  const overspendDifferences = await findOverspendDifferences(connection, editionId);
  const purseDifferences = await findPurseDifferences(connection, editionId);
  const unresolvedRejections = await countUnresolved(connection, editionId);
  const findings =
    (sumMinor === 0 ? 0 : 1) +
    balanceDifferences.length +
    numberGaps.length +
    tagDifferences.length +
    missingTransactions.length +
    overspendDifferences.length +
    purseDifferences.length +
    unresolvedRejections;
  return {
    editionId,
    sumMinor,
    balanceDifferences,
    numberGaps,
    tagDifferences,
    missingTransactions,
    overspendDifferences,
    purseDifferences,
    unresolvedRejections,
    findings,
  };
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
          -- An operator has ended it: of such a number nothing is waited for any more.
          AND (NOT provisional OR state = 'Aborted')
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

/** Missing (`m`) while neither the transaction nor a rejected entry of its number has arrived. */
export const stillMissing = `NOT EXISTS (SELECT FROM transactions t WHERE t.edition_id = m.edition_id AND t.assignment_id = m.assignment_id
                                 AND t.terminal_transaction_number = m.terminal_transaction_number)
              AND NOT EXISTS (SELECT FROM transition_log l WHERE l.edition_id = m.edition_id AND l.assignment_id = m.assignment_id
                                 AND l.terminal_transaction_number = m.terminal_transaction_number)`;

/** What tags show and no till has sent (Q6). */
async function findMissing(connection: Connection, editionId: number): Promise<Coherence['missingTransactions']> {
  const found = await connection.query<Coherence['missingTransactions'][number]>(
    `SELECT m.assignment_id AS "assignmentId", m.terminal_transaction_number AS "terminalTransactionNumber", m.type,
            m.balance_delta_minor AS "balanceDeltaMinor", m.uid, m.tag_transaction_number AS "tagTransactionNumber"
       FROM missing_transaction m WHERE m.edition_id = $1 AND ${stillMissing}
      ORDER BY m.assignment_id, m.terminal_transaction_number, m.uid LIMIT $2`,
    [editionId, limits.listRowsMax],
  );
  return found.rows;
}

type Clues = { unresolved: boolean; lacking: boolean; rejected: boolean; duplicated: boolean; late: boolean };

/**
 * In tag mode: the customer's booked balance, less what refunds of the backend hold, against the newest generation of the tag
 * as last seen and the adjustments that it has not collected yet (Q20). A lost tag that was replaced is no purse any more.
 */
async function findTagDifferences(connection: Connection, editionId: number, uid?: string): Promise<TagDifference[]> {
  const found = await connection.query<
    Clues & {
      uid: string;
      booked_minor: number;
      tag_minor: number;
      uncollected_minor: number;
      held_minor: number;
      evidence_minor: number;
    }
  >(
    `WITH newest AS (
       SELECT DISTINCT ON (uid) uid, tag_generation, balance_minor FROM tag_last_seen
        WHERE edition_id = $1 AND ($2::text IS NULL OR uid = $2)
          AND NOT EXISTS (SELECT FROM tag_replacement r WHERE r.edition_id = $1 AND r.uid = tag_last_seen.uid)
        ORDER BY uid, tag_generation DESC
     ), weighed AS (
       SELECT newest.uid, tag.customer_id, account.balance_minor AS booked_minor, newest.balance_minor AS tag_minor,
              (SELECT coalesce(sum(a.amount_minor), 0) FROM tag_adjustment a
                WHERE a.edition_id = $1 AND a.uid = newest.uid AND a.collected_at IS NULL AND a.superseded_at IS NULL) AS uncollected_minor,
              (SELECT coalesce(-sum(t.balance_delta_minor), 0) FROM transactions t
                WHERE t.edition_id = $1 AND t.customer_id = tag.customer_id AND t.state = 'ReservePending' AND t.origin <> 'terminal') AS held_minor
         FROM newest
         JOIN edition ON edition.edition_id = $1 AND edition.mode = 'tag'
         JOIN tag ON tag.edition_id = $1 AND tag.uid = newest.uid
         JOIN account ON account.edition_id = $1 AND account.customer_id = tag.customer_id AND account.name LIKE '%/default'
     ), differing AS (SELECT * FROM weighed WHERE booked_minor - held_minor - uncollected_minor <> tag_minor),
     -- Every tag of the customer, the lost ones too: their sales book to the same account.
     worn AS (SELECT differing.customer_id, tag.uid FROM differing JOIN tag ON tag.edition_id = $1 AND tag.customer_id = differing.customer_id),
     evident AS (
       SELECT worn.customer_id, t.balance_delta_minor FROM transactions t JOIN worn USING (uid)
        WHERE t.edition_id = $1 AND t.uid IS NOT NULL AND t.state = 'Reserve'
       UNION ALL
       SELECT worn.customer_id, m.balance_delta_minor FROM missing_transaction m JOIN worn USING (uid) WHERE m.edition_id = $1 AND ${stillMissing}
     )
     SELECT uid, booked_minor, tag_minor, uncollected_minor,
            held_minor,
            (SELECT coalesce(sum(e.balance_delta_minor), 0) FROM evident e WHERE e.customer_id = differing.customer_id) AS evidence_minor,
            EXISTS (SELECT FROM evident e WHERE e.customer_id = differing.customer_id) AS lacking,
            EXISTS (SELECT FROM transactions t JOIN worn ON worn.uid = t.uid
                     WHERE t.edition_id = $1 AND t.uid IS NOT NULL AND worn.customer_id = differing.customer_id
                       AND t.state IN ('TerminalConfirmUnknown', 'ReservePending', 'ExternalPending', 'ExternalUnknown')) AS unresolved,
            EXISTS (SELECT FROM transition_log l JOIN worn ON worn.uid = l.uid
                     WHERE l.edition_id = $1 AND worn.customer_id = differing.customer_id AND l.resolved_at IS NULL) AS rejected,
            EXISTS (SELECT FROM transactions t JOIN worn ON worn.uid = t.uid
                     WHERE t.edition_id = $1 AND t.uid IS NOT NULL AND worn.customer_id = differing.customer_id AND t.state = 'Committed'
                       AND t.assignment_id IS NOT NULL
                     GROUP BY t.uid, t.tag_generation, t.tag_transaction_number HAVING count(*) > 1) AS duplicated,
            EXISTS (SELECT FROM tag_replacement r JOIN worn ON worn.uid = r.uid
                      JOIN transactions t ON t.edition_id = $1 AND t.uid IS NOT NULL AND t.uid = r.uid AND t.state = 'Committed'
                     WHERE r.edition_id = $1 AND worn.customer_id = differing.customer_id AND t.received_at >= r.replaced_at) AS late
       FROM differing ORDER BY uid`,
    [editionId, uid ?? null],
  );
  return found.rows.map((row) => ({
    uid: row.uid,
    bookedMinor: row.booked_minor,
    ...(row.held_minor === 0 ? {} : { heldMinor: row.held_minor }),
    tagMinor: row.tag_minor,
    uncollectedMinor: row.uncollected_minor,
    evidenceMinor: row.evidence_minor,
    likelyCause: likelyCause(row),
  }));
}

/**
 * By how much the ledger is above what a tag shows and will collect, once what the tag shows beyond the ledger is booked too; 0 for
 * a tag that agrees, or that nobody has seen.
 */
export async function findTagDifference(connection: Connection, editionId: number, uid: string): Promise<number> {
  const [found] = await findTagDifferences(connection, editionId, uid);
  return found === undefined ? 0 : found.bookedMinor - (found.heldMinor ?? 0) - found.uncollectedMinor - found.tagMinor;
}

function likelyCause({ duplicated, rejected, lacking, unresolved, late }: Clues): TagDifference['likelyCause'] {
  if (duplicated) return 'clone-or-rollback';
  if (rejected) return 'rejected-transaction';
  if (late && !lacking) return 'replaced-tag';
  return unresolved && !lacking ? 'unresolved-transaction' : 'missing-transaction';
}

/** INV-69: whoever owes above the limit has no money beside it. */
async function findOverspendDifferences(
  connection: Connection,
  editionId: number,
): Promise<Coherence['overspendDifferences']> {
  const found = await connection.query<Coherence['overspendDifferences'][number]>(
    `SELECT o.customer_id AS "customerId", a.balance_minor AS "defaultMinor", o.balance_minor AS "overspendMinor"
       FROM account o JOIN account a ON a.edition_id = o.edition_id AND a.customer_id = o.customer_id AND a.name LIKE '%/default'
      WHERE o.edition_id = $1 AND o.name LIKE 'customer:%/overspend' AND o.balance_minor <> 0 AND a.balance_minor > 0
      ORDER BY o.customer_id LIMIT $2`,
    [editionId, limits.listRowsMax],
  );
  return found.rows;
}

async function countUnresolved(connection: Connection, editionId: number): Promise<number> {
  const found = await connection.query<{ count: number }>(
    'SELECT count(*) AS count FROM transition_log WHERE edition_id = $1 AND resolved_at IS NULL',
    [editionId],
  );
  return found.rows[0]?.count ?? 0;
}
