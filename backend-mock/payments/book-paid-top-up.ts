import { readAdjustableTag } from '../adjustments/adjustable-tag.ts';
import { numberAdjustment } from '../adjustments/number-adjustment.ts';
import { readSharedAccounts } from '../ledger/accounts.ts';
import { book } from '../ledger/booking.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { alertAboutPayment } from './alert-about-payment.ts';
import type { PaymentRow } from './payment-rows.ts';

/** Who gets it, by which account it came in, and why, as the tag's adjustment says. */
export type PaidTopUp = {
  customerId: number;
  /** The tag it is brought onto. */
  uid: string | undefined;
  channel: 'top-up:online' | 'top-up:card';
  reason: string;
  actor: string;
};

/**
 * Books top-up and fee of a payment (R9, R10) and, in tag mode, puts the adjustment in line that brings it onto the tag (Q20). For
 * whoever has just committed its transaction, under the lock of the tag. What was paid is always booked: where no tag can take it,
 * an operator is told.
 */
export async function bookPaidTopUp(
  connection: Connection,
  row: PaymentRow,
  paid: PaidTopUp,
  now: Date,
): Promise<void> {
  const { editionId, backendTransactionId, amountMinor, feeMinor } = row;
  await bringOntoTag(connection, row, paid, now);
  const accounts = await readSharedAccounts(connection, editionId);
  const channel = accounts.get(paid.channel);
  const fee = accounts.get('fee');
  const customer = await readCustomersAccount(connection, editionId, paid.customerId);
  invariant('INV-61', channel !== undefined && fee !== undefined, 'an edition has its accounts');
  const lines = [
    { kind: 'topup', debitAccountId: customer, creditAccountId: channel, amountMinor },
    { kind: 'topup-fee', debitAccountId: fee, creditAccountId: customer, amountMinor: feeMinor },
  ].filter((line) => line.amountMinor > 0);
  const postings = lines.map((line, index) => ({ ...line, backendTransactionId, line: index + 1 }));
  await book(connection, editionId, postings, now);
}

async function bringOntoTag(
  connection: Connection,
  row: PaymentRow,
  { uid, reason, actor }: PaidTopUp,
  now: Date,
): Promise<void> {
  const { editionId, backendTransactionId } = row;
  const amountMinor = row.amountMinor - row.feeMinor;
  const tag = uid === undefined ? undefined : await readAdjustableTag(connection, editionId, uid);
  if (tag?.mode === 'account') return;
  if (tag !== undefined && uid !== undefined) {
    const plan = { editionId, uid, amountMinor, bookedByTransactionId: backendTransactionId, reason, actor };
    if ((await numberAdjustment(connection, tag, plan, now)) !== undefined) {
      await connection.query('UPDATE transactions SET uid = $3 WHERE edition_id = $1 AND backend_transaction_id = $2', [
        editionId,
        backendTransactionId,
        uid,
      ]);
      return;
    }
  }
  const detail = `${amountMinor} is booked, and the customer has no tag that it could be brought onto`;
  await alertAboutPayment(connection, row, 'ADJUSTMENT_IMPOSSIBLE', detail, now);
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
