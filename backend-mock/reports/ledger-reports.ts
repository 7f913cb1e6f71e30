import type { Connection } from '../store/database.ts';

/** Postings of an edition with both account names and the till that made them. */
const lines = `FROM posting p
  JOIN account d ON d.edition_id = p.edition_id AND d.account_id = p.debit_account_id
  JOIN account c ON c.edition_id = p.edition_id AND c.account_id = p.credit_account_id
  JOIN transactions t ON t.edition_id = p.edition_id AND t.backend_transaction_id = p.backend_transaction_id
  LEFT JOIN assignment s ON s.edition_id = t.edition_id AND s.assignment_id = t.assignment_id
 WHERE p.edition_id = $1`;

/** What each merchant is owed, every merchant of the edition, also one that sold nothing. */
export async function settlementRows(connection: Connection, editionId: number) {
  const found = await connection.query<{
    merchantId: string;
    name: string;
    salesCount: number;
    salesMinor: number;
    returnsMinor: number;
    netMinor: number;
  }>(
    `WITH moved AS (
       SELECT CASE WHEN d.type = 'merchant' THEN d.name ELSE c.name END AS account,
              CASE WHEN d.type = 'merchant' THEN p.amount_minor ELSE 0 END AS sales_minor,
              CASE WHEN c.type = 'merchant' THEN p.amount_minor ELSE 0 END AS returns_minor,
              CASE WHEN d.type = 'merchant' THEN p.backend_transaction_id END AS sale_id
         ${lines} AND (d.type = 'merchant' OR c.type = 'merchant')
     )
     SELECT substr(account.name, length('merchant:') + 1) AS "merchantId",
            coalesce(m.name, substr(account.name, length('merchant:') + 1)) AS name,
            count(DISTINCT moved.sale_id) AS "salesCount",
            coalesce(sum(moved.sales_minor), 0) AS "salesMinor", coalesce(sum(moved.returns_minor), 0) AS "returnsMinor",
            coalesce(sum(moved.sales_minor - moved.returns_minor), 0) AS "netMinor"
       FROM account
       LEFT JOIN moved ON moved.account = account.name
       LEFT JOIN merchant m ON m.edition_id = account.edition_id AND 'merchant:' || m.merchant_id = account.name
      WHERE account.edition_id = $1 AND account.type = 'merchant'
      GROUP BY account.name, m.name ORDER BY account.name`,
    [editionId],
  );
  return found.rows;
}

/** What came in and went out by each channel and till. */
export async function topUpRows(connection: Connection, editionId: number) {
  const found = await connection.query<{
    channel: string;
    assignmentId: number | null;
    terminalName: string | null;
    topUpsCount: number;
    topUpsMinor: number;
    refundsMinor: number;
    reversalsMinor: number;
    unclaimedMinor: number;
    netMinor: number;
  }>(
    `SELECT substr(CASE WHEN d.type = 'top-up' THEN d.name ELSE c.name END, length('top-up:') + 1) AS channel,
            t.assignment_id AS "assignmentId", s.terminal_name AS "terminalName",
            count(*) FILTER (WHERE p.kind = 'topup') AS "topUpsCount",
            coalesce(sum(p.amount_minor) FILTER (WHERE p.kind = 'topup'), 0) AS "topUpsMinor",
            coalesce(sum(p.amount_minor) FILTER (WHERE p.kind = 'refund'), 0) AS "refundsMinor",
            coalesce(sum(p.amount_minor) FILTER (WHERE p.kind = 'refund-reversal'), 0) AS "reversalsMinor",
            coalesce(sum(p.amount_minor) FILTER (WHERE p.kind = 'unclaimed'), 0) AS "unclaimedMinor",
            coalesce(sum(CASE WHEN c.type = 'top-up' THEN p.amount_minor ELSE -p.amount_minor END), 0) AS "netMinor"
       ${lines} AND (d.type = 'top-up' OR c.type = 'top-up')
      GROUP BY 1, 2, 3 ORDER BY 1, 2`,
    [editionId],
  );
  return found.rows;
}

/** Fees taken, less those given back, by kind and till. */
export async function feeRows(connection: Connection, editionId: number) {
  const found = await connection.query<{
    kind: string;
    assignmentId: number | null;
    terminalName: string | null;
    count: number;
    amountMinor: number;
  }>(
    `SELECT p.kind, t.assignment_id AS "assignmentId", s.terminal_name AS "terminalName", count(*) AS count,
            sum(CASE WHEN d.type = 'fee' THEN p.amount_minor ELSE -p.amount_minor END) AS "amountMinor"
       ${lines} AND (d.type = 'fee' OR c.type = 'fee')
      GROUP BY 1, 2, 3 ORDER BY 1, 2`,
    [editionId],
  );
  return found.rows;
}

const liabilityKinds = [
  'customer-balances',
  'customers-below-zero',
  'overspend',
  'unprocessed-sales',
  'unused-credit',
  'cash-without-owner',
  'written-off',
] as const;

const liabilitiesOfPurses: readonly string[] = ['overspend', 'unprocessed-sales', 'unused-credit'];

/** What the festival owes, from the accounts themselves; those rows only in account mode that are about its purses. */
export async function liabilityRows(connection: Connection, editionId: number) {
  const found = await connection.query<{ kind: (typeof liabilityKinds)[number]; count: number; amountMinor: number }>(
    `SELECT kind, count(account.account_id) AS count, coalesce(sum(account.balance_minor), 0) AS "amountMinor"
       FROM unnest($2::text[]) WITH ORDINALITY AS wanted(kind, place)
       LEFT JOIN account ON account.edition_id = $1 AND account.balance_minor <> 0 AND kind = CASE account.type
              WHEN 'customer' THEN CASE WHEN account.name LIKE '%/overspend' THEN 'overspend'
                                        WHEN account.name LIKE '%/sales' THEN 'unprocessed-sales'
                                        WHEN account.name NOT LIKE '%/default' THEN 'unused-credit'
                                        WHEN account.balance_minor > 0 THEN 'customer-balances' ELSE 'customers-below-zero' END
              WHEN 'unclaimed' THEN 'cash-without-owner'
              WHEN 'loss' THEN 'written-off' END
      WHERE NOT kind = ANY($3::text[]) OR (SELECT mode FROM edition WHERE edition_id = $1) = 'account'
      GROUP BY kind, place ORDER BY place`,
    [editionId, liabilityKinds, liabilitiesOfPurses],
  );
  return found.rows;
}

/** The sum of all accounts of these types: what a report is held against. */
export async function sumOfTypes(connection: Connection, editionId: number, types: readonly string[]): Promise<number> {
  const found = await connection.query<{ sum_minor: number }>(
    'SELECT coalesce(sum(balance_minor), 0) AS sum_minor FROM account WHERE edition_id = $1 AND type = ANY($2::text[])',
    [editionId, types],
  );
  return found.rows[0]?.sum_minor ?? 0;
}
