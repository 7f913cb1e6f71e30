import type { Connection } from '../../backend-mock/store/database.ts';
import type { World } from './world.ts';

/** A statement that finds nothing in a world that is in order, and what it would have found. */
type Rule = { says: string; text: string };

const customersNet = `coalesce(sum(CASE WHEN d.type = 'customer' THEN b.amount_minor ELSE 0 END
                               - CASE WHEN c.type = 'customer' THEN b.amount_minor ELSE 0 END), 0)`;

/** Every line of every authenticated image (Q6): entry i of the history belongs to tag number N − i. */
const claims = `(SELECT s.edition_id, s.uid, s.tag_generation, s.tag_transaction_number - place + 1 AS tag_number,
                        (line ->> 'assignmentId')::bigint AS assignment_id, (line ->> 'terminalTransactionNumber')::bigint AS number,
                        (line ->> 'amountMinor')::bigint AS delta_minor, line ->> 'type' AS type
                   FROM tag_snapshot s, jsonb_array_elements(s.history::jsonb) WITH ORDINALITY AS history(line, place)
                  WHERE jsonb_typeof(line) = 'object' AND s.tag_transaction_number - place + 1 >= 1)`;

/** Rules that hold at every moment, whatever is under way: each is asked in one moment of the database. */
const rules: readonly Rule[] = [
  {
    says: 'INV-02: all accounts of an edition sum to zero',
    text: 'SELECT edition_id, sum(balance_minor) FROM account GROUP BY edition_id HAVING sum(balance_minor) <> 0',
  },
  {
    says: 'INV-03: a cached balance is the sum of its postings',
    text: `WITH side AS (SELECT edition_id, debit_account_id AS account_id, amount_minor FROM posting
                         UNION ALL SELECT edition_id, credit_account_id, -amount_minor FROM posting),
                summed AS (SELECT edition_id, account_id, sum(amount_minor) AS minor FROM side GROUP BY 1, 2)
           SELECT a.name, a.balance_minor, s.minor FROM account a LEFT JOIN summed s USING (edition_id, account_id)
            WHERE a.balance_minor <> coalesce(s.minor, 0)`,
  },
  {
    says: 'only what is Committed books (3.3), and it books exactly what it says, once',
    text: `SELECT t.backend_transaction_id, t.state, t.balance_delta_minor, ${customersNet} AS booked_minor
             FROM transactions t
             LEFT JOIN posting b USING (edition_id, backend_transaction_id)
             LEFT JOIN account d ON d.edition_id = b.edition_id AND d.account_id = b.debit_account_id
             LEFT JOIN account c ON c.edition_id = b.edition_id AND c.account_id = b.credit_account_id
            GROUP BY t.edition_id, t.backend_transaction_id
           HAVING ${customersNet} <> CASE WHEN t.state = 'Committed' AND t.type <> 'TagAdjustment' THEN t.balance_delta_minor ELSE 0 END
               OR (t.state <> 'Committed' AND count(b.line) > 0)`,
  },
  {
    says: 'what a till committed is booked item by item',
    text: `SELECT t.backend_transaction_id FROM transactions t
            WHERE t.origin = 'terminal' AND t.state = 'Committed'
              AND (SELECT coalesce(jsonb_agg(jsonb_build_array(i ->> 'kind', (i ->> 'amountMinor')::bigint) ORDER BY n), '[]')
                     FROM jsonb_array_elements(t.payload::jsonb -> 'items') WITH ORDINALITY AS item(i, n))
               <> (SELECT coalesce(jsonb_agg(jsonb_build_array(b.kind, b.amount_minor) ORDER BY b.line), '[]')
                     FROM posting b WHERE b.edition_id = t.edition_id AND b.backend_transaction_id = t.backend_transaction_id
                      AND b.kind NOT IN ('overspend', 'overspend-repaid'))`,
  },
  {
    says: 'INV-69: what was sold above the limit, and nothing else, stands on the purse of its own',
    text: `SELECT a.edition_id, a.customer_id, a.balance_minor, o.balance_minor AS overspend_minor FROM account a JOIN edition e USING (edition_id)
             LEFT JOIN account o ON o.edition_id = a.edition_id AND o.name = 'customer:' || a.customer_id || '/overspend'
            WHERE a.type = 'customer' AND a.name LIKE '%/default'
              AND coalesce(o.balance_minor, 0) <> CASE e.mode WHEN 'account'
                    THEN least(0, a.balance_minor + coalesce(o.balance_minor, 0) + coalesce((e.account_limits ->> 'overdraftMinor')::bigint, 0))
                    ELSE 0 END`,
  },
  {
    says: 'the history of a transaction has no gap and ends in its state',
    text: `SELECT t.backend_transaction_id, t.state, h.steps, h.last FROM transactions t
             LEFT JOIN LATERAL (
               SELECT count(*) AS steps, max(step) AS highest, (array_agg(to_state ORDER BY step DESC))[1] AS last,
                      bool_and(from_state IS NOT DISTINCT FROM before) AS linked
                 FROM (SELECT step, from_state, to_state, lag(to_state) OVER (ORDER BY step) AS before FROM transaction_state s
                        WHERE s.edition_id = t.edition_id AND s.backend_transaction_id = t.backend_transaction_id) AS row) AS h ON true
            WHERE h.steps = 0 OR h.highest <> h.steps OR h.last <> t.state OR NOT h.linked`,
  },
  {
    says: 'INV-05: a journal has every entry up to its seal, once',
    text: `SELECT a.assignment_id, a.last_seq, count(j.seq), max(j.seq) FROM assignment a
             LEFT JOIN journal_entry j USING (edition_id, assignment_id) GROUP BY a.edition_id, a.assignment_id
           HAVING count(j.seq) <> a.last_seq OR coalesce(max(j.seq), 0) <> a.last_seq`,
  },
  {
    says: 'R49: every refused entry stands in the transition log once, and nothing else does',
    text: `SELECT j.assignment_id, j.seq, j.outcome, count(l.log_id) FROM journal_entry j
             LEFT JOIN transition_log l ON l.edition_id = j.edition_id AND l.assignment_id = j.assignment_id AND l.seq = j.seq
              AND l.code <> 'JOURNAL_IMPORTED'
            GROUP BY j.edition_id, j.assignment_id, j.seq
           HAVING count(l.log_id) <> CASE WHEN j.outcome = 'rejected' THEN 1 ELSE 0 END
               OR (j.outcome = 'rejected' AND max(l.code) IS DISTINCT FROM j.error_code)`,
  },
  {
    says: 'an entry changes its transaction once if it was accepted, and never if it was refused or known',
    text: `SELECT j.assignment_id, j.seq, j.outcome, count(s.step) FROM journal_entry j
             LEFT JOIN transactions t ON t.edition_id = j.edition_id AND t.assignment_id = j.assignment_id
              AND t.terminal_transaction_number = j.terminal_transaction_number
             LEFT JOIN transaction_state s ON s.edition_id = t.edition_id AND s.backend_transaction_id = t.backend_transaction_id AND s.seq = j.seq
            WHERE j.terminal_transaction_number IS NOT NULL
            GROUP BY j.edition_id, j.assignment_id, j.seq HAVING count(s.step) <> CASE WHEN j.outcome = 'accepted' THEN 1 ELSE 0 END`,
  },
  {
    says: 'Q6: what a tag shows to be gone from it is known, held, or listed to be settled',
    text: `SELECT c.* FROM ${claims} AS c JOIN assignment a ON a.edition_id = c.edition_id AND a.assignment_id = c.assignment_id
            WHERE c.type IN ('Purchase', 'Refund') AND c.delta_minor < 0
              AND NOT EXISTS (SELECT FROM transactions t WHERE t.edition_id = c.edition_id AND t.assignment_id = c.assignment_id
                                 AND t.terminal_transaction_number = c.number)
              AND NOT EXISTS (SELECT FROM transition_log l WHERE l.edition_id = c.edition_id AND l.assignment_id = c.assignment_id
                                 AND l.terminal_transaction_number = c.number)`,
  },
  {
    says: 'Q6, Q9: what a tag proves to be written is neither unknown nor waiting for its checkout any more',
    text: `SELECT t.backend_transaction_id, t.state, c.* FROM ${claims} AS c
             JOIN transactions t ON t.edition_id = c.edition_id AND t.assignment_id = c.assignment_id AND t.terminal_transaction_number = c.number
            WHERE (t.uid, t.tag_generation, t.tag_transaction_number, t.balance_delta_minor, t.type)
                = (c.uid, c.tag_generation, c.tag_number, c.delta_minor, c.type)
              AND c.type IN ('Purchase', 'Refund') AND c.delta_minor < 0
              AND t.state IN ('TerminalConfirmUnknown', 'ReservePending', 'ReserveExpired')`,
  },
  {
    says: 'INV-62: the adjustments of a tag are numbered without a gap and worth what they were booked for',
    text: `SELECT a.uid, count(*), max(a.adjustment_number) FROM tag_adjustment a WHERE a.adjustment_number IS NOT NULL
            GROUP BY a.edition_id, a.uid HAVING count(*) <> max(a.adjustment_number)`,
  },
  {
    says: 'Q52, R39: nobody is reserved more than is there; only what came without a hold, or after it, lowers it further',
    text: `WITH unheld AS (
             SELECT t.edition_id, t.customer_id, sum(-t.balance_delta_minor) AS minor FROM transactions t
              WHERE t.state = 'Committed' AND t.balance_delta_minor < 0 AND t.origin = 'terminal'
                AND NOT EXISTS (SELECT FROM transaction_state s WHERE s.edition_id = t.edition_id AND s.backend_transaction_id = t.backend_transaction_id
                                   AND s.from_state = 'ReservePending' AND s.to_state = 'Committed')
              GROUP BY 1, 2), held AS (
             SELECT edition_id, customer_id, sum(-balance_delta_minor) AS minor FROM transactions WHERE state IN ('ReservePending', 'Reserve') GROUP BY 1, 2)
           SELECT a.edition_id, a.customer_id, sum(a.balance_minor) AS cash, h.minor AS held, u.minor AS unheld
             FROM account a JOIN edition e USING (edition_id)
             LEFT JOIN unheld u ON u.edition_id = a.edition_id AND u.customer_id = a.customer_id
             LEFT JOIN held h ON h.edition_id = a.edition_id AND h.customer_id = a.customer_id
            WHERE e.mode = 'account' AND a.type = 'customer'
            GROUP BY a.edition_id, a.customer_id, h.minor, u.minor
           HAVING sum(a.balance_minor) - coalesce(h.minor, 0) + coalesce(u.minor, 0) < 0`,
  },
  {
    says: 'INV-63, INV-64: a payment is captured at most once, booked at most once, and booked only where it was not given back',
    text: `SELECT p.payment_key, p.status, t.state, c.status, c.times_charged FROM payment p
             JOIN transactions t USING (edition_id, backend_transaction_id)
             LEFT JOIN simulated_charge c ON c.charge_key = p.payment_key
            WHERE coalesce(c.times_charged, 0) > 1
               OR (t.state = 'Committed' AND (p.status NOT IN ('approved', 'unknown') OR p.void_requested_at IS NOT NULL OR c.status = 'voided'))
               OR (SELECT coalesce(sum(b.amount_minor), 0) FROM posting b WHERE b.edition_id = t.edition_id
                      AND b.backend_transaction_id = t.backend_transaction_id AND b.kind = 'topup')
                  <> CASE WHEN t.state = 'Committed' THEN p.amount_minor ELSE 0 END`,
  },
  {
    says: 'INV-67: what the gateway paid back is booked once or about to be, what it did not is not',
    text: `SELECT r.backend_transaction_id, t.state, s.status FROM refund r JOIN transactions t USING (edition_id, backend_transaction_id)
             LEFT JOIN simulated_refund s ON s.refund_key = 'klink-refund-' || r.edition_id || '-' || r.backend_transaction_id
            WHERE r.kind = 'gateway' AND ((t.state = 'Committed' AND s.status IS DISTINCT FROM 'refunded')
                                      OR (t.state = 'Aborted' AND s.status IS DISTINCT FROM 'declined'))`,
  },
];

/** Asks every rule in one moment of the database; what is not in order, as text. */
export async function checkBooks(world: World): Promise<string[]> {
  return world.database.transaction(async (connection) => {
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    const findings: string[] = [];
    for (const rule of rules) findings.push(...(await broken(connection, rule)));
    return findings;
  });
}

async function broken(connection: Connection, { says, text }: Rule): Promise<string[]> {
  const found = await connection.query(text);
  return found.rows.map((row) => `${says}: ${JSON.stringify(row)}`);
}
