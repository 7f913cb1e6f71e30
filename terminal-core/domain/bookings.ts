import type { TransactionItem } from '../../contract/wire/transaction.ts';
import type { TransactionType } from '../../contract/wire/words.ts';
import { type Cart, type CartLine, lineMinor } from './cart.ts';
import { invariant } from './invariant.ts';

/** How a customer can pay for a top-up at a till. */
export type TopUpMethod = 'cash' | 'card';

/**
 * The items of a top-up: the whole amount comes in through its channel, then the fee goes off it (R9, R10).
 * @param amountMinor gross amount, > 0
 * @param feeMinor 0 where there is no fee
 */
export function topUpItems(method: TopUpMethod, amountMinor: number, feeMinor: number): TransactionItem[] {
  const items: TransactionItem[] = [{ kind: 'topup', debit: 'customer', credit: `top-up:${method}`, amountMinor }];
  if (feeMinor > 0) items.push({ kind: 'topup-fee', debit: 'fee', credit: 'customer', amountMinor: feeMinor });
  return items;
}

/** The items of a sale: one per line; a line that lowers the total goes the other way (R11, protocol.md "Bookings"). */
export function purchaseItems(cart: Cart): TransactionItem[] {
  return cart.filter((line) => lineMinor(line) !== 0).map(purchaseItem);
}

function purchaseItem(line: CartLine): TransactionItem {
  const amountMinor = lineMinor(line);
  const merchant = `merchant:${line.merchantId}`;
  const goods = {
    ...(line.productId === null ? {} : { productId: line.productId }),
    name: line.name,
    quantity: line.quantity,
    unitPriceMinor: Math.abs(line.unitPriceMinor),
    ...(line.taxRate === null ? {} : { taxRate: line.taxRate }),
  };
  return amountMinor > 0
    ? { kind: 'purchase', debit: merchant, credit: 'customer', amountMinor, ...goods }
    : { kind: 'purchase-return', debit: 'customer', credit: merchant, amountMinor: -amountMinor, ...goods };
}

/** Leftover money goes back to the customer in cash; the fee goes off the tag as well (R6, Q15). */
export function cashRefundItems(amountMinor: number, feeMinor: number): TransactionItem[] {
  const items: TransactionItem[] = [{ kind: 'refund', debit: 'top-up:cash', credit: 'customer', amountMinor }];
  if (feeMinor > 0) items.push({ kind: 'refund-fee', debit: 'fee', credit: 'customer', amountMinor: feeMinor });
  return items;
}

/** A committed refund whose cash was not handed out goes back onto the tag (protocol.md, "Money rules" 4). */
export function refundReversalItems(amountMinor: number): TransactionItem[] {
  return [{ kind: 'refund-reversal', debit: 'customer', credit: 'top-up:cash', amountMinor }];
}

/**
 * What was sold comes back: each item the other way round (R5, Q15). What had lowered the price – a deposit paid back, a
 * discount – is paid again, as a `purchase`.
 */
export function chargebackItems(sold: readonly TransactionItem[]): TransactionItem[] {
  return sold.map((item) => ({
    ...item,
    kind: item.kind === 'purchase-return' ? 'purchase' : 'chargeback',
    debit: item.credit,
    credit: item.debit,
  }));
}

/** What the items do to the customer's account: debits − credits (R2). */
export function customerNetMinor(items: readonly TransactionItem[]): number {
  return items.reduce((net, item) => {
    if (isCustomer(item.debit)) return net + item.amountMinor;
    return isCustomer(item.credit) ? net - item.amountMinor : net;
  }, 0);
}

/** INV-01: the items come to exactly what is written to the tag; an adjustment has none, for it books nothing (Q20). */
export function assertItemsBalance(draft: {
  readonly type: TransactionType;
  readonly items: readonly TransactionItem[];
  readonly balanceDeltaMinor: number;
}): void {
  const { type, items, balanceDeltaMinor } = draft;
  const net = customerNetMinor(items);
  const isRight = type === 'TagAdjustment' ? items.length === 0 : net === balanceDeltaMinor;
  invariant('INV-01', isRight, `items come to ${net}, the tag would change by ${balanceDeltaMinor}`);
  invariant(
    'INV-01',
    items.every((item) => item.amountMinor > 0),
    'an item without an amount',
  );
}

function isCustomer(account: string): boolean {
  return account === 'customer' || account.startsWith('customer/');
}
