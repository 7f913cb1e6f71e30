import type { Allergen } from '../../contract/wire/allergens.ts';
import type { Product } from '../../contract/wire/configuration.ts';
import { limits } from './limits.ts';
import { failed, ok, type Result } from './result.ts';

/** One line of a cart. A free amount has no product and always quantity 1. */
export interface CartLine {
  readonly productId: string | null;
  readonly name: string;
  readonly quantity: number;
  readonly unitPriceMinor: number;
  readonly merchantId: string;
  readonly taxRate: string | null;
  /** Credit may pay for it (R109). */
  readonly meal: boolean;
  readonly allergens: readonly Allergen[];
}

export type Cart = readonly CartLine[];
export type CartFault = 'cart-full' | 'quantity-out-of-range' | 'no-such-line';

export const emptyCart: Cart = [];

/** Adds (or with a negative quantity takes away) pieces of a product; a line that comes to 0 disappears. */
export function addProduct(cart: Cart, product: Product, quantity: number): Result<Cart, CartFault> {
  const index = cart.findIndex((line) => line.productId === product.productId);
  const present = cart[index];
  const next = (present?.quantity ?? 0) + quantity;
  if (next < 0 || next > limits.quantityMax) return failed('quantity-out-of-range');
  if (next === 0) return ok(cart.filter((_, position) => position !== index));
  if (present) return ok(cart.with(index, { ...present, quantity: next }));
  if (cart.length >= limits.cartLinesMax) return failed('cart-full');
  const { productId, name, priceMinor: unitPriceMinor, merchantId, taxRate, meal, allergens = [] } = product;
  return ok([...cart, { productId, name, quantity: next, unitPriceMinor, merchantId, taxRate, meal, allergens }]);
}

/** Adds an amount without a product, e.g. for something that is not in the catalogue. */
export function addAmount(cart: Cart, amountMinor: number, name: string, merchantId: string): Result<Cart, CartFault> {
  if (cart.length >= limits.cartLinesMax) return failed('cart-full');
  const goods = { productId: null, name, taxRate: null, meal: false, allergens: [] };
  return ok([...cart, { ...goods, quantity: 1, unitPriceMinor: amountMinor, merchantId }]);
}

/** Takes a whole line out, whatever its quantity. */
export function removeLine(cart: Cart, index: number): Result<Cart, CartFault> {
  if (cart[index] === undefined) return failed('no-such-line');
  return ok(cart.filter((_, position) => position !== index));
}

/** What a line comes to; negative for a deposit that is paid back. */
export function lineMinor(line: CartLine): number {
  return line.quantity * line.unitPriceMinor;
}

/** What the customer pays; negative when deposits taken back outweigh the goods. */
export function totalMinor(cart: Cart): number {
  return cart.reduce((sum, line) => sum + lineMinor(line), 0);
}
