import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { bookFunding, type FundingMovement } from './book-funding.ts';
import type { CanteenEdition } from './canteen-edition.ts';
import { expiryOf } from './credit-expiry.ts';
import { nextApplication } from './credit-schedule.ts';
import type { CalendarDay } from './wall-clock.ts';
import { type NewCredit, writeCredits } from './write-settlements.ts';

type DuePurse = {
  customerId: number;
  purseId: string;
  accountId: number;
  isActive: boolean;
  validFrom: Date | null;
  validTo: Date | null;
  validSessions: readonly string[] | null;
  creditAmountMinor: number;
  creditApply: string;
  expiryDurationDays: number;
  sweepAfterSession: boolean;
  nextApplyAt: Date;
  lastDay: CalendarDay | null;
};

type Due = { purse: DuePurse; occurrences: Date[]; next: Date | null };

/** Occurrences of one purse that one round looks at: more than a year of days; what is left is due again in the next one. */
const occurrencesMax = 400;

/**
 * Brings the credits that are due into the purses of these members, whom the caller has locked (R93–R98, R101). A credit bears the time
 * at which it was due, so that one that comes late, after days of downtime, is what it would have been (Q37: at most one for a purse and
 * local day). Returns how many came.
 */
export async function applyDue(
  connection: Connection,
  edition: CanteenEdition,
  customerIds: readonly number[],
  now: Date,
): Promise<number> {
  const { editionId } = edition;
  if (edition.creditMode === 'TILL') return 0;
  const purses = await connection.query<DuePurse>({
    name: 'due-purses',
    text: `SELECT p.customer_id AS "customerId", p.purse_id AS "purseId", p.account_id AS "accountId", m.is_active AS "isActive",
                  p.valid_from AS "validFrom", p.valid_to AS "validTo", p.valid_sessions AS "validSessions",
                  p.credit_amount_minor AS "creditAmountMinor", p.credit_apply AS "creditApply",
                  p.expiry_duration_days AS "expiryDurationDays", p.sweep_after_session AS "sweepAfterSession",
                  p.next_apply_at AS "nextApplyAt",
                  (SELECT max(c.applied_on)::text FROM credit c WHERE c.edition_id = p.edition_id AND c.customer_id = p.customer_id
                      AND c.purse_id = p.purse_id AND c.applied_on IS NOT NULL) AS "lastDay"
             FROM purse p JOIN member m USING (edition_id, customer_id)
            WHERE p.edition_id = $1 AND p.customer_id = ANY($2::bigint[]) AND p.next_apply_at <= $3
            ORDER BY p.customer_id, p.purse_id`,
    values: [editionId, customerIds, now],
  });
  if (purses.rows.length === 0) return 0;
  const due = purses.rows.map((purse) => lookAt(purse, edition.clock.zone, now));
  const grants = due.flatMap(({ purse, occurrences }) => grantsOf(purse, occurrences, edition));
  await writeGrants(connection, editionId, grants, now);
  await connection.query({
    name: 'move-applications',
    text: `UPDATE purse p SET next_apply_at = row.next
             FROM unnest($2::bigint[], $3::text[], $4::timestamptz[]) AS row(customer_id, purse_id, next)
            WHERE p.edition_id = $1 AND p.customer_id = row.customer_id AND p.purse_id = row.purse_id`,
    values: [
      editionId,
      due.map(({ purse }) => purse.customerId),
      due.map(({ purse }) => purse.purseId),
      due.map(({ next }) => next),
    ],
  });
  return grants.length;
}

/** The occurrences up to now, and the first one after them. */
function lookAt(purse: DuePurse, zone: string, now: Date): Due {
  const occurrences: Date[] = [];
  let next: Date | null = purse.nextApplyAt;
  while (next !== null && next.getTime() <= now.getTime() && occurrences.length < occurrencesMax) {
    occurrences.push(next);
    next = nextApplication(purse.creditApply, zone, next, purse.validTo);
  }
  return { purse, occurrences, next };
}

type Grant = { purse: DuePurse; grantedAt: Date; day: CalendarDay; expiresAt: Date | null };

function grantsOf(purse: DuePurse, occurrences: readonly Date[], edition: CanteenEdition): Grant[] {
  if (!purse.isActive) return [];
  const grants: Grant[] = [];
  let lastDay = purse.lastDay ?? '';
  for (const grantedAt of occurrences) {
    const day = edition.clock.dayOf(grantedAt);
    const isValid =
      (purse.validFrom === null || purse.validFrom.getTime() <= grantedAt.getTime()) &&
      (purse.validTo === null || grantedAt.getTime() < purse.validTo.getTime());
    if (!isValid || day <= lastDay) continue;
    lastDay = day;
    grants.push({ purse, grantedAt, day, expiresAt: expiryOf(purse, grantedAt, edition) });
  }
  return grants;
}

async function writeGrants(
  connection: Connection,
  editionId: number,
  grants: readonly Grant[],
  now: Date,
): Promise<void> {
  const movements = grants.map(
    ({ purse: { customerId, purseId, accountId, creditAmountMinor }, grantedAt, day }): FundingMovement => ({
      type: 'credit',
      customerId,
      purseId,
      accountId,
      amountMinor: creditAmountMinor,
      at: grantedAt,
      businessDate: day,
    }),
  );
  const numbers = await bookFunding(connection, editionId, movements, now);
  const credits = grants.map(({ purse, grantedAt, day, expiresAt }, index): NewCredit => {
    const backendTransactionId = numbers[index];
    invariant('INV-04', backendTransactionId !== undefined, 'a credit has its number');
    const { customerId, purseId, creditAmountMinor: amountMinor } = purse;
    return {
      backendTransactionId,
      customerId,
      purseId,
      amountMinor,
      usageMinor: 0,
      grantedAt,
      expiresAt,
      appliedOn: day,
    };
  });
  await writeCredits(connection, editionId, credits);
}
