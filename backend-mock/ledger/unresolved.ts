import type { Connection } from '../store/database.ts';

/**
 * How much about a customer's tags has no end yet (Q7): transactions whose outcome is unknown, which hold nothing, and rejected
 * entries that nobody has resolved. While there is any, nothing is refunded by the backend.
 */
export async function countUnresolved(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  customerId: number,
): Promise<number> {
  const found = await connection.query<{ count: number }>({
    name: 'count-unresolved-of-customer',
    text: `SELECT (SELECT count(*) FROM transactions t
                    WHERE t.edition_id = $1 AND t.customer_id = $2 AND t.state IN ('TerminalConfirmUnknown', 'ExternalUnknown'))
                + (SELECT count(*) FROM transition_log l JOIN tag ON tag.edition_id = l.edition_id AND tag.uid = l.uid
                    WHERE l.edition_id = $1 AND l.resolved_at IS NULL AND tag.customer_id = $2) AS count`,
    values: [editionId, customerId],
  });
  return found.rows[0]?.count ?? 0;
}
