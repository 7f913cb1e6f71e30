import { raiseAlert } from '../ingest/alerts.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import type { ProviderAnswer } from './bounded-provider.ts';
import { lockPayment, movePayment, type PaymentCause, type PaymentKey, type PaymentRow } from './payment-rows.ts';
import { judgeWord } from './payment-status.ts';

/**
 * Writes down what the provider said about a payment; no answer changes nothing. For a transaction of a terminal only the payment's
 * status moves, its state is moved by its till or an operator (requirements.md 3.3). Returns the payment as it stands then.
 */
export async function settlePayment(
  database: Database,
  clock: Clock,
  key: PaymentKey,
  answer: ProviderAnswer,
  cause: PaymentCause,
): Promise<PaymentRow> {
  return database.transaction(async (connection) => {
    const row = await lockPayment(connection, key);
    invariant('INV-63', row !== undefined, 'a payment is never deleted');
    if (answer === 'no-answer' || answer === 'unheard') return row;
    const now = clock.now();
    const verdict = judgeWord({ ...row, voidRequested: row.voidRequestedAt !== null }, answer);
    switch (verdict.verdict) {
      case 'stay':
        return row;
      case 'contradiction':
        await alertAboutPayment(connection, row, 'PAYMENT_CONTRADICTION', verdict.detail, now);
        return row;
      case 'become': {
        const { status, reference } = verdict;
        const { voidRequestedAt } = row;
        return movePayment(
          connection,
          row,
          { status, reference: row.reference ?? reference, voidRequestedAt, nextCheckAt: null, cause },
          now,
        );
      }
    }
  });
}

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
