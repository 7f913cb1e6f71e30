import type { Connection } from '../store/database.ts';

export type CustomersTag = { uid: string; blocked: boolean };

/**
 * The tags that a customer has, those that were replaced left out; first the one that money is brought onto: not blocked, and the
 * newest. Read under the locks of {@link lockCustomersTags} where something is decided by it.
 */
export async function readCustomersTags(
  connection: Connection,
  editionId: number,
  customerId: number,
): Promise<CustomersTag[]> {
  const found = await connection.query<CustomersTag>({
    name: 'tags-of-customer',
    text: `SELECT uid, blocked_reason IS NOT NULL AS blocked FROM tag
            WHERE edition_id = $1 AND customer_id = $2
              AND NOT EXISTS (SELECT FROM tag_replacement r WHERE r.edition_id = $1 AND r.uid = tag.uid)
            ORDER BY blocked_reason IS NOT NULL, first_seen_at DESC, uid`,
    values: [editionId, customerId],
  });
  return found.rows;
}

/** Locks every tag of a customer, in the order of their UIDs, before anything else of the customer is locked. */
export async function lockCustomersTags(connection: Connection, editionId: number, customerId: number): Promise<void> {
  await connection.query({
    name: 'lock-tags-of-customer',
    text: 'SELECT 1 FROM tag WHERE edition_id = $1 AND customer_id = $2 ORDER BY uid FOR NO KEY UPDATE',
    values: [editionId, customerId],
  });
}
