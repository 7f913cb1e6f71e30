import { accountLimitsSchema } from '../../contract/wire/configuration.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';

type Share = { assignmentId: number; shareMinor: number };

/**
 * Deals what an edition risks offline out to its tills (Q52), in minor units: everybody keeps what they have as far as it is
 * still allowed, and what is free goes to the tills in the order in which they came, up to `perTillMinor` each. A till that
 * was told of its share may use it without asking, so that the sum never exceeds the limit (INV-66).
 */
export function dealShares(tills: readonly Share[], limitMinor: number, perTillMinor: number): Share[] {
  let freeMinor = limitMinor;
  const kept = tills.map(({ assignmentId, shareMinor }) => {
    const keptMinor = Math.min(shareMinor, perTillMinor, freeMinor);
    freeMinor -= keptMinor;
    return { assignmentId, shareMinor: keptMinor };
  });
  return kept.map(({ assignmentId, shareMinor }) => {
    const addedMinor = Math.min(perTillMinor - shareMinor, freeMinor);
    freeMinor -= addedMinor;
    return { assignmentId, shareMinor: shareMinor + addedMinor };
  });
}

/**
 * Deals the shares of an edition anew, after a till came or was closed and after the limit changed. Waits for others who do
 * the same. An edition without a limit of its own has no shares: each till has the whole `offlinePerTillMinor`.
 */
export async function shareOut(connection: Connection, editionId: number): Promise<void> {
  const found = await connection.query<{ offline_limit_minor: number | null; account_limits: unknown }>(
    'SELECT offline_limit_minor, account_limits FROM edition WHERE edition_id = $1 FOR NO KEY UPDATE',
    [editionId],
  );
  const limitMinor = found.rows[0]?.offline_limit_minor ?? null;
  const rules = accountLimitsSchema.nullish().parse(found.rows[0]?.account_limits);
  if (limitMinor === null || rules == null) return;
  // A till whose token was taken back may still be selling where nobody reaches it: its share is free when it is closed.
  const tills = await connection.query<Share>(
    `SELECT assignment_id AS "assignmentId", offline_share_minor AS "shareMinor" FROM assignment
      WHERE edition_id = $1 AND closed_at IS NULL ORDER BY assignment_id FOR NO KEY UPDATE`,
    [editionId],
  );
  const dealt = dealShares(tills.rows, limitMinor, rules.offlinePerTillMinor);
  const sumMinor = dealt.reduce((sum, { shareMinor }) => sum + shareMinor, 0);
  invariant('INV-66', sumMinor <= limitMinor, 'the tills together must not risk more than the edition does');
  await connection.query(
    `UPDATE assignment SET offline_share_minor = row."shareMinor"
       FROM jsonb_to_recordset($2::jsonb) AS row("assignmentId" bigint, "shareMinor" bigint)
      WHERE assignment.edition_id = $1 AND assignment.assignment_id = row."assignmentId"
        AND assignment.offline_share_minor <> row."shareMinor"`,
    [editionId, JSON.stringify(dealt)],
  );
}
