import type { World } from './world.ts';

const isToldUnconfirmed = `(p.status = 'unknown' AND p.void_requested_at IS NOT NULL AND EXISTS (
             SELECT FROM alert a WHERE a.edition_id = p.edition_id AND a.code = 'PAYMENT_VOID_UNCONFIRMED'
                AND a.subject = coalesce(t.assignment_id || '/' || t.terminal_transaction_number, 'transaction ' || t.backend_transaction_id)))`;

/**
 * What the payment provider kept is booked, once and whole, and what is booked was paid or is on an operator's word (INV-63, INV-64): for
 * a world in which every payment has come to its end. A charge that was given back is nobody's top-up. A provider whose answers came
 * too late for a day may know more than the backend, which has told an operator to ask it (Q12).
 */
export async function checkCaptures({ database }: World): Promise<string[]> {
  const found = await database.pool.query(
    `SELECT p.payment_key, p.status, p.void_requested_at IS NOT NULL AS voiding, t.state, t.state_cause, c.status AS provider
       FROM payment p JOIN transactions t USING (edition_id, backend_transaction_id)
       LEFT JOIN simulated_charge c ON c.charge_key = p.payment_key
      WHERE (c.status = 'approved' AND (p.status <> 'approved' OR t.state <> 'Committed'))
         OR (c.status IN ('declined', 'voided') AND (t.state <> 'Aborted' OR (p.status <> c.status AND NOT ${isToldUnconfirmed})))
         OR (p.status = 'approved' AND t.state <> 'Committed')
         OR (p.status IN ('declined', 'voided') AND t.state <> 'Aborted')
         OR (t.state = 'Committed' AND p.status = 'unknown' AND t.state_cause <> 'AD' AND t.origin <> 'terminal')`,
  );
  return found.rows.map((row) => `a payment and its top-up disagree: ${JSON.stringify(row)}`);
}
