import type { Fault } from '../../contract/ipc/fault.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import { denyAmount } from '../domain/admission.ts';
import { cashTopUpItems, purchaseItems } from '../domain/bookings.ts';
import { type Cart, totalMinor } from '../domain/cart.ts';
import { fault } from '../domain/fault.ts';
import { feeMinor as feeOf } from '../domain/fees.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Charge } from './booking.ts';

/** The charge of a cart (R11). A cart whose deposits outweigh its goods needs the chargeback's rights and is refused. */
export function saleCharge(cart: Cart, configuration: Configuration, merchantId: string): Result<Charge, Fault> {
  if (cart.length === 0) return failed(fault('CART_EMPTY'));
  const amountMinor = totalMinor(cart);
  if (amountMinor <= 0) return failed(fault('AMOUNT_INVALID', { reason: 'a sale must come to more than nothing.' }));
  return checked(configuration, {
    type: 'Purchase',
    paymentMethod: 'tag',
    amountMinor,
    balanceDeltaMinor: -amountMinor,
    items: purchaseItems(cart),
    merchantId,
    view: { purpose: 'sale', amountMinor, feeMinor: 0 },
  });
}

/** The charge of a cash top-up: what is paid in, less the fee, is on the tag afterwards (R9, R10). */
export function cashTopUpCharge(amountMinor: number, configuration: Configuration): Result<Charge, Fault> {
  const feeMinor = feeOf(configuration.fees.topUp, amountMinor);
  return checked(configuration, {
    type: 'TopUp',
    paymentMethod: 'cash',
    amountMinor,
    balanceDeltaMinor: amountMinor - feeMinor,
    items: cashTopUpItems(amountMinor, feeMinor),
    merchantId: null,
    view: { purpose: 'top-up', amountMinor, feeMinor },
  });
}

function checked(configuration: Configuration, charge: Charge): Result<Charge, Fault> {
  const { type, amountMinor, view } = charge;
  const denial = denyAmount({ type, amountMinor, feeMinor: view.feeMinor }, configuration.limits);
  return denial ? failed(fault(denial.code, denial.details)) : ok(charge);
}
