import { logRefusedStep } from '../ingest/refused-step.ts';
import { lockCustomersTags } from '../ledger/customers-tags.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { alertAboutPayment } from './alert-about-payment.ts';
import type { ProviderAnswer } from './bounded-provider.ts';
import { endApproved, endUnpaid, isOutside, startOutsideTopUp } from './outside-top-up.ts';
import {
  lockPayment,
  movePayment,
  type PaymentCause,
  type PaymentKey,
  type PaymentRow,
  readPayment,
} from './payment-rows.ts';
import { judgeWord, type WordVerdict } from './payment-status.ts';
import type { ProviderWord } from './provider.ts';

/** Writes down what a call to the provider came to, in a database transaction of its own; no answer changes nothing. */
export async function settlePayment(
  database: Database,
  clock: Clock,
  key: PaymentKey,
  answer: ProviderAnswer,
  cause: PaymentCause,
): Promise<PaymentRow> {
  return database.transaction(async (connection) => {
    if (answer !== 'no-answer' && answer !== 'unheard') return takeWord(connection, key, answer, cause, clock.now());
    const row = await readPayment(connection, key);
    invariant('INV-63', row !== undefined, 'a payment is never deleted');
    return row;
  });
}

/**
 * Takes the provider's word about a payment, by whichever way it came. For a transaction of a terminal only the payment's status
 * moves, its state is moved by its till or an operator (requirements.md 3.3); a top-up of the backend's own ends with it. What does
 * not fit what is known changes nothing and is told to the operator. Returns the payment as it stands then.
 */
export async function takeWord(
  connection: Connection,
  key: PaymentKey,
  word: ProviderWord,
  cause: PaymentCause,
  now: Date,
): Promise<PaymentRow> {
  const known = await readPayment(connection, key);
  invariant('INV-63', known !== undefined, 'a payment is never deleted');
  // Tags before transactions, as everybody locks: what an approval books is brought onto one of them.
  if (isOutside(known) && known.customerId !== null)
    await lockCustomersTags(connection, key.editionId, known.customerId);
  const row = await lockPayment(connection, key);
  invariant('INV-63', row !== undefined, 'a payment is never deleted');
  const verdict = await judge(connection, row, word);
  switch (verdict.verdict) {
    case 'stay':
      if (word.status === 'approved' && row.state === 'Aborted')
        await logRefusedWord(connection, row, word, 'its money is on its way back', now);
      return row;
    case 'contradiction':
      await alertAboutPayment(connection, row, 'PAYMENT_CONTRADICTION', verdict.detail, now);
      await logRefusedWord(connection, row, word, verdict.detail, now);
      return row;
    case 'become':
      return become(connection, row, verdict, cause, now);
  }
}

/** Of a top-up of the backend's own the provider's word is a step; a till's is not moved by it (requirements.md 3.3). */
async function logRefusedWord(
  connection: Connection,
  row: PaymentRow,
  word: ProviderWord,
  reason: string,
  now: Date,
): Promise<void> {
  if (!isOutside(row)) return;
  const { editionId, backendTransactionId } = row;
  const to = word.status === 'approved' ? 'Committed' : 'Aborted';
  const step = {
    editionId,
    backendTransactionId,
    to,
    cause: 'WH',
    reason,
    asked: { word },
    actor: 'provider',
  } as const;
  await logRefusedStep(connection, step, now);
}

async function judge(connection: Connection, row: PaymentRow, word: ProviderWord): Promise<WordVerdict> {
  const verdict = judgeWord({ ...row, voidRequested: row.voidRequestedAt !== null }, word);
  if (verdict.verdict !== 'become') return verdict;
  if (row.state === 'Committed' && verdict.status !== 'approved') {
    const detail = `${row.amountMinor} is booked, and the provider says ${verdict.status}`;
    return { verdict: 'contradiction', detail };
  }
  const other = verdict.reference === null ? undefined : await otherOfReference(connection, row, verdict.reference);
  if (other === undefined) return verdict;
  // The classic failure: two top-ups confirmed by one payment (INV-63).
  return {
    verdict: 'contradiction',
    detail: `the provider's ${verdict.reference} is the payment of transaction ${other}`,
  };
}

async function otherOfReference(
  connection: Connection,
  { editionId, backendTransactionId }: PaymentRow,
  reference: string,
): Promise<number | undefined> {
  const found = await connection.query<{ backend_transaction_id: number }>({
    name: 'payment-of-reference',
    text: `SELECT backend_transaction_id FROM payment WHERE edition_id = $1 AND reference = $2 AND backend_transaction_id <> $3`,
    values: [editionId, reference, backendTransactionId],
  });
  return found.rows[0]?.backend_transaction_id;
}

async function become(
  connection: Connection,
  row: PaymentRow,
  { status, reference, expired }: Extract<WordVerdict, { verdict: 'become' }>,
  cause: PaymentCause,
  now: Date,
): Promise<PaymentRow> {
  const { voidRequestedAt } = row;
  const move = { status, reference: row.reference ?? reference, voidRequestedAt, nextCheckAt: null, cause };
  const moved = await movePayment(connection, row, move, now);
  if (!isOutside(moved)) return moved;
  const started = await startOutsideTopUp(connection, moved, now);
  if (status === 'approved') await endApproved(connection, started, now);
  else await endUnpaid(connection, started, expired, now);
  return started;
}
