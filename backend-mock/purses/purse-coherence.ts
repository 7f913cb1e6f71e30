import type { PurseDifference } from '../../contract/wire/admin.ts';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';

/**
 * Where what members' purses show does not come to what the ledger has (INV-70, INV-71): a report, never an assertion. Each purse by
 * its rule, recomputed from the transactions and settlements alone.
 */
export async function findPurseDifferences(connection: Connection, editionId: number): Promise<PurseDifference[]> {
  const found = await connection.query<PurseDifference>(
    // Each rule as one list of what is booked and what is expected, added up by its key: no join whose size a planner could misjudge.
    `WITH side AS (
       SELECT 'purse-balance' AS rule, p.customer_id, p.purse_id, p.purse_id AS key, a.balance_minor AS booked_minor, 0 AS expected_minor
         FROM purse p JOIN account a ON a.edition_id = p.edition_id AND a.account_id = p.account_id WHERE p.edition_id = $1
       UNION ALL
       SELECT 'purse-balance', customer_id, 'default', 'default', balance_minor, 0
         FROM account WHERE edition_id = $1 AND name LIKE 'customer:%/overspend'
       UNION ALL
       -- The sales purse is what waits; every other one is what came into it less what it paid (R64, R69, R82).
       SELECT 'purse-balance', customer_id, purse_id, purse_id, 0, amount_minor
         FROM purse_transaction WHERE edition_id = $1 AND (purse_id <> 'sales' OR state = 'notProcessed')
       UNION ALL
       SELECT 'purse-balance', t.customer_id, s.purse_id, s.purse_id, 0, -s.amount_minor
         FROM sale_settlement s JOIN purse_transaction t USING (edition_id, backend_transaction_id) WHERE s.edition_id = $1
       UNION ALL
       -- R77, Q29: what a day's sales of a session drew is what they come to, refunds taken off.
       SELECT 'sales-settled', customer_id, 'sales', concat_ws(' ', business_date, meal, session), 0, -amount_minor
         FROM purse_transaction WHERE edition_id = $1 AND purse_id = 'sales' AND state = 'processed'
       UNION ALL
       SELECT 'sales-settled', t.customer_id, 'sales', concat_ws(' ', t.business_date, t.meal, t.session), s.amount_minor, 0
         FROM sale_settlement s JOIN purse_transaction t USING (edition_id, backend_transaction_id) WHERE s.edition_id = $1
       UNION ALL
       -- R103: what was used of a credit is what it paid, and a cleared one has nothing left.
       SELECT 'credit-usage', customer_id, purse_id, backend_transaction_id::text, usage_minor, 0 FROM credit WHERE edition_id = $1
       UNION ALL
       SELECT 'credit-usage', c.customer_id, c.purse_id, c.backend_transaction_id::text, 0, s.amount_minor
         FROM sale_settlement s JOIN credit c ON c.edition_id = s.edition_id AND c.backend_transaction_id = s.credit_transaction_id
        WHERE s.edition_id = $1
       UNION ALL
       SELECT 'credit-cleared', customer_id, purse_id, backend_transaction_id::text, amount_minor - usage_minor, 0
         FROM credit WHERE edition_id = $1 AND cleared
       UNION ALL
       SELECT 'credit-cleared', customer_id, purse_id, contra_transaction_id::text, 0, -amount_minor
         FROM purse_transaction WHERE edition_id = $1 AND type = 'clearedCredit'
     ), differing AS (
       SELECT rule, customer_id, purse_id, sum(booked_minor) AS booked_minor, sum(expected_minor) AS expected_minor
         FROM side GROUP BY rule, customer_id, purse_id, key HAVING sum(booked_minor) <> sum(expected_minor)
     )
     SELECT rule, m.member_id AS "memberId", purse_id AS "purseId", booked_minor AS "bookedMinor", expected_minor AS "expectedMinor"
       FROM differing JOIN member m ON m.edition_id = $1 AND m.customer_id = differing.customer_id
      ORDER BY rule, m.customer_id, purse_id LIMIT $2`,
    [editionId, limits.listRowsMax],
  );
  return found.rows;
}
