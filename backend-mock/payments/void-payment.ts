import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';
import { lockPayment, movePayment, type PaymentRow } from './payment-rows.ts';

/**
 * Writes down that a locked payment is to be voided, before the provider is asked. The job goes on asking, from after the pause
 * that whoever asks first may take, until the provider has confirmed it.
 */
export async function requestVoid(connection: Connection, row: PaymentRow, now: Date): Promise<PaymentRow> {
  const { reference } = row;
  const nextCheckAt = new Date(now.getTime() + limits.paymentCheckFirstMs);
  const move = { status: 'unknown', reference, voidRequestedAt: now, nextCheckAt, cause: 'void' } as const;
  return movePayment(connection, row, move, now);
}

/**
 * Gives money back that a top-up which came to nothing has taken, or may take yet (3.4: "Aborted after capture also needs a void").
 * For whoever aborts such a transaction, in the same database transaction; those without a payment, or with one that took
 * nothing, are left alone. Returns the payments that are now to be voided.
 */
export async function voidPaymentsOfAborted(
  connection: Connection,
  editionId: number,
  aborted: readonly number[],
  now: Date,
): Promise<PaymentRow[]> {
  const requested: PaymentRow[] = [];
  for (const backendTransactionId of [...aborted].sort((one, other) => one - other)) {
    const row = await lockPayment(connection, { editionId, backendTransactionId });
    if (row === undefined || row.voidRequestedAt !== null) continue;
    if (row.status === 'declined' || row.status === 'voided') continue;
    requested.push(await requestVoid(connection, row, now));
  }
  return requested;
}
