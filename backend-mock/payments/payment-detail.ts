import type { PaymentDetail } from '../../contract/wire/payment.ts';
import type { Connection } from '../store/database.ts';
import { type PaymentKey, readPayment } from './payment-rows.ts';

/** A transaction's payment with every status it had, for the operator; `null` where it has none. */
export async function readPaymentDetail(
  connection: Pick<Connection, 'query'>,
  key: PaymentKey,
): Promise<PaymentDetail | null> {
  const row = await readPayment(connection, key);
  if (row === undefined) return null;
  const found = await connection.query<{ from: string | null; to: string; cause: string; at: Date }>({
    name: 'payment-steps',
    text: `SELECT from_status AS "from", to_status AS "to", cause, at FROM payment_step
            WHERE edition_id = $1 AND backend_transaction_id = $2 ORDER BY step`,
    values: [key.editionId, key.backendTransactionId],
  });
  const { status, amountMinor, feeMinor, currency, reference, voidRequestedAt, nextCheckAt } = row;
  return {
    status,
    amountMinor,
    feeMinor,
    currency,
    reference,
    voidRequestedAt: voidRequestedAt?.toISOString() ?? null,
    nextCheckAt: nextCheckAt?.toISOString() ?? null,
    steps: found.rows.map((step) => ({ ...step, at: step.at.toISOString() })),
  };
}
