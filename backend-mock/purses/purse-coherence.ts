import type { PurseDifference } from '../../contract/wire/admin.ts';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';

/**
 * Where what members' purses show does not come to what the ledger has (INV-70, INV-71): a report, never an assertion. Each purse by
 * its rule, recomputed from the transactions and settlements alone.
 */
export async function findPurseDifferences(connection: Connection, editionId: number): Promise<PurseDifference[]> {
  const found = await connection.query<PurseDifference>(
    `WITH shown AS (
       SELECT customer_id, purse_id, sum(amount_minor) FILTER (WHERE purse_id <> 'sales' OR state = 'notProcessed') AS minor
         FROM purse_transaction WHERE edition_id = $1 GROUP BY 1, 2
     ), settled AS (
       SELECT t.customer_id, s.purse_id, sum(s.amount_minor) AS minor
         FROM sale_settlement s JOIN purse_transaction t USING (edition_id, backend_transaction_id)
        WHERE s.edition_id = $1 GROUP BY 1, 2
     ), booked AS (
       SELECT p.customer_id, p.purse_id, a.balance_minor + coalesce(o.balance_minor, 0) AS minor
         FROM purse p JOIN account a ON a.edition_id = p.edition_id AND a.account_id = p.account_id
         LEFT JOIN account o ON p.purse_id = 'default' AND o.edition_id = p.edition_id
                            AND o.name = 'customer:' || p.customer_id || '/overspend'
        WHERE p.edition_id = $1
     ),
     -- The sales purse is what waits; every other one is what came into it less what it paid (R64, R69, R82).
     balances AS (
       SELECT 'purse-balance' AS rule, booked.customer_id, booked.purse_id, booked.minor AS booked_minor,
              coalesce(shown.minor, 0) - CASE WHEN booked.purse_id = 'sales' THEN 0 ELSE coalesce(settled.minor, 0) END AS expected_minor
         FROM booked LEFT JOIN shown USING (customer_id, purse_id) LEFT JOIN settled USING (customer_id, purse_id)
     ),
     -- R77, Q29: what a day's sales of a session drew is what they come to, refunds taken off.
     sales AS (
       SELECT 'sales-settled' AS rule, t.customer_id, 'sales' AS purse_id, sum(coalesce(s.minor, 0)) AS booked_minor,
              -sum(t.amount_minor) AS expected_minor
         FROM purse_transaction t
         LEFT JOIN (SELECT backend_transaction_id, sum(amount_minor) AS minor FROM sale_settlement WHERE edition_id = $1 GROUP BY 1) s
                ON s.backend_transaction_id = t.backend_transaction_id
        WHERE t.edition_id = $1 AND t.purse_id = 'sales' AND t.state = 'processed'
        GROUP BY t.customer_id, t.business_date, t.session, t.meal
     ),
     -- R103: what was used of a credit is what it paid, and a cleared one has nothing left.
     used AS (
       SELECT 'credit-usage' AS rule, c.customer_id, c.purse_id, c.usage_minor AS booked_minor, coalesce(s.minor, 0) AS expected_minor
         FROM credit c LEFT JOIN (SELECT credit_transaction_id, sum(amount_minor) AS minor FROM sale_settlement
                                   WHERE edition_id = $1 AND credit_transaction_id IS NOT NULL GROUP BY 1) s
                ON s.credit_transaction_id = c.backend_transaction_id
        WHERE c.edition_id = $1
     ), cleared AS (
       SELECT 'credit-cleared' AS rule, c.customer_id, c.purse_id, c.amount_minor - c.usage_minor AS booked_minor,
              -coalesce(t.minor, 0) AS expected_minor
         FROM credit c LEFT JOIN (SELECT contra_transaction_id, sum(amount_minor) AS minor FROM purse_transaction
                                   WHERE edition_id = $1 AND type = 'clearedCredit' GROUP BY 1) t
                ON t.contra_transaction_id = c.backend_transaction_id
        WHERE c.edition_id = $1 AND (c.cleared OR t.minor IS NOT NULL)
     )
     SELECT rule, m.member_id AS "memberId", purse_id AS "purseId", booked_minor AS "bookedMinor", expected_minor AS "expectedMinor"
       FROM (SELECT * FROM balances UNION ALL SELECT * FROM sales UNION ALL SELECT * FROM used UNION ALL SELECT * FROM cleared) AS all_rules
       JOIN member m ON m.edition_id = $1 AND m.customer_id = all_rules.customer_id
      WHERE booked_minor <> expected_minor ORDER BY rule, m.customer_id, purse_id LIMIT $2`,
    [editionId, limits.listRowsMax],
  );
  return found.rows;
}
