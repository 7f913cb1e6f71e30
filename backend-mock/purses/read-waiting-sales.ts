import type { Connection } from '../store/database.ts';
import type { CanteenEdition } from './canteen-edition.ts';
import type { EarlierDraw, UsableCredit, WaitingSale } from './settle-sales.ts';

/** What the settlement of one member's sales is decided by. */
export type MembersSales = {
  customerId: number;
  waiting: WaitingSale[];
  credits: UsableCredit[];
  draws: EarlierDraw[];
  /** Account of each purse by its id. */
  accounts: ReadonlyMap<string, number>;
};

type OfMember<Row> = Row & { customerId: number };

/** Reads the waiting sales of these members, and whatever could pay for them or was paid before; members without any are left out. */
export async function readWaitingSales(
  connection: Pick<Connection, 'query'>,
  { editionId }: Pick<CanteenEdition, 'editionId'>,
  customerIds: readonly number[],
): Promise<MembersSales[]> {
  const waiting = await readWaiting(connection, editionId, customerIds);
  if (waiting.length === 0) return [];
  type Gathered = MembersSales & { accounts: Map<string, number> };
  const members = new Map<number, Gathered>();
  const of = (customerId: number): Gathered => {
    const known = members.get(customerId);
    if (known !== undefined) return known;
    const made: Gathered = { customerId, waiting: [], credits: [], draws: [], accounts: new Map() };
    members.set(customerId, made);
    return made;
  };
  for (const { customerId, ...sale } of waiting) of(customerId).waiting.push(sale);
  const ids = [...members.keys()];
  const refunds = waiting.filter(({ amountMinor }) => amountMinor > 0);
  for (const { customerId, creditId, ...draw } of await readDraws(connection, editionId, refunds))
    of(customerId).draws.push({ ...draw, creditId: creditId ?? undefined });
  const drawn = [...members.values()].flatMap(({ draws }) => draws.flatMap(({ creditId }) => creditId ?? []));
  for (const { customerId, ...credit } of await readCredits(connection, editionId, ids, waiting, drawn))
    of(customerId).credits.push(credit);
  const accounts = await connection.query<{ customerId: number; purseId: string; accountId: number }>({
    name: 'accounts-of-purses',
    text: `SELECT customer_id AS "customerId", purse_id AS "purseId", account_id AS "accountId" FROM purse
            WHERE edition_id = $1 AND customer_id = ANY($2::bigint[])`,
    values: [editionId, ids],
  });
  for (const { customerId, purseId, accountId } of accounts.rows) of(customerId).accounts.set(purseId, accountId);
  return [...members.values()];
}

async function readWaiting(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  customerIds: readonly number[],
): Promise<OfMember<WaitingSale>[]> {
  const found = await connection.query<OfMember<WaitingSale>>({
    name: 'read-waiting-sales',
    text: `SELECT customer_id AS "customerId", backend_transaction_id AS "transactionId", amount_minor AS "amountMinor",
                  transaction_date AS "transactionDate", created_at AS "createdAt", business_date::text AS "businessDate", session, meal
             FROM purse_transaction
            WHERE edition_id = $1 AND customer_id = ANY($2::bigint[]) AND state = 'notProcessed'`,
    values: [editionId, customerIds],
  });
  return found.rows;
}

/** What processed sales of these refunds' members and days drew, and earlier refunds gave back, in the order in which they did. */
async function readDraws(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  refunds: readonly OfMember<WaitingSale>[],
): Promise<OfMember<Omit<EarlierDraw, 'creditId'> & { creditId: number | null }>[]> {
  if (refunds.length === 0) return [];
  const found = await connection.query<OfMember<Omit<EarlierDraw, 'creditId'> & { creditId: number | null }>>({
    name: 'read-draws',
    // The few of these days first, then theirs alone: in one join, a plan made on small tables reads the whole edition.
    text: `WITH sold AS MATERIALIZED (
             SELECT * FROM purse_transaction WHERE edition_id = $1 AND customer_id = ANY($2::bigint[]) AND business_date = ANY($3::date[])
                AND purse_id = 'sales'
           )
           SELECT t.customer_id AS "customerId", t.business_date::text AS "businessDate", t.session, t.meal,
                  s.credit_transaction_id AS "creditId", s.amount_minor AS "amountMinor"
             FROM sale_settlement s JOIN sold t ON t.backend_transaction_id = s.backend_transaction_id
            WHERE s.edition_id = $1 AND s.backend_transaction_id = ANY(ARRAY(SELECT backend_transaction_id FROM sold))
              AND (s.purse_id = 'default' OR s.credit_transaction_id IS NOT NULL)
            ORDER BY s.settled_at, t.transaction_date, t.created_at, s.backend_transaction_id, s.line`,
    values: [
      editionId,
      [...new Set(refunds.map(({ customerId }) => customerId))],
      [...new Set(refunds.map(({ businessDate }) => businessDate))],
    ],
  });
  return found.rows;
}

/**
 * Credits that were there when one of the sales was made, and those that a refund may give back to. What was cleared of a credit is
 * still left for a sale of its time that comes late.
 */
async function readCredits(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  customerIds: readonly number[],
  waiting: readonly WaitingSale[],
  drawn: readonly number[],
): Promise<OfMember<UsableCredit>[]> {
  const times = waiting.map(({ transactionDate, createdAt }) =>
    Math.min(transactionDate.getTime(), createdAt.getTime()),
  );
  const earliest = times.reduce((one, other) => Math.min(one, other), Number.MAX_SAFE_INTEGER);
  const latest = times.reduce((one, other) => Math.max(one, other), 0);
  const found = await connection.query<OfMember<UsableCredit>>({
    name: 'read-usable-credits',
    // Each part by the times of its index: of a member there are a year's credits.
    text: `WITH usable AS (
             SELECT * FROM credit WHERE edition_id = $1 AND customer_id = ANY($2::bigint[]) AND granted_at <= $4 AND usage_minor < amount_minor
                AND expires_at > $3
             UNION SELECT * FROM credit WHERE edition_id = $1 AND customer_id = ANY($2) AND granted_at <= $4 AND usage_minor < amount_minor
                AND expires_at IS NULL
             UNION SELECT * FROM credit WHERE edition_id = $1 AND customer_id = ANY($2) AND backend_transaction_id = ANY($5::bigint[])
           )
           SELECT c.customer_id AS "customerId", c.backend_transaction_id AS "transactionId", c.purse_id AS "purseId",
                  c.amount_minor - c.usage_minor AS "availableMinor", c.granted_at AS "grantedAt",
                  (SELECT t.created_at FROM purse_transaction t
                    WHERE t.edition_id = $1 AND t.backend_transaction_id = c.backend_transaction_id) AS "createdAt",
                  c.expires_at AS "expiresAt", p.valid_from AS "validFrom", p.valid_to AS "validTo", p.valid_sessions AS "validSessions"
             FROM usable c
             JOIN purse p ON p.edition_id = $1 AND p.customer_id = c.customer_id AND p.purse_id = c.purse_id`,
    values: [editionId, customerIds, new Date(earliest), new Date(latest), drawn],
  });
  return found.rows;
}
