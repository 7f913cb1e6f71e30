import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { type CanteenEdition, readCanteenEdition } from './canteen-edition.ts';
import { nextOccurrence, type ScheduleFlaw, scheduleFlaw } from './credit-schedule.ts';
import { lockMembers } from './members.ts';
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

export type PurseRefusal = {
  outcome: 'refused';
  code:
    | 'UNKNOWN_MEMBER'
    | 'UNKNOWN_PURSE'
    | 'NOT_A_CREDIT_PURSE'
    | 'CREDIT_APPLY_INVALID'
    | 'VALIDITY_INVALID'
    /** Q33, R125: the integrators' tills manage the credits of this edition. */
    | 'CREDITS_BY_TILL'
    /** R74: close the purse and make another. */
    | 'CREDIT_DETAILS_FIXED';
  detail: string;
};

const refuse = (code: PurseRefusal['code'], detail: string): PurseRefusal => ({ outcome: 'refused', code, detail });

const flawTexts: Record<ScheduleFlaw, string> = {
  unreadable: 'is no crontab of five fields',
  never: 'never occurs',
  'more-than-once-a-day': 'occurs more than once a day',
};

/**
 * Makes credit purses (R65–R72), all of them or none: the first one that cannot be made is the answer. One statement for any number
 * of members; the purses come back in the order given.
 */
export async function createCreditPurses(
  connection: Connection,
  editionId: number,
  plans: readonly NewCreditPurse[],
  now: Date,
): Promise<{ outcome: 'created'; purses: Purse[] } | PurseRefusal> {
  const edition = await readCanteenEdition(connection, editionId);
  if (edition.creditMode === 'TILL')
    return refuse(
      'CREDITS_BY_TILL',
      'The tills manage the credits of this organisation: no purse is made for them by hand.',
    );
  const flaw = plans.map(flawOf).find((found) => found !== undefined);
  if (flaw !== undefined) return flaw;
  const known = await lockMembers(connection, editionId, [...new Set(plans.map(({ customerId }) => customerId))]);
  const unknown = plans.find(({ customerId }) => !known.has(customerId));
  if (unknown !== undefined) return refuse('UNKNOWN_MEMBER', 'There is no such member.');
  return { outcome: 'created', purses: await insertCreditPurses(connection, edition, plans, now) };
}

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
function firstApplication(
  { amountMinor, creditApply, expiryDurationDays }: CreditRules,
  zone: string,
  now: Date,
  { validFrom, validTo }: { validFrom: Date | null; validTo: Date | null },
): Date | null {
  if (amountMinor == null || creditApply == null || expiryDurationDays == null) return null;
  const from = Math.max(now.getTime(), validFrom?.getTime() ?? 0);
  return nextApplication(creditApply, zone, new Date(from - 1), validTo);
}

/** The next occurrence after an instant, or null where the purse is valid no more by then. */
export function nextApplication(creditApply: string, zone: string, after: Date, validTo: Date | null): Date | null {
  const next = nextOccurrence(creditApply, zone, after);
  return next === undefined || (validTo !== null && next.getTime() >= validTo.getTime()) ? null : next;
}

function flawOf({ credit, validFrom, validTo }: NewCreditPurse): PurseRefusal | undefined {
  const flaw = credit?.creditApply == null ? undefined : scheduleFlaw(credit.creditApply);
  if (flaw !== undefined) return refuse('CREDIT_APPLY_INVALID', `creditApply ${flawTexts[flaw]}.`);
  return validityFlaw(validFrom ?? null, validTo ?? null);
}

function validityFlaw(validFrom: Date | null, validTo: Date | null): PurseRefusal | undefined {
  if (validFrom === null || validTo === null || validFrom.getTime() <= validTo.getTime()) return undefined;
  return refuse('VALIDITY_INVALID', 'validTo is before validFrom.');
}

export type PurseChange = PurseValidity & { content?: Readonly<Record<string, unknown>>; credit?: CreditRules };

/**
 * Changes the validity of a credit purse, or what integrations keep with a purse. What credits come, when and for how long is fixed
 * (R74, INV-72): {@link replaceCreditPurse}. A credit that was due before the change and did not come yet still does, if it is valid.
 */
