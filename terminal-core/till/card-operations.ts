import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import type { Basket } from '../domain/basket.ts';
import { fault } from '../domain/fault.ts';
import { failed, type Result } from '../domain/result.ts';
import { CardTopUp } from './card-top-up.ts';
import { saleCharge, topUpCharge } from './charges.ts';
import type { Desk, Patience, Staff } from './desk.ts';
import { OpenLoopSale } from './open-loop-sale.ts';
import { paymentOpenFault } from './open-payment.ts';
import type { Request, TapRequest } from './operations.ts';
import type { TagWork } from './work.ts';

type Ended = Promise<Result<Outcome, Fault>>;

/** What these operations need of the till, which alone begins and ends a piece of work. */
export interface CardOperationParts {
  isAccountMode(): boolean;
  /** What is to be paid, unless nobody knows what of it is paid already. */
  basket(): Result<Basket, Fault>;
  /** Whose sale it is: whoever confirmed its discount has confirmed the sale. */
  sellingStaff(staff: Staff): Staff;
  merchantId(): string;
  /** Of the two halves of an open loop purchase (R13). */
  newGroupId(): string;
  desk(): Result<Desk, Fault>;
  patience(request: TapRequest): Patience;
  /** Does the work if the till is free and the cashier may; its end is on the screen when it answers. */
  run(view: ChargeView, makeWork: (desk: Desk) => TagWork): Ended;
}

/** A top-up that a card pays (Q13): one open attempt per till, and only onto a tag that holds its own balance. */
export function cardTopUp(till: CardOperationParts, request: Request<'topUp'>): Ended {
  const desk = deskForCards(till);
  if (!desk.ok) return Promise.resolve(desk);
  const charge = topUpCharge('card', request.amountMinor, desk.value.configuration);
  if (!charge.ok) return Promise.resolve(charge);
  const { view } = charge.value;
  return till.run(view, (working) => new CardTopUp(view, () => charge, working, till.patience(request)));
}

/** A sale whose tag has too little on it: a card pays the rest first (R12, R13, Q16). */
export function openLoopSale(
  till: CardOperationParts,
  request: TapRequest & { readonly openLoop: 'shortfall' | 'full-price'; readonly taps: 1 | 2 },
): Ended {
  const desk = deskForCards(till);
  if (!desk.ok) return Promise.resolve(desk);
  const basket = till.basket();
  if (!basket.ok) return Promise.resolve(basket);
  const sale = saleCharge(basket.value, desk.value.configuration, till.merchantId());
  if (!sale.ok) return Promise.resolve(sale);
  const { openLoop, taps } = request;
  const groupId = sale.value.groupId ?? till.newGroupId();
  const terms = { sale: sale.value, by: openLoop, isTwoTaps: taps === 2, groupId };
  return till.run(sale.value.view, (working) => {
    const selling = { ...working, staff: till.sellingStaff(working.staff) };
    return new OpenLoopSale(terms, selling, till.patience(request));
  });
}

function deskForCards(till: CardOperationParts): Result<Desk, Fault> {
  const desk = till.desk();
  if (!desk.ok) return desk;
  if (till.isAccountMode()) return failed(fault('MODE_UNSUPPORTED'));
  const open = desk.value.store.openPayment();
  return open ? failed(paymentOpenFault(open)) : desk;
}
