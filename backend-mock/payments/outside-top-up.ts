import { moveTransaction } from '../ingest/move-transaction.ts';
import { logRefusedStep } from '../ingest/refused-step.ts';
import type { TransitionCause, TransitionKind } from '../ingest/transitions.ts';
import { insertAdminTransaction } from '../ledger/admin-transaction.ts';
import { readCustomersTags } from '../ledger/customers-tags.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { alertAboutPayment } from './alert-about-payment.ts';
import { bookPaidTopUp } from './book-paid-top-up.ts';
import { insertPayment, type PaymentRow } from './payment-rows.ts';
import { pauseRule } from './rule-pause.ts';
import { requestVoid, voidPaymentsOfAborted } from './void-payment.ts';

/** Where a top-up that no till makes comes from. */
export type OutsideOrigin = 'online' | 'auto';

/** The table of transitions by which it moves (requirements.md 3.4). */
export function kindOfOutside(origin: OutsideOrigin): TransitionKind {
  return origin === 'online' ? 'online-top-up' : 'auto-top-up';
}

/** Whether a payment belongs to a top-up of the backend's own; else it belongs to a till's. */
export function isOutside(row: PaymentRow): row is PaymentRow & { origin: OutsideOrigin } {
  return row.origin === 'online' || row.origin === 'auto';
}

export type OutsideTopUpPlan = {
  editionId: number;
  customerId: number;
  origin: OutsideOrigin;
  /** Of the payment at the provider: random, for numbers can come again on a restored database. */
  key: string;
  amountMinor: number;
  feeMinor: number;
  currency: string;
  cardToken: string | null;
};

/**
 * Opens a top-up with its payment (`[*] → Open`; CU online, BJ automatic), in the caller's database transaction. The job starts the
 * payment. `refused`: it ends Aborted at once, without a payment, because there is no card or a limit is reached.
 */
export async function openOutsideTopUp(
  connection: Connection,
  plan: OutsideTopUpPlan,
  refused: string | undefined,
  now: Date,
): Promise<number> {
  const { editionId, customerId, origin, amountMinor, feeMinor } = plan;
  const [tag] = await readCustomersTags(connection, editionId, customerId);
  const opened = ['Open', origin === 'online' ? 'CU' : 'BJ'] as const;
  const content = { amountMinor, feeMinor, customerId };
  const backendTransactionId = await insertAdminTransaction(
    connection,
    {
      editionId,
      kind: kindOfOutside(origin),
      origin,
      type: 'TopUp',
      paymentMethod: 'online',
      amountMinor,
      balanceDeltaMinor: amountMinor - feeMinor,
      customer: { customerId, uid: tag?.uid ?? null },
      path: refused === undefined ? [opened] : [opened, ['Aborted', 'TM']],
      payload: refused === undefined ? { [`${origin}TopUp`]: content } : { [`${origin}TopUp`]: content, refused },
    },
    now,
  );
  if (refused === undefined) {
    const { key, currency, cardToken } = plan;
    const payment = { editionId, backendTransactionId, key, amountMinor, feeMinor, currency, cardToken };
    await insertPayment(connection, { ...payment, nextCheckAt: now }, now);
  }
  return backendTransactionId;
}

/**
 * `Open → ExternalPending` by BJ, under the locks of transaction and payment: before the provider hears of it, or because it has
 * heard of it already, from a backend that was put back to an older state since.
 */
export async function startOutsideTopUp(
  connection: Connection,
  row: PaymentRow & { origin: OutsideOrigin },
  now: Date,
): Promise<PaymentRow & { origin: OutsideOrigin }> {
  if (row.state !== 'Open') return row;
  const { editionId, backendTransactionId, origin, state: from } = row;
  const to = 'ExternalPending';
  const move = { backendTransactionId, kind: kindOfOutside(origin), from, to, cause: 'BJ' } as const;
  await moveTransaction(connection, editionId, move, now);
  return { ...row, state: to };
}

/**
 * Ends a top-up whose payment was just approved, under the locks of its customer's tags and of the payment. Where an operator had
 * given it up before, nothing is booked any more and the money goes back.
 */
export async function endApproved(connection: Connection, row: PaymentRow, now: Date): Promise<void> {
  switch (row.state) {
    case 'ExternalPending':
    case 'ExternalUnknown':
      return commitOutsideTopUp(connection, row, 'WH', now);
    case 'Committed':
      return;
    case 'Aborted': {
      const reason = `${row.amountMinor} came late and is voided`;
      await alertAboutPayment(connection, row, 'PAYMENT_OF_ABORTED', reason, now);
      const { editionId, backendTransactionId, reference } = row;
      const step = {
        editionId,
        backendTransactionId,
        to: 'Committed',
        cause: 'WH',
        reason,
        asked: { reference },
      } as const;
      await logRefusedStep(connection, { ...step, actor: 'provider' }, now);
      await requestVoid(connection, row, now);
      return;
    }
    default:
      invariant('INV-64', false, `a payment is approved while its top-up is ${row.state}`);
  }
}

/**
 * Ends a top-up whose payment took nothing: by the provider's word (WH), or because the time to pay was over (TM; 3.4, "when the session
 * expired unpaid"). Once nobody asks any more it is late, and the provider's word either way.
 */
export async function endUnpaid(connection: Connection, row: PaymentRow, expired: boolean, now: Date): Promise<void> {
  if (row.state !== 'ExternalPending' && row.state !== 'ExternalUnknown') return;
  const cause = expired && row.state === 'ExternalPending' ? 'TM' : 'WH';
  await moveOutside(connection, row, 'Aborted', cause, now);
}

/**
 * Books a paid top-up once, under the locks of the customer's tags and of the payment: by the provider's word (WH), or by an
 * operator's, who knows what the provider did not say (AD).
 */
export async function commitOutsideTopUp(
  connection: Connection,
  row: PaymentRow,
  cause: 'WH' | 'AD',
  now: Date,
): Promise<void> {
  const { editionId, customerId, origin } = row;
  invariant('INV-61', customerId !== null, 'a top-up of the backend has a customer');
  const [tag] = await readCustomersTags(connection, editionId, customerId);
  await moveOutside(connection, row, 'Committed', cause, now);
  const account = {
    customerId,
    uid: tag?.uid,
    channel: 'top-up:online',
    reason: `${origin} top-up`,
    actor: origin,
  } as const;
  await bookPaidTopUp(connection, row, account, now);
  if (origin === 'auto') await pauseRule(connection, { editionId, customerId }, null);
}

/** Ends a top-up that an operator gives up: what the provider may have taken, or takes yet, goes back. */
export async function abortOutsideTopUp(connection: Connection, row: PaymentRow, now: Date): Promise<void> {
  await moveOutside(connection, row, 'Aborted', 'AD', now);
  await voidPaymentsOfAborted(connection, row.editionId, [row.backendTransactionId], now);
}

async function moveOutside(
  connection: Connection,
  row: PaymentRow,
  to: 'Committed' | 'Aborted',
  cause: Extract<TransitionCause, 'WH' | 'AD' | 'TM'>,
  now: Date,
): Promise<void> {
  const { editionId, backendTransactionId, state } = row;
  invariant('INV-61', isOutside(row), 'only a top-up of the backend is ended here');
  const kind = kindOfOutside(row.origin);
  await moveTransaction(connection, editionId, { backendTransactionId, kind, from: state, to, cause }, now);
  await connection.query(
    `UPDATE transactions SET ended_at = $3 WHERE edition_id = $1 AND backend_transaction_id = $2`,
    [editionId, backendTransactionId, now],
  );
}
