import { raiseAlert } from '../ingest/alerts.ts';
import type { Connection } from '../store/database.ts';
import type { PaymentRow } from './payment-rows.ts';

/** Tells the operator about a payment; one that belongs to no till stands under assignment 0. */
export async function alertAboutPayment(
  connection: Connection,
  row: PaymentRow,
  code: string,
  detail: string,
  now: Date,
): Promise<void> {
  const { editionId, assignmentId, terminalTransactionNumber, backendTransactionId } = row;
  const subject =
    assignmentId === null ? `transaction ${backendTransactionId}` : `${assignmentId}/${terminalTransactionNumber}`;
  await raiseAlert(connection, { editionId, assignmentId: assignmentId ?? 0 }, code, subject, detail, now);
}
