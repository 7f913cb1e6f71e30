import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import type { CanteenEdition } from './canteen-edition.ts';
import { nextApplication } from './credit-schedule.ts';
import { type Purse, readPurses } from './purses.ts';
import { ulidOf } from './ulid.ts';

/** When and for what the credits of a purse may be used (R70–R72). */
export type PurseValidity = {
  validFrom?: Date | null;
  validTo?: Date | null;
  validSessions?: readonly string[] | null;
};

/** What comes into a purse by itself (R93); where one of the first three is missing, nothing does (R95). */
export type CreditRules = {
  amountMinor?: number | null;
  /** Crontab of five fields by the clock on the wall, at most one occurrence a day (R94, Q37). */
  creditApply?: string | null;
  /** 1: gone at midnight (R99). */
  expiryDurationDays?: number | null;
  /** What is left goes when the purse's last session of its last day is over (R114, Q35). */
  sweepAfterSession?: boolean;
};

export type NewCreditPurse = PurseValidity & {
  customerId: number;
  title: string;
  credit?: CreditRules;
  /** Only for purses that `sourceOfFunds` makes: a slug; otherwise a ULID (Q23). */
  purseId?: string;
  content?: Readonly<Record<string, unknown>>;
};

/** Inserts credit purses of members that the caller has locked, whatever the edition's mode. */
export async function insertCreditPurses(
  connection: Connection,
  { editionId, creditMode, clock }: Pick<CanteenEdition, 'editionId' | 'creditMode' | 'clock'>,
  plans: readonly NewCreditPurse[],
  now: Date,
): Promise<Purse[]> {
  if (plans.length === 0) return [];
  const drawn = await connection.query<{ number: number }>(
    // The numbers that identify the purses' ULIDs are those of their accounts, which the database draws by itself.
    `SELECT nextval(pg_get_serial_sequence('account', 'account_id')) AS number FROM generate_series(1, $1)`,
    [plans.length],
  );
  const rows = plans.map((plan, index) => {
    const accountId = drawn.rows[index]?.number ?? 0;
    const { validFrom = null, validTo = null, validSessions = null, credit = {} } = plan;
    return {
      customerId: plan.customerId,
      accountId,
      purseId: plan.purseId ?? ulidOf(now, accountId),
      title: plan.title,
      validFrom,
      validTo,
      validSessions,
      creditAmountMinor: credit.amountMinor ?? null,
      creditApply: credit.creditApply ?? null,
      expiryDurationDays: credit.expiryDurationDays ?? null,
      sweepAfterSession: credit.sweepAfterSession ?? false,
      nextApplyAt: creditMode === 'TRAC' ? firstApplication(credit, clock.zone, now, { validFrom, validTo }) : null,
      content: plan.content ?? {},
    };
  });
  await connection.query({
    name: 'insert-credit-purses',
    text: `WITH input AS MATERIALIZED (
             SELECT * FROM jsonb_to_recordset($3::jsonb) AS row("customerId" bigint, "accountId" bigint, "purseId" text, title text,
               "validFrom" timestamptz, "validTo" timestamptz, "validSessions" jsonb, "creditAmountMinor" bigint, "creditApply" text,
               "expiryDurationDays" integer, "sweepAfterSession" boolean, "nextApplyAt" timestamptz, content jsonb)
           ), made AS (
             INSERT INTO account (edition_id, account_id, type, name, customer_id) OVERRIDING SYSTEM VALUE
             SELECT $1, "accountId", 'customer', 'customer:' || "customerId" || '/' || "purseId", "customerId" FROM input
           )
           INSERT INTO purse (edition_id, customer_id, purse_id, account_id, type, title, valid_from, valid_to, valid_sessions,
             credit_amount_minor, credit_apply, expiry_duration_days, sweep_after_session, next_apply_at, content, created_at, changed_at)
           SELECT $1, "customerId", "purseId", "accountId", 'credit', title, "validFrom", "validTo", nullif("validSessions", 'null'),
                  "creditAmountMinor", "creditApply", "expiryDurationDays", "sweepAfterSession", "nextApplyAt", content, $2, $2
             FROM input`,
    values: [editionId, now, JSON.stringify(rows)],
  });
  const purses = await readPurses(connection, editionId, [...new Set(plans.map(({ customerId }) => customerId))]);
  const byAccount = new Map(purses.map((purse) => [purse.accountId, purse]));
  return rows.map(({ accountId }) => {
    const purse = byAccount.get(accountId);
    invariant('INV-61', purse !== undefined, 'a purse that was made is there');
    return purse;
  });
}

/** When a purse's credit is due for the first time: after it was made and not before it is valid (R97). */
export function firstApplication(
  { amountMinor, creditApply, expiryDurationDays }: CreditRules,
  zone: string,
  now: Date,
  { validFrom, validTo }: { validFrom: Date | null; validTo: Date | null },
): Date | null {
  if (amountMinor == null || creditApply == null || expiryDurationDays == null) return null;
  const from = Math.max(now.getTime(), validFrom?.getTime() ?? 0);
  return nextApplication(creditApply, zone, new Date(from - 1), validTo);
}
