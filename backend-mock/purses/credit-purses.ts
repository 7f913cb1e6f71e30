import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { applyDue } from './apply-credits.ts';
import { readCanteenEdition } from './canteen-edition.ts';
import { type ScheduleFlaw, scheduleFlaw } from './credit-schedule.ts';
import {
  type CreditRules,
  firstApplication,
  insertCreditPurses,
  type NewCreditPurse,
  type PurseValidity,
} from './insert-credit-purses.ts';
import { lockMembers } from './members.ts';
import { type Purse, readPurses } from './purses.ts';

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
  const edition = await readCanteenEdition(connection, editionId);
  const { clock } = edition;
  await lockMembers(connection, editionId, [customerId]);
  // What is due and waits for the next round counts as having come: closed now, the purse would keep it from being used.
  await applyDue(connection, edition, [customerId], now);
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
