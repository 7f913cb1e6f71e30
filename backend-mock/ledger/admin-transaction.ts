import type { BackendState, PaymentMethod, TransactionType } from '../../contract/wire/words.ts';
import { canonicalJson, contentHash } from '../ingest/chain.ts';
import { isLegalTransition, type TransitionCause, type TransitionKind } from '../ingest/transitions.ts';
import type { Connection } from '../store/database.ts';
import { invariant } from './invariant.ts';

/** A transaction that is made in the backend, and the states it passes at once. */
export type AdminTransaction = {
  editionId: number;
  kind: TransitionKind;
  origin: 'admin' | 'gateway' | 'online' | 'auto';
  type: TransactionType;
  paymentMethod: PaymentMethod;
  amountMinor: number;
  /** Signed, of the customer's balance; 0 where no customer is touched. */
  balanceDeltaMinor: number;
  customer: { customerId: number; uid: string | null } | undefined;
  merchantId?: string;
  /** From `[*]` on: each state with what caused it. */
  path: readonly (readonly [BackendState, TransitionCause])[];
  /** What was asked for, as the transaction's own content. */
  payload: object;
};

/**
 * Writes such a transaction with its history and returns its number. Books nothing. Throws where the table has no such path
 * (INV-06).
 */
export async function insertAdminTransaction(
  connection: Connection,
  plan: AdminTransaction,
  now: Date,
): Promise<number> {
  const steps = stepsOf(plan);
  const last = steps.at(-1);
  invariant('INV-06', last !== undefined, 'a transaction has a state');
  const payload = contentOf(plan.payload);
  const ended = last.to_state === 'Committed' || last.to_state === 'Aborted';
  const made = await connection.query<{ backend_transaction_id: number }>({
    name: 'insert-admin-transaction',
    text: `WITH made AS (
             INSERT INTO transactions (edition_id, backend_transaction_id, origin, state, state_cause, state_version, type, payment_method,
               currency, amount_minor, balance_delta_minor, customer_id, uid, merchant_id, opened_at, ended_at, payload, content_hash, received_at)
             SELECT edition_id, nextval('backend_transaction_number'), $2, $3, $4, $5, $6, $7, currency, $8, $9, $10, $11, $12,
                    $13, $14, $15, $16, $13
               FROM edition WHERE edition_id = $1
             RETURNING backend_transaction_id
           ), steps AS (
             INSERT INTO transaction_state (edition_id, backend_transaction_id, step, from_state, to_state, cause, state_version, content_hash, received_at)
             SELECT $1, backend_transaction_id, row.step, row.from_state, row.to_state, row.cause, row.step, $16, $13
               FROM made, jsonb_to_recordset($17::jsonb) AS row(step integer, from_state text, to_state text, cause text)
           )
           SELECT backend_transaction_id FROM made`,
    values: [
      plan.editionId,
      plan.origin,
      last.to_state,
      last.cause,
      steps.length,
      plan.type,
      plan.paymentMethod,
      plan.amountMinor,
      plan.balanceDeltaMinor,
      plan.customer?.customerId ?? null,
      plan.customer?.uid ?? null,
      plan.merchantId ?? null,
      now,
      ended ? now : null,
      payload,
      contentHash(payload),
      JSON.stringify(steps),
    ],
  });
  const id = made.rows[0]?.backend_transaction_id;
  invariant('INV-61', id !== undefined, 'the edition of a transaction exists');
  return id;
}

/** Whether this transaction was made from the very same content: the request has been heard before (Q11). */
export async function isAskedAgain(
  connection: Connection,
  editionId: number,
  backendTransactionId: number,
  payload: object,
): Promise<boolean> {
  const found = await connection.query<{ content_hash: string }>({
    name: 'content-of-transaction',
    text: 'SELECT content_hash FROM transactions WHERE edition_id = $1 AND backend_transaction_id = $2',
    values: [editionId, backendTransactionId],
  });
  return found.rows[0]?.content_hash === contentHash(contentOf(payload));
}

const contentOf = (payload: object): string => canonicalJson(payload) ?? '{}';

function stepsOf({ kind, path }: AdminTransaction) {
  return path.map(([to, cause], index) => {
    const from = path[index - 1]?.[0];
    const legal = isLegalTransition(kind, from ?? '[*]', to, cause);
    invariant('INV-06', legal, `${kind}: ${from ?? '[*]'} → ${to} by ${cause} is not legal`);
    return { step: index + 1, from_state: from ?? null, to_state: to, cause };
  });
}
