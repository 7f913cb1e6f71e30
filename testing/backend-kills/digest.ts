import pg from 'pg';

/**
 * What may not depend on whether a process was killed: without the numbers that a sequence drew, times, and how often something was
 * tried. Customers are called by their tags.
 */
const questions: Readonly<Record<string, string>> = {
  balances: `SELECT a.edition_id, CASE WHEN a.customer_id IS NULL THEN a.name
                    ELSE (SELECT string_agg(t.uid, '+' ORDER BY t.uid) FROM tag t WHERE t.edition_id = a.edition_id AND t.customer_id = a.customer_id) || '/' || split_part(a.name, '/', 2) END AS name,
                    balance_minor FROM account a`,
  postings: `SELECT t.origin, t.terminal_transaction_number, t.uid, p.kind, d.type AS debit, c.type AS credit, p.amount_minor
               FROM posting p JOIN transactions t USING (edition_id, backend_transaction_id)
               JOIN account d ON d.edition_id = p.edition_id AND d.account_id = p.debit_account_id
               JOIN account c ON c.edition_id = p.edition_id AND c.account_id = p.credit_account_id`,
  transactions: `SELECT t.edition_id, t.origin, t.assignment_id, t.terminal_transaction_number, t.type, t.payment_method, t.state, t.state_cause,
                        t.amount_minor, t.balance_delta_minor, t.uid, t.provisional, t.cash_returned, t.unclaimed_by_transaction_id IS NOT NULL AS unclaimed,
                        (SELECT string_agg(s.to_state || ' by ' || s.cause, ', ' ORDER BY s.step) FROM transaction_state s
                          WHERE s.edition_id = t.edition_id AND s.backend_transaction_id = t.backend_transaction_id) AS states
                   FROM transactions t`,
  payments: `SELECT t.origin, t.uid, p.status, p.amount_minor, p.fee_minor, p.void_requested_at IS NOT NULL AS voiding,
                    p.next_check_at IS NOT NULL AS asked, s.status AS provider, s.times_charged
               FROM payment p JOIN transactions t USING (edition_id, backend_transaction_id) LEFT JOIN simulated_charge s ON s.charge_key = p.payment_key`,
  'charges of the provider': 'SELECT amount_minor, status, times_charged FROM simulated_charge',
  refunds: `SELECT r.kind, r.channel, r.amount_minor, t.state, t.uid, r.adjustment_number, r.next_check_at IS NOT NULL AS asked
              FROM refund r JOIN transactions t USING (edition_id, backend_transaction_id)`,
  'refunds of the gateway': 'SELECT amount_minor, status, times_paid FROM simulated_refund',
  adjustments: `SELECT uid, adjustment_number, amount_minor, set_blocked, collected_at IS NOT NULL AS collected, superseded_at IS NOT NULL AS superseded
                  FROM tag_adjustment`,
  tags: 'SELECT edition_id, uid, blocked_reason, written_generation FROM tag',
  replacements:
    'SELECT uid, new_uid, generation, balance_minor, written_at IS NOT NULL AS written FROM tag_replacement',
  journals:
    'SELECT assignment_id, terminal_id, last_seq, last_hash, offline_share_minor, revoked_at IS NOT NULL AS revoked, closed_at IS NOT NULL AS closed FROM assignment',
  'enrolment codes':
    'SELECT edition_id, terminal_id, used_at IS NOT NULL AS used, used_by_assignment_id FROM enrolment_code',
  'assignment numbers': 'SELECT last_assignment_id FROM assignment_number',
  entries: 'SELECT assignment_id, seq, outcome, error_code FROM journal_entry',
  batches: 'SELECT assignment_id, batch_id FROM batch',
  imported: 'SELECT assignment_id, seq, hash FROM imported_entry',
  rejections: 'SELECT code, from_state, to_state, resolution, resolved_by FROM transition_log',
  'idempotency keys': 'SELECT request_key, answer IS NOT NULL AS answered FROM idempotency_key',
  audit: 'SELECT actor, action FROM audit',
  // That the gateway was unclear for a while is told where somebody heard it; who asked later may have got a clear answer at once.
  alerts: `SELECT edition_id, assignment_id, code FROM alert WHERE code <> 'REFUND_UNCLEAR'`,
  'purse transactions': `SELECT t.edition_id, p.title, t.type, t.amount_minor, t.state, t.credit_portion_minor, t.integration, t.content
                           FROM purse_transaction t JOIN purse p USING (edition_id, customer_id, purse_id)`,
  members: 'SELECT edition_id, display_name, class_name, content FROM member',
  'trac connections': 'SELECT edition_id, lease_token IS NULL AS free, fault_code FROM trac_connection',
  'old notices': `SELECT count(*) FROM payment_notice WHERE received_at < '2026-07-01'`,
  'rules of auto top-ups':
    'SELECT edition_id, amount_minor, active, next_look_at IS NOT NULL AS paused FROM auto_top_up',
  'the books': `SELECT a.edition_id, sum(a.balance_minor) AS sum_minor,
                       sum(a.balance_minor - (SELECT coalesce(sum(CASE WHEN p.debit_account_id = a.account_id THEN p.amount_minor ELSE -p.amount_minor END), 0)
                         FROM posting p WHERE p.edition_id = a.edition_id AND a.account_id IN (p.debit_account_id, p.credit_account_id))) AS difference_minor
                  FROM account a GROUP BY a.edition_id`,
};

export type Digest = Readonly<Record<string, readonly string[]>>;

/** The state of a database as sorted lines, by what they are about. */
export async function readDigest(databaseUrl: string): Promise<Digest> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const digest: Record<string, readonly string[]> = {};
    for (const [name, question] of Object.entries(questions)) {
      const found = await client.query(question);
      digest[name] = found.rows.map((row) => JSON.stringify(row)).sort();
    }
    return digest;
  } finally {
    await client.end();
  }
}

/** In which words two states differ; empty where they are the same. */
export function differences(expected: Digest, found: Digest): string[] {
  return Object.keys(questions).flatMap((name) => {
    const left = [...(found[name] ?? [])];
    const missing = (expected[name] ?? []).filter((line) => {
      const at = left.indexOf(line);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    return [...missing.map((line) => `${name}: no ${line}`), ...left.map((line) => `${name}: but ${line}`)];
  });
}
