import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import { purchaseChart, twoTapPurchaseChart } from '../checkout/booking-chart.ts';
import { type Basket, toPayMinor } from '../domain/basket.ts';
import { fault } from '../domain/fault.ts';
import { failed, type Result } from '../domain/result.ts';
import { AccountBooking } from './account-booking.ts';
import { Booking } from './booking.ts';
import { type CardOperationParts, openLoopSale } from './card-operations.ts';
import { type Charge, onlyCharge } from './charge.ts';
import { canteenCharges, partCharge, saleCharge, viewOf } from './charges.ts';
import type { Desk } from './desk.ts';
import type { Accounts } from './identify-tag.ts';
import type { Request, TapRequest } from './operations.ts';

type Ended = Promise<Result<Outcome, Fault>>;

/** What a sale needs of the till, which alone begins and ends a piece of work. */
export interface SaleOperationParts extends CardOperationParts {
  readonly accounts: Accounts;
  /** The basket as a part of it may be paid; from here on the sale is a group. */
  basketInParts(): Result<Basket, Fault>;
  /** How many taps a sale takes here where nobody says otherwise. */
  checkoutTaps(): 1 | 2;
}

/** The cart is paid: by one tag, by a card and a tag (R12), or by several tags, each its part. */
export async function sell(till: SaleOperationParts, request: Request<'sell'>): Ended {
  const { partMinor, openLoop, ...tap } = request;
  const taps = request.taps ?? till.checkoutTaps();
  if (till.isAccountMode() && partMinor === undefined && !openLoop) return await sellInCanteen(till, request);
  if (partMinor === undefined) return await sellRest(till, { ...tap, taps, ...(openLoop ? { openLoop } : {}) });
  const basket = till.basketInParts();
  const part = await pay(till, { ...tap, taps }, basket, (desk, whole) =>
    partCharge(whole, partMinor, desk.configuration, till.merchantId()),
  );
  // The goods go over the counter only when the rest is paid too, and so it is asked for at once.
  if (!part.ok || part.value.result !== 'committed') return part;
  return await sellRest(till, { ...tap, taps }, part.value.step.tag?.uid ?? null);
}

/** @param paidUid has just paid its part: moved on the reader it comes anew, and nobody has agreed that it pays all */
function sellRest(
  till: SaleOperationParts,
  { openLoop, ...request }: TapRequest & { readonly taps: 1 | 2; readonly openLoop?: 'shortfall' | 'full-price' },
  paidUid: string | null = null,
): Ended {
  if (openLoop) return openLoopSale(till, { ...request, openLoop });
  const chargeOf = (desk: Desk, whole: Basket) => saleCharge(whole, desk.configuration, till.merchantId());
  return pay(till, request, till.basket(), chargeOf, paidUid);
}

/** One tap pays for meals and for the rest, each for itself (Q50). */
async function sellInCanteen(till: SaleOperationParts, request: Request<'sell'>): Ended {
  const desk = till.desk();
  if (!desk.ok) return desk;
  const basket = till.basket();
  if (!basket.ok) return basket;
  const { configuration } = desk.value;
  const isCatering = till.accounts.isCatering();
  const newGroupId = () => till.newGroupId();
  const charges = canteenCharges(basket.value, configuration, till.merchantId(), { isCatering, newGroupId });
  if (!charges.ok) return charges;
  const view = viewOf('sale', Math.abs(toPayMinor(basket.value)));
  const order = {
    view,
    chargesFor: () => charges,
    goods: basket.value.lines,
    allergensKnown: request.allergensKnown ?? false,
  };
  return await till.run(view, (working) => {
    const selling = { ...working, staff: till.sellingStaff(working.staff) };
    return new AccountBooking(order, selling, till.accounts, till.patience(request));
  });
}

async function pay(
  till: SaleOperationParts,
  request: TapRequest & { readonly taps: 1 | 2 },
  basket: Result<Basket, Fault>,
  chargeOf: (desk: Desk, basket: Basket) => Result<Charge, Fault>,
  paidUid: string | null = null,
): Ended {
  const desk = till.desk();
  if (!desk.ok) return desk;
  if (!basket.ok) return basket;
  const charge = chargeOf(desk.value, basket.value);
  if (!charge.ok) return charge;
  const { view } = charge.value;
  const chargeFor = ({ uid }: { readonly uid: string }) => (uid === paidUid ? failed(fault('TAG_PAID_PART')) : charge);
  return await till.run(view, (working) => {
    const selling = { ...working, staff: till.sellingStaff(working.staff) };
    const patience = till.patience(request);
    if (till.isAccountMode()) {
      // A part of a price is no meal, so that cash alone pays it. The goods are for whoever pays the rest.
      const goods = view.purpose === 'sale' ? basket.value.lines : [];
      const chargesFor = (payer: { readonly uid: string }) => onlyCharge(chargeFor(payer));
      const order = { view, chargesFor, goods, allergensKnown: false };
      return new AccountBooking(order, selling, till.accounts, patience);
    }
    const chart = request.taps === 2 ? twoTapPurchaseChart : purchaseChart;
    return new Booking(chart, view, chargeFor, selling, patience);
  });
}
