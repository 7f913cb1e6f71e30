import { z } from 'zod';
import { type PaymentStatus, paymentStatuses } from '../../contract/wire/payment.ts';
import { backendStateSchema } from '../../contract/wire/words.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';

/** A payment with what it depends on of its transaction. */
const paymentRowSchema = z.object({
  editionId: z.int(),
  backendTransactionId: z.int(),
  origin: z.string(),
  /** Null, like the number, where the transaction was made in the backend. */
  assignmentId: z.int().nullable(),
  terminalTransactionNumber: z.int().nullable(),
  state: backendStateSchema,
  uid: z.string().nullable(),
  customerId: z.int().nullable(),
  key: z.string(),
  amountMinor: z.int(),
  feeMinor: z.int(),
  currency: z.string(),
  cardToken: z.string().nullable(),
  status: z.enum(paymentStatuses),
  reference: z.string().nullable(),
  voidRequestedAt: z.date().nullable(),
  createdAt: z.date(),
  checks: z.int(),
  nextCheckAt: z.date().nullable(),
});
export type PaymentRow = z.infer<typeof paymentRowSchema>;

const selectPayment = `SELECT p.edition_id AS "editionId", p.backend_transaction_id AS "backendTransactionId", t.origin,
         t.assignment_id AS "assignmentId", t.terminal_transaction_number AS "terminalTransactionNumber", t.state, t.uid,
         t.customer_id AS "customerId", p.payment_key AS key, p.amount_minor AS "amountMinor", p.fee_minor AS "feeMinor", p.currency,
         p.card_token AS "cardToken", p.status, p.reference, p.void_requested_at AS "voidRequestedAt", p.created_at AS "createdAt",
         p.checks, p.next_check_at AS "nextCheckAt"
    FROM payment p JOIN transactions t ON t.edition_id = p.edition_id AND t.backend_transaction_id = p.backend_transaction_id`;

export type PaymentKey = { editionId: number; backendTransactionId: number };

/** Reads a payment; `undefined` where the transaction has none. */
export async function readPayment(
  connection: Pick<Connection, 'query'>,
  { editionId, backendTransactionId }: PaymentKey,
): Promise<PaymentRow | undefined> {
  const found = await connection.query({
    name: 'read-payment',
    text: `${selectPayment} WHERE p.edition_id = $1 AND p.backend_transaction_id = $2`,
    values: [editionId, backendTransactionId],
  });
  return paymentRowSchema.optional().parse(found.rows[0]);
}

/** Locks a transaction and then its payment, as everybody does, and reads what is there after the wait. */
export async function lockPayment(connection: Connection, key: PaymentKey): Promise<PaymentRow | undefined> {
  const { editionId, backendTransactionId } = key;
  await connection.query({
    name: 'lock-transaction-of-payment',
    text: 'SELECT 1 FROM transactions WHERE edition_id = $1 AND backend_transaction_id = $2 FOR NO KEY UPDATE',
    values: [editionId, backendTransactionId],
  });
  await connection.query({
    name: 'lock-payment',
    text: 'SELECT 1 FROM payment WHERE edition_id = $1 AND backend_transaction_id = $2 FOR NO KEY UPDATE',
    values: [editionId, backendTransactionId],
  });
  return readPayment(connection, key);
}

export type NewPayment = PaymentKey & {
  key: string;
  amountMinor: number;
  feeMinor: number;
  currency: string;
  cardToken: string | null;
  nextCheckAt: Date;
};

/** Writes a payment down before the provider hears of it, so that whoever finds it after a crash can ask. */
export async function insertPayment(connection: Connection, payment: NewPayment, now: Date): Promise<void> {
  await connection.query({
    name: 'insert-payment',
    text: `WITH made AS (
             INSERT INTO payment (edition_id, backend_transaction_id, payment_key, amount_minor, fee_minor, currency, card_token, status,
               created_at, next_check_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 'pending', $8, $9)
           )
           INSERT INTO payment_step (edition_id, backend_transaction_id, step, from_status, to_status, cause, at)
           VALUES ($1, $2, 1, NULL, 'pending', 'request', $8)`,
    values: [
      payment.editionId,
      payment.backendTransactionId,
      payment.key,
      payment.amountMinor,
      payment.feeMinor,
      payment.currency,
      payment.cardToken,
      now,
      payment.nextCheckAt,
    ],
  });
}

export type PaymentCause = 'answer' | 'check' | 'notice' | 'void' | 'time' | 'operator';

export type PaymentMove = {
  status: PaymentStatus;
  reference: string | null;
  voidRequestedAt: Date | null;
  nextCheckAt: Date | null;
  cause: PaymentCause;
};

/** Takes one step of a locked payment and writes it down; returns the payment as it is then. */
export async function movePayment(
  connection: Connection,
  row: PaymentRow,
  { cause, ...change }: PaymentMove,
  now: Date,
): Promise<PaymentRow> {
  const moved = await connection.query({
    name: 'move-payment',
    text: `WITH moved AS (
             UPDATE payment SET status = $4, reference = $5, void_requested_at = $6, next_check_at = $7
              WHERE edition_id = $1 AND backend_transaction_id = $2 AND status = $3 RETURNING 1
           )
           INSERT INTO payment_step (edition_id, backend_transaction_id, step, from_status, to_status, cause, at)
           SELECT $1, $2, 1 + (SELECT count(*) FROM payment_step WHERE edition_id = $1 AND backend_transaction_id = $2), $3, $4, $8, $9
             FROM moved`,
    values: [
      row.editionId,
      row.backendTransactionId,
      row.status,
      change.status,
      change.reference,
      change.voidRequestedAt,
      change.nextCheckAt,
      cause,
      now,
    ],
  });
  invariant('INV-63', moved.rowCount === 1, 'a payment moves under its lock alone');
  return { ...row, ...change };
}