export async function changePurse(
  connection: Connection,
  { editionId, customerId, purseId }: { editionId: number; customerId: number; purseId: string },
  change: PurseChange,
  now: Date,
): Promise<{ outcome: 'changed'; purse: Purse } | PurseRefusal> {
  const edition = await readCanteenEdition(connection, editionId);
  await lockMembers(connection, editionId, [customerId]);
  const purse = await readPurse(connection, editionId, customerId, purseId);
  if (purse === undefined) return refuse('UNKNOWN_PURSE', 'The member has no such purse.');
  if (changesCredit(purse, change.credit ?? {}))
    return refuse('CREDIT_DETAILS_FIXED', 'Credit details never change: close the purse and make another one.');
  const isLimited = change.validFrom != null || change.validTo != null || change.validSessions != null;
  if (purse.type !== 'credit' && isLimited)
    return refuse('NOT_A_CREDIT_PURSE', 'Only a credit purse is valid for a time.');
  const validFrom = change.validFrom === undefined ? purse.validFrom : change.validFrom;
  const validTo = change.validTo === undefined ? purse.validTo : change.validTo;
  const validSessions = change.validSessions === undefined ? purse.validSessions : change.validSessions;
  const flaw = validityFlaw(validFrom, validTo);
  if (flaw !== undefined) return flaw;
  const next =
    edition.creditMode === 'TRAC'
      ? firstApplication(rulesOf(purse), edition.clock.zone, now, { validFrom, validTo })
      : null;
  await connection.query({
    name: 'change-purse',
    text: `UPDATE purse SET valid_from = $4, valid_to = $5, valid_sessions = $6::jsonb, content = coalesce($7::jsonb, content),
                  next_apply_at = CASE WHEN next_apply_at <= $8 THEN next_apply_at ELSE $9 END, changed_at = $8
            WHERE edition_id = $1 AND customer_id = $2 AND purse_id = $3`,
    values: [
      editionId,
      customerId,
      purseId,
      validFrom,
      validTo,
      validSessions === null ? null : JSON.stringify(validSessions),
      change.content === undefined ? null : JSON.stringify(change.content),
      now,
      next,
    ],
  });
  const changed = await readPurse(connection, editionId, customerId, purseId);
  invariant('INV-61', changed !== undefined, 'a purse is never deleted');
  return { outcome: 'changed', purse: changed };
}

/**
 * Other credit details for a member (R74): closes the purse and makes one with the new ones. Both at once, or, where today's credit of
 * the old one came already, at the next local midnight, so that nobody has two credits on one day, or none.
 */
export async function replaceCreditPurse(
  connection: Connection,
  key: { editionId: number; customerId: number; purseId: string },
  credit: CreditRules,
  now: Date,
): Promise<{ outcome: 'replaced'; closed: Purse; purse: Purse } | PurseRefusal> {
  const { editionId, customerId, purseId } = key;
  const { clock } = await readCanteenEdition(connection, editionId);
  await lockMembers(connection, editionId, [customerId]);
  const old = await readPurse(connection, editionId, customerId, purseId);
  if (old === undefined) return refuse('UNKNOWN_PURSE', 'The member has no such purse.');
  if (old.type !== 'credit') return refuse('NOT_A_CREDIT_PURSE', 'Only a credit purse has credit details.');
  const today = clock.dayOf(now);
  const came = await connection.query(
    'SELECT 1 FROM credit WHERE edition_id = $1 AND customer_id = $2 AND purse_id = $3 AND applied_on >= $4',
    [editionId, customerId, purseId, today],
  );
  const from = came.rowCount === 0 ? now : clock.startOf(clock.daysAfter(today, 1));
  const { validTo, validSessions, title, content } = old;
  const until = validTo !== null && validTo.getTime() < from.getTime() ? validTo : from;
  const closed = await changePurse(connection, key, { validTo: until }, now);
  if (closed.outcome === 'refused') return closed;
  const rules = { ...rulesOf(old), ...credit };
  const plan = { customerId, title, content, validSessions, validFrom: from, validTo, credit: rules };
  const made = await createCreditPurses(connection, editionId, [plan], now);
  if (made.outcome === 'refused') return made;
  const [purse] = made.purses;
  invariant('INV-61', purse !== undefined, 'a purse that was made is there');
  return { outcome: 'replaced', closed: closed.purse, purse };
}

async function readPurse(
  connection: Connection,
  editionId: number,
  customerId: number,
  purseId: string,
): Promise<Purse | undefined> {
  const purses = await readPurses(connection, editionId, [customerId]);
  return purses.find((purse) => purse.purseId === purseId);
}

function rulesOf(purse: Purse): CreditRules {
  const { creditAmountMinor, creditApply, expiryDurationDays, sweepAfterSession } = purse;
  return { amountMinor: creditAmountMinor, creditApply, expiryDurationDays, sweepAfterSession };
}

function changesCredit(purse: Purse, credit: CreditRules): boolean {
  const stored = rulesOf(purse);
  return (
    (credit.amountMinor !== undefined && credit.amountMinor !== stored.amountMinor) ||
    (credit.creditApply !== undefined && credit.creditApply !== stored.creditApply) ||
    (credit.expiryDurationDays !== undefined && credit.expiryDurationDays !== stored.expiryDurationDays) ||
    (credit.sweepAfterSession !== undefined && credit.sweepAfterSession !== stored.sweepAfterSession)
  );
}
