/**
 * SQL: what a transaction `t` of this backend, `b` in the books, is called over there. The numbers of the till stay the same when this
 * backend is put back to a backup; what no till made has a number of this backend alone.
 */
export const ownKey = `coalesce(b.assignment_id || '/' || b.terminal_transaction_number, '#' || t.backend_transaction_id)`;

/**
 * SQL: whether the other side of the connection `c` has not said to have transaction `t`: made here since the connection's `since`, of
 * the cash or of sales, Committed (only those are in a purse). What came from over there never goes back (R131). Where this backend
 * manages the credits, a sale waits until it is known what they paid.
 */
export const isSendable = `t.created_at >= greatest(c.since, c.sent_until) AND t.purse_id IN ('default', 'sales') AND (c.credits = 'trac' OR t.state = 'processed')
   AND NOT EXISTS (SELECT FROM trac_sent s WHERE s.edition_id = t.edition_id
                      AND s.backend_transaction_id = t.backend_transaction_id AND s.state <> 'sending')
   AND NOT EXISTS (SELECT FROM trac_received r WHERE r.edition_id = t.edition_id
                      AND r.backend_transaction_id = t.backend_transaction_id)`;

/** SQL: every such transaction `t`, `b` in the books, of edition `$1`. */
export const sendable = `FROM trac_connection c
  JOIN purse_transaction t ON t.edition_id = c.edition_id
  JOIN transactions b ON b.edition_id = t.edition_id AND b.backend_transaction_id = t.backend_transaction_id
 WHERE c.edition_id = $1 AND ${isSendable}`;
