import type { AutoTopUpRule, AutoTopUpRuleRequest } from '../../contract/wire/outside-top-up.ts';
import { isCashPurse } from '../ledger/overspend.ts';
import { limits } from '../limits.ts';
import type { Clock, Random } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { type CustomerPosition, lockCustomerPosition, topUpFeeMinor, topUpObjection } from './customer-position.ts';
import { drawPaymentKey } from './online-top-up.ts';
import { openOutsideTopUp } from './outside-top-up.ts';
import { type CustomerKey, pauseRule } from './rule-pause.ts';

/** Sets a customer's low balance rule; a pause that a decline or the day's limit had caused is over with it. */
export async function setAutoTopUpRule(
  connection: Connection,
  { editionId, customerId }: CustomerKey,
  request: AutoTopUpRuleRequest,
  actor: string,
  now: Date,
): Promise<AutoTopUpRule | undefined> {
  const known = await connection.query('SELECT 1 FROM customer WHERE edition_id = $1 AND customer_id = $2', [
    editionId,
    customerId,
  ]);
  if (known.rowCount !== 1) return undefined;
  const { thresholdMinor, amountMinor, limitPerDayMinor, cardToken, active } = request;
  await connection.query(
    `INSERT INTO auto_top_up AS rule (edition_id, customer_id, threshold_minor, amount_minor, limit_per_day_minor, card_token, active,
       changed_at, changed_by)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (edition_id, customer_id) DO UPDATE
        SET threshold_minor = excluded.threshold_minor, amount_minor = excluded.amount_minor,
            limit_per_day_minor = excluded.limit_per_day_minor, active = excluded.active, changed_at = excluded.changed_at,
            changed_by = excluded.changed_by, next_look_at = NULL,
            card_token = CASE WHEN $10 THEN rule.card_token ELSE excluded.card_token END`,
    [
      editionId,
      customerId,
      thresholdMinor,
      amountMinor,
      limitPerDayMinor,
      cardToken ?? null,
      active,
      now,
      actor,
      cardToken === undefined,
    ],
  );
  return readAutoTopUpRule(connection, { editionId, customerId });
}

/** The customer’s rule; nothing where there is none. */
export async function readAutoTopUpRule(
  connection: Pick<Connection, 'query'>,
  { editionId, customerId }: CustomerKey,
): Promise<AutoTopUpRule | undefined> {
  const found = await connection.query<Omit<AutoTopUpRule, 'pausedUntil'> & { pausedUntil: Date | null }>(
    `SELECT customer_id AS "customerId", threshold_minor AS "thresholdMinor", amount_minor AS "amountMinor",
            limit_per_day_minor AS "limitPerDayMinor", card_token IS NOT NULL AS "hasCard", active, next_look_at AS "pausedUntil"
       FROM auto_top_up WHERE edition_id = $1 AND customer_id = $2`,
    [editionId, customerId],
  );
  const rule = found.rows[0];
  return rule === undefined ? undefined : { ...rule, pausedUntil: rule.pausedUntil?.toISOString() ?? null };
}

type DueRule = CustomerKey & {
  thresholdMinor: number;
  amountMinor: number;
  limitPerDayMinor: number;
  cardToken: string | null;
};

/**
 * Opens a top-up for every customer whose balance is below the rule's threshold and who expects none (R14, 3.4). One without a card,
 * or beyond a limit, ends Aborted, once a day. Each process takes the rules that no other is looking at. Returns how many it opened.
 */
export async function openDueAutoTopUps(parts: { database: Database; clock: Clock; random: Random }): Promise<number> {
  const { database, clock, random } = parts;
  let total = 0;
  for (;;) {
    const opened = await database.transaction(async (connection) => {
      const now = clock.now();
      const due = await claimDueRules(connection, now);
      for (const rule of due) await openAutoTopUp(connection, rule, random, now);
      return due.length;
    });
    total += opened;
    if (opened < limits.autoTopUpRowsMax) return total;
  }
}

async function claimDueRules(connection: Connection, now: Date): Promise<DueRule[]> {
  const found = await connection.query<DueRule>({
    name: 'due-auto-top-ups',
    text: `SELECT r.edition_id AS "editionId", r.customer_id AS "customerId", r.threshold_minor AS "thresholdMinor",
                  r.amount_minor AS "amountMinor", r.limit_per_day_minor AS "limitPerDayMinor", r.card_token AS "cardToken"
             FROM auto_top_up r
            WHERE r.active AND (SELECT sum(a.balance_minor) FROM account a WHERE a.edition_id = r.edition_id
                                   AND a.customer_id = r.customer_id AND ${isCashPurse('a')}) < r.threshold_minor AND (r.next_look_at IS NULL OR r.next_look_at <= $1)
            ORDER BY r.edition_id, r.customer_id LIMIT $2
              FOR NO KEY UPDATE OF r SKIP LOCKED`,
    values: [now, limits.autoTopUpRowsMax],
  });
  return found.rows;
}

/** Judged again under the customer's lock: what was booked or opened since the rule was found counts. */
async function openAutoTopUp(connection: Connection, rule: DueRule, random: Random, now: Date): Promise<void> {
  const { editionId, customerId, amountMinor, cardToken } = rule;
  // Whatever comes of it, the rule is looked at later again; what is booked lets it be looked at sooner.
  await pauseRule(connection, rule, new Date(now.getTime() + limits.autoTopUpPauseMs));
  const position = await lockCustomerPosition(connection, editionId, customerId, now);
  if (position === undefined || position.bookedMinor + position.expectedMinor >= rule.thresholdMinor) return;
  const feeMinor = topUpFeeMinor(amountMinor, position);
  const objection = await objectionTo(connection, rule, position, now);
  const key = drawPaymentKey(editionId, 'auto', random);
  const { currency } = position;
  const plan = { editionId, customerId, origin: 'auto', key, amountMinor, feeMinor, currency, cardToken } as const;
  await openOutsideTopUp(connection, plan, objection, now);
  if (objection !== undefined) await pauseRule(connection, rule, await nextDay(connection, position, now));
}

async function objectionTo(
  connection: Connection,
  { editionId, customerId, amountMinor, limitPerDayMinor, cardToken }: DueRule,
  position: CustomerPosition,
  now: Date,
): Promise<string | undefined> {
  if (cardToken === null) return 'There is no card.';
  const found = await connection.query<{ paid_minor: number }>({
    name: 'auto-top-ups-of-day',
    text: `SELECT coalesce(sum(amount_minor), 0) AS paid_minor FROM transactions
            WHERE edition_id = $1 AND customer_id = $2 AND origin = 'auto' AND state <> 'Aborted'
              AND opened_at >= date_trunc('day', $3::timestamptz AT TIME ZONE $4) AT TIME ZONE $4`,
    values: [editionId, customerId, now, position.timeZone],
  });
  if ((found.rows[0]?.paid_minor ?? 0) + amountMinor > limitPerDayMinor) return "The day's limit is reached.";
  return topUpObjection(amountMinor, position);
}

async function nextDay(connection: Connection, { timeZone }: CustomerPosition, now: Date): Promise<Date> {
  const found = await connection.query<{ next_day: Date }>({
    name: 'next-day-of-edition',
    text: `SELECT (date_trunc('day', $1::timestamptz AT TIME ZONE $2) + interval '1 day') AT TIME ZONE $2 AS next_day`,
    values: [now, timeZone],
  });
  return found.rows[0]?.next_day ?? now;
}
