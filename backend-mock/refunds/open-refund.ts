import type { RefundAnswer } from '../../contract/wire/admin-money.ts';
import type { ProblemCode } from '../../contract/wire/problem.ts';
import type { PaymentMethod } from '../../contract/wire/words.ts';
import { nextAdjustmentNumber, readAdjustableTag } from '../adjustments/adjustable-tag.ts';
import { numberAdjustment } from '../adjustments/number-adjustment.ts';
import { insertAdminTransaction } from '../ledger/admin-transaction.ts';
import { type CustomerOfTag, resolveCustomers } from '../ledger/customers.ts';
import { expireReservations, lockAccount, readFunds } from '../ledger/holds.ts';
import { invariant } from '../ledger/invariant.ts';
import { lockTags } from '../ledger/tags.ts';
import { countUnresolved } from '../ledger/unresolved.ts';
import type { Connection } from '../store/database.ts';
import { lockRefund, type RefundChannel, type RefundKind, refundAnswer } from './refund-rows.ts';

export type RefundPlan = {
  kind: RefundKind;
  editionId: number;
  uid: string;
  /** What the customer gets. */
  amountMinor: number;
  /** What the festival keeps; goes off the customer's balance as well (Q15). */
  feeMinor: number;
  channel: RefundChannel;
  /** `gateway`: the payment that goes back. */
  paymentReference: string | null;
  reason: string;
};

export type OpenRefundOutcome =
  | { outcome: 'held'; answer: RefundAnswer }
  | {
      outcome: 'refused';
      code: Extract<ProblemCode, 'NOT_FOUND' | 'BAD_REQUEST' | 'INSUFFICIENT_FUNDS' | 'UNRESOLVED_TRANSACTIONS'>;
      detail: string;
    };

type Refused = Extract<OpenRefundOutcome, { outcome: 'refused' }>;
const refuse = (code: Refused['code'], detail: string): Refused => ({ outcome: 'refused', code, detail });

const methodOf: Record<RefundChannel, PaymentMethod> = { cash: 'cash', card: 'card', online: 'online', admin: 'none' };

/**
 * Holds what the backend is going to pay back (3.4, "Manual refund", "Refund to payment gateway"): without a time limit, and in tag
 * mode with the negative adjustment that takes it off the tag first (Q20). Refused while anything of the customer is unresolved (Q7).
 */
export async function openRefund(
  connection: Connection,
  plan: RefundPlan,
  actor: string,
  now: Date,
): Promise<OpenRefundOutcome> {
  const { editionId, uid, amountMinor, feeMinor } = plan;
  await lockTags(connection, editionId, new Set([uid]));
  const tag = await readAdjustableTag(connection, editionId, uid);
  if (tag === undefined) return refuse('NOT_FOUND', `Nobody has heard of tag ${uid}.`);
  if (tag.replacedBy !== undefined) return refuse('BAD_REQUEST', `The tag was replaced by ${tag.replacedBy}.`);
  if (tag.mode === 'tag' && nextAdjustmentNumber(tag) === undefined)
    return refuse('BAD_REQUEST', 'The tag has no adjustment number left.');
  const customer = (await resolveCustomers(connection, editionId, new Set([uid]), now)).get(uid);
  invariant('INV-61', customer !== undefined, 'a tag has a customer');
  const objection =
    (await fundsObjection(connection, plan, customer, now)) ?? (await paymentObjection(connection, plan, customer));
  if (objection !== undefined) return objection;
  const backendTransactionId = await insertRefundTransaction(connection, plan, customer.customerId, now);
  const totalMinor = amountMinor + feeMinor;
  const adjustment = {
    editionId,
    uid,
    amountMinor: -totalMinor,
    bookedByTransactionId: backendTransactionId,
    reason: plan.reason,
    actor,
  };
  const adjustmentNumber = tag.mode === 'tag' ? await numberAdjustment(connection, tag, adjustment, now) : null;
  invariant('INV-62', adjustmentNumber !== undefined, 'the number was there a moment ago');
  await insertRefund(connection, plan, backendTransactionId, adjustmentNumber, now);
  const row = await lockRefund(connection, editionId, backendTransactionId);
  invariant('INV-67', row !== undefined, 'a refund that was just stored is there');
  return { outcome: 'held', answer: refundAnswer(row) };
}

