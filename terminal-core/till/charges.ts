import type { Fault } from '../../contract/ipc/fault.ts';
import type { Purpose } from '../../contract/ipc/till-view.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import type { PendingAdjustment } from '../../contract/wire/tag-lookup.ts';
import { denyAmount } from '../domain/admission.ts';
import { type Basket, itemsByKind, partPaymentItems, priceMinor, saleItems, toPayMinor } from '../domain/basket.ts';
import { cashRefundItems, refundReversalItems, type TopUpMethod, topUpItems } from '../domain/bookings.ts';
import { fault } from '../domain/fault.ts';
import { feeMinor as feeOf } from '../domain/fees.ts';
import { limits } from '../domain/limits.ts';
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
  takesCredit: false,
} as const;

/**
 * The charge of what is left to be paid of a basket, with its goods (R11). Where deposits taken back outweigh them the
 * customer is paid, which needs no hold (protocol.md, "purchase-return").
 */
export function saleCharge(basket: Basket, configuration: Configuration, merchantId: string): Result<Charge, Fault> {
  if (basket.lines.length === 0) return failed(fault('CART_EMPTY'));
  const total = toPayMinor(basket);
  if (total === 0) return failed(fault('AMOUNT_INVALID', { reason: 'the cart comes to nothing.' }));
  const items = saleItems(basket);
  if (items.length > limits.itemsMax) return failed(fault('AMOUNT_INVALID', { reason: 'the cart is full.' }));
  const amountMinor = Math.abs(total);
  const charge: Charge = {
    ...plain,
    type: 'Purchase',
    paymentMethod: 'tag',
    amountMinor,
    balanceDeltaMinor: -total,
    items,
    merchantId,
    groupId: basket.partsMinor.length > 0 ? basket.groupId : null,
    reserves: total > 0,
    view: viewOf('sale', amountMinor),
  };
  return withinPrice(basket, configuration, charge);
}

/**
 * The charges of a canteen's sale at one tap: meals, which credit may pay for, and what else there is, each a transaction
 * (R109, Q50). Where a till takes no credit, or other tags have paid a part already, it is one that cash alone pays.
 */
export function canteenCharges(
  basket: Basket,
  configuration: Configuration,
  merchantId: string,
  terms: { readonly isCatering: boolean; newGroupId(): string },
): Result<readonly Charge[], Fault> {
  const whole = saleCharge(basket, configuration, merchantId);
  if (!whole.ok) return whole;
  const kinds = terms.isCatering && basket.partsMinor.length === 0 ? itemsByKind(basket) : [];
  if (kinds.length === 0) return ok([whole.value]);
  const groupId = kinds.length > 1 ? terms.newGroupId() : null;
  return ok(
    kinds.map(({ isMeal, totalMinor, items }) => ({
      ...whole.value,
      amountMinor: Math.abs(totalMinor),
      balanceDeltaMinor: -totalMinor,
      items,
      groupId,
      reserves: totalMinor > 0,
      takesCredit: isMeal,
    })),
  );
}

/** The charge of a part of a basket that another tag pays before the one that takes the goods. */
export function partCharge(
  basket: Basket,
  partMinor: number,
  configuration: Configuration,
  merchantId: string,
): Result<Charge, Fault> {
  if (basket.lines.length === 0) return failed(fault('CART_EMPTY'));
  if (partMinor >= toPayMinor(basket))
    return failed(fault('AMOUNT_INVALID', { reason: 'a part is less than what is left to be paid.' }));
  return withinPrice(basket, configuration, {
    ...plain,
    type: 'Purchase',
    paymentMethod: 'tag',
    amountMinor: partMinor,
    balanceDeltaMinor: -partMinor,
    items: partPaymentItems(basket, partMinor),
    merchantId,
    groupId: basket.groupId,
    reserves: true,
    view: viewOf('part-payment', partMinor),
  });
}

/** The limit of a purchase is one of its whole price, however many tags pay it. */
function withinPrice(basket: Basket, { limits: ofEdition }: Configuration, charge: Charge): Result<Charge, Fault> {
  const amountMinor = Math.abs(priceMinor(basket));
  const denial = denyAmount({ type: 'Purchase', amountMinor, feeMinor: 0 }, ofEdition);
  return denial ? failed(fault(denial.code, denial.details)) : ok(charge);
}

/** The charge of a top-up: what is paid in, less the fee, is on the tag afterwards (R9, R10). */
export function topUpCharge(
  method: TopUpMethod,
  amountMinor: number,
  configuration: Configuration,
): Result<Charge, Fault> {
  const feeMinor = feeOf(configuration.fees.topUp, amountMinor);
  const denial = denyAmount({ type: 'TopUp', amountMinor, feeMinor }, configuration.limits);
  if (denial) return failed(fault(denial.code, denial.details));
  return ok({
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

/** A charge as the screens show it. */
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
