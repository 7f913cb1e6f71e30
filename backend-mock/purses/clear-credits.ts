import type { Connection } from '../store/database.ts';
import { bookFunding, type FundingMovement } from './book-funding.ts';
import type { CanteenEdition } from './canteen-edition.ts';

type Clearing = {
  creditId: number;
  customerId: number;
  purseId: string;
  accountId: number;
  expiresAt: Date;
  /** What is left of the credit and has to go; negative where a sale that came late needs what was cleared. */
  leftMinor: number;
};

/**
 * Clears the credits of these members whose time is over (R102–R105): what was not used goes by a negative `clearedCredit`, for each
 * credit by itself (Q26), and the credit is marked. One of a sale that still waits is left for the round that processes it. The caller
 * has locked the members. Returns how many were cleared.
 */
export async function clearExpired(
  connection: Connection,
  edition: CanteenEdition,
  customerIds: readonly number[],
  now: Date,
): Promise<number> {
  const { editionId } = edition;
  const found = await connection.query<Clearing>({
    name: 'expired-credits',
    // The few that are over first, by their own index, as of a member there are a year's credits; and once, not for each of them, since
    // when somebody's sales wait.
    text: `WITH over AS MATERIALIZED (
             SELECT * FROM credit WHERE edition_id = $1 AND NOT cleared AND expires_at <= $3
           ), waiting AS MATERIALIZED (
             SELECT customer_id, min(least(transaction_date, created_at)) AS since FROM purse_transaction
              WHERE edition_id = $1 AND customer_id = ANY($2::bigint[]) AND state = 'notProcessed' GROUP BY customer_id
           )
           SELECT c.backend_transaction_id AS "creditId", c.customer_id AS "customerId", c.purse_id AS "purseId",
                  p.account_id AS "accountId", c.expires_at AS "expiresAt", c.amount_minor - c.usage_minor AS "leftMinor"
             FROM over c JOIN purse p ON p.edition_id = c.edition_id AND p.customer_id = c.customer_id AND p.purse_id = c.purse_id
             LEFT JOIN waiting w ON w.customer_id = c.customer_id
            WHERE c.customer_id = ANY($2::bigint[]) AND (w.since IS NULL OR w.since >= c.expires_at)
            ORDER BY c.backend_transaction_id`,
    values: [editionId, customerIds, now],
  });
  if (found.rows.length === 0) return 0;
  await writeClearings(connection, edition, found.rows, now);
  await connection.query({
    name: 'mark-cleared',
    text: 'UPDATE credit SET cleared = true WHERE edition_id = $1 AND backend_transaction_id = ANY($2::bigint[])',
    values: [editionId, found.rows.map(({ creditId }) => creditId)],
  });
  return found.rows.length;
}

/**
 * Brings what was cleared of these credits into line with what was used of them since: a sale of their time that came late takes back some of
 * the clearing, a refund clears what it gave back. So a late sale is paid as it would have been in time.
 */
export async function adjustCleared(
  connection: Connection,
  edition: CanteenEdition,
  creditIds: readonly number[],
  now: Date,
): Promise<void> {
  if (creditIds.length === 0) return;
  const found = await connection.query<Clearing>({
    name: 'cleared-credits-to-adjust',
    text: `SELECT c.backend_transaction_id AS "creditId", c.customer_id AS "customerId", c.purse_id AS "purseId",
                  p.account_id AS "accountId", c.expires_at AS "expiresAt",
                  c.amount_minor - c.usage_minor + coalesce(done.minor, 0) AS "leftMinor"
             FROM credit c
             JOIN purse p ON p.edition_id = c.edition_id AND p.customer_id = c.customer_id AND p.purse_id = c.purse_id
             LEFT JOIN LATERAL (
               SELECT sum(t.amount_minor) AS minor FROM purse_transaction t
                WHERE t.edition_id = c.edition_id AND t.contra_transaction_id = c.backend_transaction_id AND t.type = 'clearedCredit'
             ) AS done ON true
            WHERE c.edition_id = $1 AND c.backend_transaction_id = ANY($2::bigint[]) AND c.cleared
            ORDER BY c.backend_transaction_id`,
    values: [edition.editionId, creditIds],
  });
  await writeClearings(connection, edition, found.rows, now);
}

async function writeClearings(
  connection: Connection,
  { editionId, clock }: CanteenEdition,
  clearings: readonly Clearing[],
  now: Date,
): Promise<void> {
  const movements = clearings
    .filter(({ leftMinor }) => leftMinor !== 0)
    .map(
      ({ creditId, customerId, purseId, accountId, expiresAt, leftMinor }): FundingMovement => ({
        type: 'clearedCredit',
        customerId,
        purseId,
        accountId,
        amountMinor: -leftMinor,
        at: expiresAt,
        businessDate: clock.dayOf(expiresAt),
        contraTransactionId: creditId,
      }),
    );
  await bookFunding(connection, editionId, movements, now);
}
