import type { Fault } from '../../contract/ipc/fault.ts';
import type { Purpose } from '../../contract/ipc/till-view.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import type { PendingAdjustment } from '../../contract/wire/tag-lookup.ts';
import { denyAmount } from '../domain/admission.ts';
import {
  cashRefundItems,
  purchaseItems,
  refundReversalItems,
  type TopUpMethod,
  topUpItems,
} from '../domain/bookings.ts';
import { type Cart, totalMinor } from '../domain/cart.ts';
import { fault } from '../domain/fault.ts';
import { feeMinor as feeOf } from '../domain/fees.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { Charge } from './charge.ts';

const plain = {
  merchantId: null,
  adjustmentNumber: null,
  reference: null,
  groupId: null,
  setBlocked: null,
  takesBlockedTags: false,
  reserves: false,
} as const;

/**
 * The charge of a cart (R11). Where deposits taken back outweigh the goods the customer is paid, which needs no hold
 * (protocol.md, "purchase-return").
 */
export function saleCharge(cart: Cart, configuration: Configuration, merchantId: string): Result<Charge, Fault> {
  if (cart.length === 0) return failed(fault('CART_EMPTY'));
  const total = totalMinor(cart);
  if (total === 0) return failed(fault('AMOUNT_INVALID', { reason: 'the cart comes to nothing.' }));
  const amountMinor = Math.abs(total);
  return checked(configuration, {
    ...plain,
    type: 'Purchase',
    paymentMethod: 'tag',
    amountMinor,
    balanceDeltaMinor: -total,
    items: purchaseItems(cart),
    merchantId,
    reserves: total > 0,
    view: viewOf('sale', amountMinor),
  });
}

/** The charge of a top-up: what is paid in, less the fee, is on the tag afterwards (R9, R10). */
export function topUpCharge(
  method: TopUpMethod,
  amountMinor: number,
  configuration: Configuration,
): Result<Charge, Fault> {
  const feeMinor = feeOf(configuration.fees.topUp, amountMinor);
  return checked(configuration, {
    ...plain,
    type: 'TopUp',
    paymentMethod: method,
    amountMinor,
    balanceDeltaMinor: amountMinor - feeMinor,
    items: topUpItems(method, amountMinor, feeMinor),
    view: viewOf(method === 'card' ? 'card-top-up' : 'top-up', amountMinor, feeMinor),
  });
}

/** The charge of a cash refund; `null` pays out what is left after the fee (protocol.md, "Refund all"). */
export function cashRefundCharge(
  amountMinor: number | null,
  balanceMinor: number,
  configuration: Configuration,
): Result<Charge, Fault> {
  const paidOut = amountMinor ?? largestRefundMinor(balanceMinor, configuration);
  if (paidOut <= 0) return failed(fault('NOTHING_TO_REFUND', { balanceMinor }));
  const feeMinor = feeOf(configuration.fees.refund, paidOut);
  return ok({
    ...plain,
    type: 'Refund',
    paymentMethod: 'cash',
    amountMinor: paidOut,
    balanceDeltaMinor: -(paidOut + feeMinor),
    items: cashRefundItems(paidOut, feeMinor),
    reserves: true,
    view: viewOf('refund', paidOut, feeMinor),
  });
}

/** The charge that puts a refund's cash back onto the tag; the fee stays with the festival. */
export function refundReversalCharge(refund: TillTransaction, assignmentId: number): Charge {
  const { amountMinor, terminalTransactionNumber } = refund;
  return {
    ...plain,
    type: 'Refund',
    paymentMethod: 'cash',
    amountMinor,
    balanceDeltaMinor: amountMinor,
    items: refundReversalItems(amountMinor),
    reference: { assignmentId, terminalTransactionNumber },
    view: viewOf('refund-reversal', amountMinor),
  };
}

/** The charge of a change that the backend has booked and the tag lacks (Q20). Blocked tags collect as well. */
export function adjustmentCharge(adjustment: PendingAdjustment): Charge {
  const { adjustmentNumber, amountMinor, setBlocked } = adjustment;
  return {
    ...plain,
    type: 'TagAdjustment',
    paymentMethod: 'none',
    amountMinor: Math.abs(amountMinor),
    balanceDeltaMinor: amountMinor,
    items: [],
    adjustmentNumber,
    setBlocked: setBlocked ?? null,
    takesBlockedTags: true,
    view: viewOf('adjustment', Math.abs(amountMinor)),
  };
}

/** The charge that only sets or lifts the blocked flag. */
export function blockCharge(blocked: boolean): Charge {
  const charge = adjustmentCharge({ adjustmentNumber: null, amountMinor: 0, setBlocked: blocked });
  return { ...charge, view: viewOf(blocked ? 'block' : 'unblock', 0) };
}

export function viewOf(purpose: Purpose, amountMinor: number, feeMinor = 0) {
  return { purpose, amountMinor, feeMinor };
}

/** The largest amount that leaves nothing behind once its own fee is taken off as well. */
function largestRefundMinor(balanceMinor: number, { fees }: Configuration): number {
  const { fixedMinor, rateBasisPoints } = fees.refund;
  let amountMinor = Math.floor(((balanceMinor - fixedMinor) * 10_000) / (10_000 + rateBasisPoints)) + 1;
  while (amountMinor > 0 && amountMinor + feeOf(fees.refund, amountMinor) > balanceMinor) amountMinor -= 1;
  return amountMinor;
}

function checked(configuration: Configuration, charge: Charge): Result<Charge, Fault> {
  const { type, amountMinor, view } = charge;
  if (type !== 'Purchase' && type !== 'TopUp') return ok(charge);
  const denial = denyAmount({ type, amountMinor, feeMinor: view.feeMinor }, configuration.limits);
  return denial ? failed(fault(denial.code, denial.details)) : ok(charge);
}
