import { z } from 'zod';
import type { Session } from '../../contract/wire/sessions.ts';
import type { Connection } from '../store/database.ts';
import { type CanteenEdition, readCanteenEdition } from './canteen-edition.ts';
import { creditsFor, settleSales, type UsableCredit, type WaitingSale } from './settle-sales.ts';

/** What there is to spend once everything is processed that the backend knows of (Q52). */
export type ExpectedFunds = {
  /** Cash, with what was sold above the limit, less what waiting sales will take of it. */
  cashMinor: number;
  /** What holds will take of the cash. */
  heldMinor: number;
  /** Credits as waiting sales and holds will leave them; used-up ones included. */
  credits: readonly (UsableCredit & { title: string })[];
  /** Sold less refunded on the local day of the question, holds included. */
  spentTodayMinor: number;
};

const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const saleSchema = z.object({
  transactionId: z.int(),
  amountMinor: z.int(),
  transactionDate: instant,
  createdAt: instant,
  businessDate: z.string(),
  session: z.string().nullable(),
  meal: z.boolean(),
});
const holdSchema = z.object({
  transactionId: z.int(),
  deltaMinor: z.int(),
  type: z.string(),
  at: instant,
  payload: z.string(),
});
const creditSchema = z.object({
  transactionId: z.int(),
  purseId: z.string(),
  title: z.string(),
  availableMinor: z.int(),
  grantedAt: instant,
  createdAt: instant,
  expiresAt: instant.nullable(),
  validFrom: instant.nullable(),
  validTo: instant.nullable(),
  validSessions: z.array(z.string()).nullable(),
});
const drawSchema = z.object({
  businessDate: z.string(),
  session: z.string().nullable(),
  meal: z.boolean(),
  creditId: z.int().nullable(),
  amountMinor: z.int(),
});
const fundsSchema = z.object({
  cash_minor: z.int(),
  spent_minor: z.int(),
  waiting: z.array(saleSchema),
  holds: z.array(holdSchema),
  credits: z.array(creditSchema),
  draws: z.array(drawSchema),
});
/** What a till said when it reserved; other holds say nothing of the kind. */
const heldContentSchema = z.object({
  reservation: z.object({ meal: z.boolean().optional(), session: z.string().nullish() }),
});

/** One statement, so that a sale that is being committed or processed is seen once, before or after. */
const readParts = {
  name: 'read-expected-funds',
  text: `WITH waiting AS (
           SELECT * FROM purse_transaction WHERE edition_id = $1 AND customer_id = $2 AND state = 'notProcessed'
         )
         SELECT
           (SELECT coalesce(sum(balance_minor), 0) FROM account WHERE edition_id = $1 AND customer_id = $2
               AND name IN ('customer:' || $2::bigint || '/default', 'customer:' || $2::bigint || '/overspend')) AS cash_minor,
           (SELECT coalesce(-sum(amount_minor), 0) FROM purse_transaction WHERE edition_id = $1 AND customer_id = $2 AND purse_id = 'sales'
               AND business_date = $4::date) AS spent_minor,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('transactionId', backend_transaction_id, 'amountMinor', amount_minor,
               'transactionDate', transaction_date, 'createdAt', created_at, 'businessDate', business_date, 'session', session,
               'meal', meal)), '[]') FROM waiting) AS waiting,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('transactionId', backend_transaction_id, 'deltaMinor', balance_delta_minor,
               'type', type, 'at', opened_at, 'payload', payload)), '[]') FROM transactions
             WHERE edition_id = $1 AND customer_id = $2 AND (state = 'Reserve'
                OR (state = 'ReservePending' AND (reserve_expires_at IS NULL OR reserve_expires_at > $3)))) AS holds,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('transactionId', c.backend_transaction_id, 'purseId', c.purse_id, 'title', p.title,
               'availableMinor', c.amount_minor - c.usage_minor, 'grantedAt', c.granted_at, 'createdAt', t.created_at,
               'expiresAt', c.expires_at, 'validFrom', p.valid_from, 'validTo', p.valid_to, 'validSessions', p.valid_sessions)
               ORDER BY c.granted_at, c.backend_transaction_id), '[]')
              FROM credit c JOIN purse p ON p.edition_id = c.edition_id AND p.customer_id = c.customer_id AND p.purse_id = c.purse_id
              JOIN purse_transaction t ON t.edition_id = c.edition_id AND t.backend_transaction_id = c.backend_transaction_id
             WHERE c.edition_id = $1 AND c.customer_id = $2
               AND (c.expires_at IS NULL OR c.expires_at > least($3, (SELECT min(least(transaction_date, created_at)) FROM waiting))
                    OR EXISTS (SELECT FROM waiting w JOIN purse_transaction o ON o.edition_id = $1 AND o.customer_id = $2
                                AND o.business_date = w.business_date JOIN sale_settlement s ON s.edition_id = $1
                                AND s.backend_transaction_id = o.backend_transaction_id AND s.credit_transaction_id = c.backend_transaction_id
                                WHERE w.amount_minor > 0))) AS credits,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('businessDate', o.business_date, 'session', o.session, 'meal', o.meal,
               'creditId', s.credit_transaction_id, 'amountMinor', s.amount_minor)
               ORDER BY s.settled_at, o.transaction_date, o.created_at, s.backend_transaction_id, s.line), '[]')
              FROM purse_transaction o JOIN sale_settlement s ON s.edition_id = $1 AND s.backend_transaction_id = o.backend_transaction_id
             WHERE o.edition_id = $1 AND o.customer_id = $2 AND (s.purse_id = 'default' OR s.credit_transaction_id IS NOT NULL)
               AND o.business_date IN (SELECT business_date FROM waiting WHERE amount_minor > 0)) AS draws`,
};

