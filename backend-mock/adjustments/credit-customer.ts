import type { AdminTopUpAnswer } from '../../contract/wire/admin-tags.ts';
import type { TransactionType } from '../../contract/wire/words.ts';
import { readSharedAccounts } from '../ledger/accounts.ts';
import { insertAdminTransaction } from '../ledger/admin-transaction.ts';
import { book } from '../ledger/booking.ts';
import { resolveCustomers } from '../ledger/customers.ts';
import { readFunds } from '../ledger/holds.ts';
import { invariant } from '../ledger/invariant.ts';
import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import { nextAdjustmentNumber, readAdjustableTag } from './adjustable-tag.ts';
import { numberAdjustment } from './number-adjustment.ts';

export type CreditOutcome =
  | { outcome: 'booked'; answer: AdminTopUpAnswer }
  | { outcome: 'unknown-tag' }
  | { outcome: 'refused'; reason: string };

/** Money that a customer is given from one account of the edition. */
export type Credit = {
  editionId: number;
  uid: string;
  type: Extract<TransactionType, 'TopUp' | 'Chargeback'>;
  item: 'topup' | 'chargeback';
  /** Who pays, by the account's name. */
  from: string;
  merchantId?: string;
  amountMinor: number;
  reason: string;
  payload: object;
};

/**
 * Books money that an operator gives a customer (R14; `[*] → Open → Committed` by AD) and, in tag mode, numbers the adjustment
 * that brings it onto the tag (Q20). The tag must be known: money for a mistyped UID would wait for ever.
 */
export async function creditCustomer(
  connection: Connection,
  credit: Credit,
  actor: string,
  now: Date,
): Promise<CreditOutcome> {
  const { editionId, uid, amountMinor, type } = credit;
  await lockTags(connection, editionId, new Set([uid]));
  const tag = await readAdjustableTag(connection, editionId, uid);
  if (tag === undefined) return { outcome: 'unknown-tag' };
  if (tag.replacedBy !== undefined) return refuse(`The tag was replaced by ${tag.replacedBy}.`);
  const payer = (await readSharedAccounts(connection, editionId)).get(credit.from);
  if (payer === undefined) return refuse(`The edition has no account ${credit.from}.`);
  const customer = (await resolveCustomers(connection, editionId, new Set([uid]), now)).get(uid);
  invariant('INV-61', customer !== undefined, 'a tag has a customer');
  if (tag.mode === 'tag' && nextAdjustmentNumber(tag) === undefined)
    return refuse('The tag has no adjustment number left.');
  const { bookedMinor } = await readFunds(connection, editionId, customer.customerId, now);
  if (bookedMinor + amountMinor > tag.maximumBalanceMinor)
    return refuse(`The balance would exceed ${tag.maximumBalanceMinor}.`);
  const plan = {
    editionId,
    kind: 'admin-booking',
    origin: 'admin',
    type,
    paymentMethod: 'none',
    amountMinor,
    balanceDeltaMinor: amountMinor,
    customer: { customerId: customer.customerId, uid },
    ...(credit.merchantId === undefined ? {} : { merchantId: credit.merchantId }),
    path: [
      ['Open', 'AD'],
      ['Committed', 'AD'],
    ],
    payload: credit.payload,
  } as const;
  const backendTransactionId = await insertAdminTransaction(connection, plan, now);
  const adjustment = {
    editionId,
    uid,
    amountMinor,
    bookedByTransactionId: backendTransactionId,
    reason: credit.reason,
    actor,
  };
  const adjustmentNumber = tag.mode === 'tag' ? await numberAdjustment(connection, tag, adjustment, now) : null;
  invariant('INV-62', adjustmentNumber !== undefined, 'the number was there a moment ago');
  const line = {
    backendTransactionId,
    line: 1,
    kind: credit.item,
    debitAccountId: customer.accountId,
    creditAccountId: payer,
    amountMinor,
  };
  await book(connection, editionId, [line], now);
  return { outcome: 'booked', answer: { backendTransactionId, adjustmentNumber } };
}

const refuse = (reason: string): CreditOutcome => ({ outcome: 'refused', reason });
