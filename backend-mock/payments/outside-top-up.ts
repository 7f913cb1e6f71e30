import { readAdjustableTag } from '../adjustments/adjustable-tag.ts';
import { numberAdjustment } from '../adjustments/number-adjustment.ts';
import { moveTransaction } from '../ingest/move-transaction.ts';
import type { TransitionCause, TransitionKind } from '../ingest/transitions.ts';
import { readSharedAccounts } from '../ledger/accounts.ts';
import { insertAdminTransaction } from '../ledger/admin-transaction.ts';
import { book } from '../ledger/booking.ts';
import { readCustomersTags } from '../ledger/customers-tags.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { alertAboutPayment } from './alert-about-payment.ts';
import { insertPayment, type PaymentRow } from './payment-rows.ts';
import { pauseRule } from './rule-pause.ts';
import { requestVoid } from './void-payment.ts';

/** Where a top-up that no till makes comes from. */
export type OutsideOrigin = 'online' | 'auto';

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
      await alertAboutPayment(connection, row, 'PAYMENT_OF_ABORTED', `${row.amountMinor} came late and is voided`, now);
      await requestVoid(connection, row, now);
      return;
    }
    default:
      invariant('INV-64', false, `a payment is approved while its top-up is ${row.state}`);
  }
}

/** Ends a top-up whose payment took nothing. */
export async function endUnpaid(connection: Connection, row: PaymentRow, now: Date): Promise<void> {
  if (row.state !== 'ExternalPending' && row.state !== 'ExternalUnknown') return;
  await moveOutside(connection, row, 'Aborted', 'WH', now);
}

/**
 * Books a paid top-up once (R9, R10) and, in tag mode, puts its adjustment in line (Q20), under the locks of the customer's tags and
 * of the payment. What was paid is always booked: where the tag has no number left, an operator is told.
 */
export async function commitOutsideTopUp(
  connection: Connection,
  row: PaymentRow,
  cause: 'WH' | 'AD',
  now: Date,
): Promise<void> {
  const { editionId, backendTransactionId, customerId, amountMinor, feeMinor } = row;
  invariant('INV-61', customerId !== null, 'a top-up of the backend has a customer');
  const tags = await readCustomersTags(connection, editionId, customerId);
  await moveOutside(connection, row, 'Committed', cause, now);
  await bringOntoTag(connection, row, tags[0]?.uid, now);
  if (row.origin === 'auto') await pauseRule(connection, { editionId, customerId }, null);
  const accounts = await readSharedAccounts(connection, editionId);
  const channel = accounts.get('top-up:online');
  const fee = accounts.get('fee');
  const customer = await readCustomersAccount(connection, editionId, customerId);
  invariant('INV-61', channel !== undefined && fee !== undefined, 'an edition has its accounts');
  const topUp = { kind: 'topup', debitAccountId: customer, creditAccountId: channel, amountMinor };
  const lines = [topUp, { kind: 'topup-fee', debitAccountId: fee, creditAccountId: customer, amountMinor: feeMinor }];
  const postings = lines.filter((line) => line.amountMinor > 0);
  await book(
    connection,
    editionId,
    postings.map((line, index) => ({ ...line, backendTransactionId, line: index + 1 })),
    now,
  );
}

async function bringOntoTag(
  connection: Connection,
  row: PaymentRow,
  uid: string | undefined,
  now: Date,
): Promise<void> {
  const { editionId, backendTransactionId, amountMinor, feeMinor, origin } = row;
  const tag = uid === undefined ? undefined : await readAdjustableTag(connection, editionId, uid);
  if (tag?.mode === 'account') return;
  const plan = { editionId, amountMinor: amountMinor - feeMinor, bookedByTransactionId: backendTransactionId };
  const number =
    tag === undefined || uid === undefined
      ? undefined
      : await numberAdjustment(connection, tag, { ...plan, uid, reason: `${origin} top-up`, actor: origin }, now);
  if (number !== undefined) {
    await connection.query('UPDATE transactions SET uid = $3 WHERE edition_id = $1 AND backend_transaction_id = $2', [
      editionId,
      backendTransactionId,
      uid,
    ]);
    return;
  }
  const detail = `${plan.amountMinor} is booked, and the customer has no tag that it could be brought onto`;
  await alertAboutPayment(connection, row, 'ADJUSTMENT_IMPOSSIBLE', detail, now);
}

async function moveOutside(
  connection: Connection,
  row: PaymentRow,
  to: 'Committed' | 'Aborted',
  cause: Extract<TransitionCause, 'WH' | 'AD'>,
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

async function readCustomersAccount(connection: Connection, editionId: number, customerId: number): Promise<number> {
  const found = await connection.query<{ account_id: number }>({
    name: 'account-of-customer',
    text: `SELECT account_id FROM account WHERE edition_id = $1 AND customer_id = $2 AND name LIKE '%/default'`,
    values: [editionId, customerId],
  });
  const accountId = found.rows[0]?.account_id;
  invariant('INV-61', accountId !== undefined, 'a customer has an account');
  return accountId;
}
