import { adoptCustomers } from '../purses/members.ts';
import type { Connection } from '../store/database.ts';

/** The customer of a tag, the ledger account of the default purse, and in account mode that of the sales purse (R62). */
export type CustomerOfTag = { customerId: number; accountId: number; salesAccountId?: number };

/**
 * The customers of these tags, made with tag and account where the backend has never heard of the tag: a transaction is
 * never rejected for that (protocol.md, "Journal"). Tags are taken in the order of their UIDs, so that two batches that
 * make the same tags wait for each other instead of deadlocking.
 */
export async function resolveCustomers(
  connection: Connection,
  editionId: number,
  uids: ReadonlySet<string>,
  now: Date,
): Promise<ReadonlyMap<string, CustomerOfTag>> {
  const wanted = [...uids].sort();
  const known = await readCustomers(connection, editionId, wanted);
  const missing = wanted.filter((uid) => !known.has(uid));
  if (missing.length === 0) return known;
  const isByAccount = await createCustomers(connection, editionId, missing, now);
  if (isByAccount) await adoptCustomers(connection, editionId, missing, now);
  return readCustomers(connection, editionId, wanted);
}

async function readCustomers(
  connection: Connection,
  editionId: number,
  uids: readonly string[],
): Promise<Map<string, CustomerOfTag>> {
  if (uids.length === 0) return new Map();
  const rows = await connection.query<{
    uid: string;
    customer_id: number;
    account_id: number;
    sales_account_id: number | null;
  }>({
    name: 'customers-of-tags',
    // LATERAL with LIMIT: each tag by its key, also where the planner has no statistics and thinks the edition small.
    text: `SELECT tag.uid, tag.customer_id, account.account_id,
                  (SELECT sales.account_id FROM purse sales WHERE sales.edition_id = tag.edition_id
                      AND sales.customer_id = tag.customer_id AND sales.purse_id = 'sales') AS sales_account_id
             FROM unnest($2::text[]) AS wanted(uid)
             CROSS JOIN LATERAL (SELECT * FROM tag WHERE tag.edition_id = $1 AND tag.uid = wanted.uid LIMIT 1) AS tag
             JOIN account ON account.edition_id = tag.edition_id AND account.customer_id = tag.customer_id
                         AND account.name LIKE '%/default'`,
    values: [editionId, uids],
  });
  return new Map(
    rows.rows.map(({ uid, customer_id: customerId, account_id: accountId, sales_account_id: salesAccountId }) => [
      uid,
      { customerId, accountId, ...(salesAccountId === null ? {} : { salesAccountId }) },
    ]),
  );
}

/** Returns whether the edition is in account mode. */
async function createCustomers(
  connection: Connection,
  editionId: number,
  uids: readonly string[],
  now: Date,
): Promise<boolean> {
  const made = await connection.query<{ by_account: boolean }>({
    name: 'create-customers',
    text: `WITH wanted AS MATERIALIZED (
             SELECT uid, nextval('customer_number') AS customer_id FROM unnest($2::text[]) WITH ORDINALITY AS t(uid, place) ORDER BY place
           ), made_tag AS (
             INSERT INTO tag (edition_id, uid, customer_id, first_seen_at)
             SELECT $1, uid, customer_id, $3 FROM wanted
             ON CONFLICT (edition_id, uid) DO NOTHING
             RETURNING customer_id
           ), made_customer AS (
             INSERT INTO customer (edition_id, customer_id, created_at)
             SELECT $1, customer_id, $3 FROM made_tag
             RETURNING customer_id
           ), made_account AS (
             INSERT INTO account (edition_id, type, name, customer_id)
             SELECT $1, 'customer', 'customer:' || customer_id || '/default', customer_id FROM made_customer
           )
           SELECT mode = 'account' AS by_account FROM edition WHERE edition_id = $1`,
    values: [editionId, uids, now],
  });
  return made.rows[0]?.by_account === true;
}
