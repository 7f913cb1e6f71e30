import type { CustomerDetail, TagDetail } from '../../contract/wire/admin-customers.ts';
import { readFunds } from '../ledger/holds.ts';
import { countUnresolved } from '../ledger/unresolved.ts';
import type { Connection } from '../store/database.ts';
import { pendingAdjustments } from './look-up-tag.ts';

/** A tag with its place in the customer's life, or `undefined` where nobody has heard of it. */
export async function readTagDetail(
  connection: Connection,
  editionId: number,
  uid: string,
): Promise<TagDetail | undefined> {
  const found = await connection.query<{
    customer_id: number;
    blocked_reason: string | null;
    first_seen_at: Date;
    replaced_by: string | null;
    replaces: string | null;
  }>(
    `SELECT customer_id, blocked_reason, first_seen_at,
            (SELECT new_uid FROM tag_replacement r WHERE r.edition_id = $1 AND r.uid = $2) AS replaced_by,
            (SELECT r.uid FROM tag_replacement r WHERE r.edition_id = $1 AND r.new_uid = $2) AS replaces
       FROM tag WHERE edition_id = $1 AND uid = $2`,
    [editionId, uid],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  const seen = await connection.query<{
    generation: number;
    transactionNumber: number;
    balanceMinor: number;
    seen_at: Date;
  }>(
    `SELECT tag_generation AS generation, tag_transaction_number AS "transactionNumber", balance_minor AS "balanceMinor", seen_at
       FROM tag_last_seen WHERE edition_id = $1 AND uid = $2 ORDER BY tag_generation DESC`,
    [editionId, uid],
  );
  return {
    uid,
    customerId: row.customer_id,
    blockedReason: row.blocked_reason,
    replacedBy: row.replaced_by,
    replaces: row.replaces,
    firstSeenAt: row.first_seen_at.toISOString(),
    seen: seen.rows.map(({ seen_at: seenAt, ...at }) => ({ ...at, seenAt: seenAt.toISOString() })),
    pendingAdjustments: await pendingAdjustments(connection, editionId, uid),
  };
}

/** A customer with funds and tags, or `undefined` where the edition has none of this number. */
export async function readCustomerDetail(
  connection: Connection,
  editionId: number,
  customerId: number,
  now: Date,
): Promise<CustomerDetail | undefined> {
  const found = await connection.query<{ created_at: Date; uids: string[] }>(
    `SELECT created_at, (SELECT coalesce(jsonb_agg(uid ORDER BY first_seen_at, uid), '[]') FROM tag
                          WHERE tag.edition_id = $1 AND tag.customer_id = $2) AS uids
       FROM customer WHERE edition_id = $1 AND customer_id = $2`,
    [editionId, customerId],
  );
  const row = found.rows[0];
  if (row === undefined) return undefined;
  const { bookedMinor, heldMinor } = await readFunds(connection, editionId, customerId, now);
  const tags: TagDetail[] = [];
  for (const uid of row.uids) {
    const tag = await readTagDetail(connection, editionId, uid);
    if (tag !== undefined) tags.push(tag);
  }
  return {
    customerId,
    createdAt: row.created_at.toISOString(),
    balanceMinor: bookedMinor,
    heldMinor,
    availableMinor: bookedMinor - heldMinor,
    unresolved: await countUnresolved(connection, editionId, customerId),
    tags,
  };
}
