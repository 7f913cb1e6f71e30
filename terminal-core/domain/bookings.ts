import type { TransactionItem } from '../../contract/wire/transaction.ts';
import { type Cart, type CartLine, lineMinor } from './cart.ts';
import { invariant } from './invariant.ts';

/**
 * The items of a cash top-up: the whole amount comes in, then the fee goes off it (R9, R10).
 * @param amountMinor gross amount, > 0
 * @param feeMinor 0 where there is no fee
 */
export function cashTopUpItems(amountMinor: number, feeMinor: number): TransactionItem[] {
  const items: TransactionItem[] = [{ kind: 'topup', debit: 'customer', credit: 'top-up:cash', amountMinor }];
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

/** What the items do to the customer's account: debits − credits (R2). */
export function customerNetMinor(items: readonly TransactionItem[]): number {
  return items.reduce((net, item) => {
    if (isCustomer(item.debit)) return net + item.amountMinor;
    return isCustomer(item.credit) ? net - item.amountMinor : net;
  }, 0);
}

/** INV-01: the items come to exactly what is written to the tag. */
export function assertItemsBalance(items: readonly TransactionItem[], balanceDeltaMinor: number): void {
  const net = customerNetMinor(items);
  invariant('INV-01', net === balanceDeltaMinor, `items come to ${net}, the tag would change by ${balanceDeltaMinor}`);
  invariant(
    'INV-01',
    items.every((item) => item.amountMinor > 0),
    'an item without an amount',
  );
}

function isCustomer(account: string): boolean {
  return account === 'customer' || account.startsWith('customer/');
}