/**
 * What a customer of an edition in account mode has to spend: as it will be when the sales that wait are processed and the holds become
 * sales, each on the credits that it may use (R110–R113, Q52). Where the result decides something, the caller has locked the account in
 * an earlier statement.
 */
export async function readExpectedFunds(
  connection: Pick<Connection, 'query'>,
  edition: CanteenEdition,
  customerId: number,
  now: Date,
): Promise<ExpectedFunds> {
  const today = edition.clock.dayOf(now);
  const found = await connection.query({ ...readParts, values: [edition.editionId, customerId, now, today] });
  const {
    cash_minor: bookedMinor,
    spent_minor: soldMinor,
    waiting,
    holds,
    credits,
    draws,
  } = fundsSchema.parse(found.rows[0]);
  const held = holds.map((hold) => heldSale(hold, edition));
  const rules = { drawsCredits: edition.creditMode === 'TRAC', sessionCredits: edition.sessionCredits };
  const earlier = draws.map(({ creditId, ...draw }) => ({ ...draw, creditId: creditId ?? undefined }));
  const settlements = settleSales([...waiting, ...held], credits, earlier, rules);
  const heldIds = new Set(held.map(({ transactionId }) => transactionId));
  const taken = (isHold: boolean) =>
    settlements
      .filter(({ transactionId, creditId }) => creditId === undefined && heldIds.has(transactionId) === isHold)
      .reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const left = new Map(credits.map(({ transactionId, availableMinor }) => [transactionId, availableMinor]));
  for (const { creditId, amountMinor } of settlements)
    if (creditId !== undefined) left.set(creditId, (left.get(creditId) ?? 0) - amountMinor);
  return {
    cashMinor: bookedMinor - taken(false),
    heldMinor: taken(true),
    credits: credits.map((credit) => ({ ...credit, availableMinor: left.get(credit.transactionId) ?? 0 })),
    spentTodayMinor:
      soldMinor + holds.filter(({ type }) => type === 'Purchase').reduce((sum, { deltaMinor }) => sum - deltaMinor, 0),
  };
}

/** The sale that a hold will become; a refund, and whatever does not say that it is a meal, is the cash's. */
function heldSale(
  { transactionId, deltaMinor, at, payload }: z.infer<typeof holdSchema>,
  { clock }: CanteenEdition,
): WaitingSale {
  const said = heldContentSchema.safeParse(JSON.parse(payload)).data?.reservation;
  return {
    transactionId,
    amountMinor: deltaMinor,
    transactionDate: at,
    createdAt: at,
    businessDate: clock.dayOf(at),
    session: said?.session ?? null,
    meal: said?.meal === true,
  };
}

/** Meal credit that a sale at this moment could use (R112): what is left of the credits that are there then and valid. */
export function usableCreditMinor(
  { credits }: Pick<ExpectedFunds, 'credits'>,
  edition: CanteenEdition,
  sale: { at: Date; session: string | null; meal: boolean },
): number {
  if (edition.creditMode === 'TILL') return 0;
  const { at, session, meal } = sale;
  const usable = creditsFor({ transactionDate: at, createdAt: at, session, meal }, [...credits], edition);
  return usable.reduce((sum, { availableMinor }) => sum + Math.max(0, availableMinor), 0);
}

/** The session that is on at a moment, by the clock on the wall; the first of the list where two overlap. */
export function sessionAt({ sessions, clock }: Pick<CanteenEdition, 'sessions' | 'clock'>, at: Date): string | null {
  const today = clock.dayOf(at);
  const isOn = ({ from, to }: Session) => {
    const [begin, end] = [clock.at(today, from).getTime(), clock.at(today, to).getTime()];
    return from < to ? at.getTime() >= begin && at.getTime() < end : at.getTime() >= begin || at.getTime() < end;
  };
  return sessions.find(isOn)?.session ?? null;
}

/** {@link readExpectedFunds} of an edition by its number; `undefined` where it has no purses. */
export async function readFundsOfPurses(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  customerId: number,
  now: Date,
): Promise<{ funds: ExpectedFunds; edition: CanteenEdition } | undefined> {
  const edition = await readCanteenEdition(connection, editionId);
  if (!edition.hasPurses) return undefined;
  return { funds: await readExpectedFunds(connection, edition, customerId, now), edition };
}
