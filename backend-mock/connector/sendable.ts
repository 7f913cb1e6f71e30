/**
 * SQL: what a transaction `t` of this backend, `b` in the books, is called over there. The numbers of the till stay the same when this
 * backend is put back to a backup; what no till made has a number of this backend alone.
 */
export const ownKey = `coalesce(b.assignment_id || '/' || b.terminal_transaction_number, '#' || t.backend_transaction_id)`;

/**
 * SQL: whether the other side of the connection `c`, of an outer query, has not said to have transaction `t`: made here since the connection's `since`, of
 * the cash or of sales, Committed (only those are in a purse). What came from over there never goes back (R131). Where this backend
 * manages the credits, a sale waits until it is known what they paid.
 *
 * The upper bound says nothing but makes it a range, of which the planner, who does not know `sent_until`, expects little: it takes the
 * index instead of reading a year of sales.
 */
export const isSendable = `t.created_at >= greatest(c.since, c.sent_until) AND t.created_at < 'infinity' AND t.purse_id IN ('default', 'sales') AND (c.credits = 'trac' OR t.state = 'processed')
   AND NOT EXISTS (SELECT FROM trac_sent s WHERE s.edition_id = t.edition_id
                      AND s.backend_transaction_id = t.backend_transaction_id AND s.state <> 'sending')
   AND NOT EXISTS (SELECT FROM trac_received r WHERE r.edition_id = t.edition_id
                      AND r.backend_transaction_id = t.backend_transaction_id)`;

/** SQL: every such transaction `t`, `b` in the books, of edition `$1`. OFFSET 0 keeps the connection an outer query. */
export const sendable = `FROM trac_connection c
 CROSS JOIN LATERAL (SELECT t.* FROM purse_transaction t WHERE t.edition_id = c.edition_id AND ${isSendable} OFFSET 0) AS t
  JOIN transactions b ON b.edition_id = t.edition_id AND b.backend_transaction_id = t.backend_transaction_id
 WHERE c.edition_id = $1`;
