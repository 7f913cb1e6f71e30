import { type Cart, lineMinor } from './cart.ts';

/** What is taken off the price of goods: a part of it in hundredths of a percent, or an amount. */
export type Discount =
  | { readonly kind: 'rate'; readonly rateBasisPoints: number }
  | { readonly kind: 'amount'; readonly amountMinor: number };

/** What a discount may be taken off: goods, but never what is paid out for deposits. */
export function goodsMinor(cart: Cart): number {
  return cart.reduce((sum, line) => sum + Math.max(0, lineMinor(line)), 0);
}

/** What a discount comes to, rounded half up to a minor unit; never more than the goods cost. */
export function discountMinor(cart: Cart, discount: Discount | null): number {
  if (discount === null) return 0;
  const goods = goodsMinor(cart);
  if (discount.kind === 'amount') return Math.min(discount.amountMinor, goods);
  return Number((BigInt(goods) * BigInt(discount.rateBasisPoints) + 5_000n) / 10_000n);
}
