import type { CreditMode } from '../../contract/wire/canteen.ts';
import type { Connection } from '../store/database.ts';
import { readCanteenEdition } from './canteen-edition.ts';
import { nextApplication } from './credit-schedule.ts';

/**
 * Says who manages the credits of an edition (Q33) and whether sessions narrow them (Q34). While the tills do, no credit comes by itself;
 * when this backend takes them over again, the next ones come when they are due, and none for the days between.
 */
export async function changeCreditMode(
  connection: Connection,
  editionId: number,
  change: { creditMode?: CreditMode | undefined; sessionCredits?: boolean | undefined },
  now: Date,
): Promise<void> {
  const { creditMode: before } = await readCanteenEdition(connection, editionId);
  await connection.query(
    `UPDATE edition SET credit_mode = coalesce($2, credit_mode), session_credits = coalesce($3, session_credits) WHERE edition_id = $1`,
    [editionId, change.creditMode ?? null, change.sessionCredits ?? null],
  );
  if (change.creditMode === undefined || change.creditMode === before) return;
  // Behind the members' locks, so that a round under way ends by the old mode.
  await connection.query('SELECT 1 FROM member WHERE edition_id = $1 ORDER BY customer_id FOR NO KEY UPDATE', [
    editionId,
  ]);
  if (change.creditMode === 'TILL') {
    await connection.query(
      'UPDATE purse SET next_apply_at = NULL WHERE edition_id = $1 AND next_apply_at IS NOT NULL',
      [editionId],
    );
    return;
  }
  await resumeApplications(connection, editionId, now);
}

async function resumeApplications(connection: Connection, editionId: number, now: Date): Promise<void> {
  const { clock } = await readCanteenEdition(connection, editionId);
  const found = await connection.query<{
    customerId: number;
    purseId: string;
    creditApply: string;
    validFrom: Date | null;
    validTo: Date | null;
  }>(
    `SELECT customer_id AS "customerId", purse_id AS "purseId", credit_apply AS "creditApply", valid_from AS "validFrom",
            valid_to AS "validTo"
       FROM purse WHERE edition_id = $1 AND credit_amount_minor IS NOT NULL AND credit_apply IS NOT NULL
        AND expiry_duration_days IS NOT NULL`,
    [editionId],
  );
  const next = found.rows.map(({ creditApply, validFrom, validTo }) => {
    const from = Math.max(now.getTime(), validFrom?.getTime() ?? 0);
    return nextApplication(creditApply, clock.zone, new Date(from - 1), validTo);
  });
  await connection.query(
    `UPDATE purse p SET next_apply_at = row.next FROM unnest($2::bigint[], $3::text[], $4::timestamptz[]) AS row(customer_id, purse_id, next)
      WHERE p.edition_id = $1 AND p.customer_id = row.customer_id AND p.purse_id = row.purse_id`,
    [editionId, found.rows.map(({ customerId }) => customerId), found.rows.map(({ purseId }) => purseId), next],
  );
}