/** Decided under the account's lock: two refunds at once never promise more than is there. */
async function fundsObjection(
  connection: Connection,
  { editionId, amountMinor, feeMinor }: RefundPlan,
  { customerId, accountId }: CustomerOfTag,
  now: Date,
): Promise<Refused | undefined> {
  await lockAccount(connection, editionId, accountId);
  await expireReservations(connection, { of: 'customer', editionId, customerId }, now);
  const unresolved = await countUnresolved(connection, editionId, customerId);
  if (unresolved > 0) return refuse('UNRESOLVED_TRANSACTIONS', `${unresolved} of the customer have no end yet.`);
  const { bookedMinor, heldMinor } = await readFunds(connection, editionId, customerId, now);
  const availableMinor = bookedMinor - heldMinor;
  if (availableMinor >= amountMinor + feeMinor) return undefined;
  return refuse('INSUFFICIENT_FUNDS', `${availableMinor} is free.`);
}

/** A payment goes back to whom it came from, and not more of it than was paid. */
async function paymentObjection(
  connection: Connection,
  { kind, editionId, paymentReference, amountMinor }: RefundPlan,
  { customerId }: CustomerOfTag,
): Promise<Refused | undefined> {
  if (kind === 'manual') return undefined;
  const found = await connection.query<{ amount_minor: number; back_minor: number }>(
    `SELECT p.amount_minor,
            (SELECT coalesce(sum(r.amount_minor), 0) FROM refund r
               JOIN transactions b ON b.edition_id = r.edition_id AND b.backend_transaction_id = r.backend_transaction_id
              WHERE r.edition_id = $1 AND r.payment_reference = $2 AND b.state <> 'Aborted') AS back_minor
       FROM payment p JOIN transactions t ON t.edition_id = p.edition_id AND t.backend_transaction_id = p.backend_transaction_id
      WHERE p.edition_id = $1 AND p.reference = $2 AND p.status = 'approved' AND t.state = 'Committed' AND t.customer_id = $3
        FOR UPDATE OF p`,
    [editionId, paymentReference, customerId],
  );
  const payment = found.rows[0];
  if (payment === undefined) return refuse('NOT_FOUND', 'The customer has no such payment.');
  const leftMinor = payment.amount_minor - payment.back_minor;
  return amountMinor <= leftMinor ? undefined : refuse('BAD_REQUEST', `${leftMinor} of the payment can go back.`);
}

function insertRefundTransaction(
  connection: Connection,
  plan: RefundPlan,
  customerId: number,
  now: Date,
): Promise<number> {
  const { kind, editionId, uid, amountMinor, feeMinor, channel, paymentReference, reason } = plan;
  const made = {
    editionId,
    kind: kind === 'manual' ? 'manual-refund' : 'gateway-refund',
    origin: kind === 'manual' ? 'admin' : 'gateway',
    type: 'Refund',
    paymentMethod: methodOf[channel],
    amountMinor,
    balanceDeltaMinor: -(amountMinor + feeMinor),
    customer: { customerId, uid },
    path: [
      ['Open', 'AD'],
      ['ReservePending', kind === 'manual' ? 'AD' : 'BJ'],
    ],
    payload: { refund: { kind, uid, amountMinor, feeMinor, channel, paymentReference, reason } },
  } as const;
  return insertAdminTransaction(connection, made, now);
}

async function insertRefund(
  connection: Connection,
  { kind, editionId, uid, amountMinor, feeMinor, channel, paymentReference }: RefundPlan,
  backendTransactionId: number,
  adjustmentNumber: number | null,
  now: Date,
): Promise<void> {
  await connection.query(
    `INSERT INTO refund (edition_id, backend_transaction_id, kind, channel, amount_minor, fee_minor, adjustment_uid, adjustment_number,
       payment_reference, next_check_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      editionId,
      backendTransactionId,
      kind,
      channel,
      amountMinor,
      feeMinor,
      adjustmentNumber === null ? null : uid,
      adjustmentNumber,
      paymentReference,
      kind === 'gateway' ? now : null,
    ],
  );
}
