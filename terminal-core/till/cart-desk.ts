import type { Fault } from '../../contract/ipc/fault.ts';
import type { Product } from '../../contract/wire/configuration.ts';
import { addAmount, addProduct, type Cart, type CartFault, emptyCart, removeLine } from '../domain/cart.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillOperations } from './operations.ts';

export interface CartDeskParts {
  /** As they are sold now. */
  products(): readonly Product[];
  /** To whom an amount without a product belongs. */
  merchantId(): string;
  /** Something is going on that the cart belongs to. */
  isBusy(): boolean;
  onChange(): void;
}

export type CartOperations = Pick<TillOperations, 'addToCart' | 'addAmountToCart' | 'removeFromCart' | 'clearCart'>;

const cartFaults: Readonly<Record<CartFault, Fault>> = {
  'cart-full': fault('AMOUNT_INVALID', { reason: 'the cart is full.' }),
  'quantity-out-of-range': fault('AMOUNT_INVALID', { reason: 'the quantity is out of range.' }),
  'no-such-line': fault('USAGE', { reason: 'the cart has no such line.' }),
};

/** What is about to be sold. Lives as long as the process: nothing of it is booked before a tag is shown. */
export class CartDesk {
  readonly operations: CartOperations;
  readonly #parts: CartDeskParts;
  #cart: Cart = emptyCart;

  constructor(parts: CartDeskParts) {
    this.#parts = parts;
    this.operations = {
      addToCart: ({ productId, quantity }) => Promise.resolve(this.#addProduct(productId, quantity)),
      addAmountToCart: ({ amountMinor }) =>
        Promise.resolve(this.#change(addAmount(this.#cart, amountMinor, 'Amount', parts.merchantId()))),
      removeFromCart: ({ line }) => Promise.resolve(this.#change(removeLine(this.#cart, line))),
      clearCart: () => Promise.resolve(this.#change(ok(emptyCart))),
    };
  }

  get cart(): Cart {
    return this.#cart;
  }

  /** It is paid for. Whoever ended the sale shows what comes next. */
  empty(): void {
    this.#cart = emptyCart;
  }

  #addProduct(productId: string, quantity: number): Result<Record<string, never>, Fault> {
    const product = this.#parts.products().find((candidate) => candidate.productId === productId);
    return product
      ? this.#change(addProduct(this.#cart, product, quantity))
      : failed(fault('PRODUCT_UNKNOWN', { productId }));
  }

  #change(changed: Result<Cart, CartFault>): Result<Record<string, never>, Fault> {
    if (!changed.ok) return failed(cartFaults[changed.fault]);
    if (this.#parts.isBusy()) return failed(fault('BUSY'));
    this.#cart = changed.value;
    this.#parts.onChange();
    return ok({});
  }
}
