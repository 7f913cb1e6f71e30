import type { Fault } from '../../contract/ipc/fault.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import type { Product } from '../../contract/wire/configuration.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { type Basket, itemsByKind, priceMinor, toPayMinor } from '../domain/basket.ts';
import { addAmount, addProduct, type Cart, type CartFault, emptyCart, lineMinor, removeLine } from '../domain/cart.ts';
import { type Discount, discountMinor, goodsMinor } from '../domain/discount.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { isPartOfSale } from '../domain/returns.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { Staff } from './desk.ts';
import type { Request, TillOperations } from './operations.ts';

export interface CartDeskParts {
  /** As they are sold now. */
  products(): readonly Product[];
  /** To whom an amount without a product belongs. */
  merchantId(): string;
  readonly store: Pick<TransactionStore, 'ofGroup' | 'referring'>;
  newGroupId(): string;
  /** Whether somebody here may give a discount, and who confirmed it. */
  admitDiscount(): Result<Staff, Fault>;
  /** Something is going on that the cart belongs to. */
  isBusy(): boolean;
  onChange(): void;
}

export type CartOperations = Pick<
  TillOperations,
  'addToCart' | 'addAmountToCart' | 'removeFromCart' | 'clearCart' | 'setCartAside' | 'setDiscount' | 'clearDiscount'
>;

/** What another tag has paid of this cart, or may have. */
interface PaidPart {
  readonly terminalTransactionNumber: number;
  readonly uid: string;
  readonly amountMinor: number;
  /** False while nobody knows whether it was paid, or given back. */
  readonly isKnown: boolean;
}

const cartFaults: Readonly<Record<CartFault, Fault>> = {
  'cart-full': fault('AMOUNT_INVALID', { reason: 'the cart is full.' }),
  'quantity-out-of-range': fault('AMOUNT_INVALID', { reason: 'the quantity is out of range.' }),
  'no-such-line': fault('USAGE', { reason: 'the cart has no such line.' }),
};

/**
 * What is about to be sold. Lives as long as the process: nothing of it is booked before a tag is shown. What other tags
 * have paid of it is read from the books each time, so that it is never more or less than that.
 */
export class CartDesk {
  readonly operations: CartOperations;
  readonly #parts: CartDeskParts;
  #lines: Cart = emptyCart;
  #discount: Discount | null = null;
  /** The supervisor who confirmed the discount for the cashier. */
  #approvedBy: string | null = null;
  #groupId: string | null = null;

  constructor(parts: CartDeskParts) {
    this.#parts = parts;
    this.operations = {
      addToCart: ({ productId, quantity }) => Promise.resolve(this.#addProduct(productId, quantity)),
      addAmountToCart: ({ amountMinor }) =>
        Promise.resolve(this.#change(addAmount(this.#lines, amountMinor, 'Amount', parts.merchantId()))),
      removeFromCart: ({ line }) => Promise.resolve(this.#change(removeLine(this.#lines, line))),
      clearCart: () => Promise.resolve(this.#clear(this.#whyFixed())),
      setCartAside: () => Promise.resolve(this.#clear(parts.isBusy() ? fault('BUSY') : null)),
      setDiscount: (request) => Promise.resolve(this.#setDiscount(discountOf(request))),
      clearDiscount: () => Promise.resolve(this.#setDiscount(null)),
    };
  }

  get basket(): Basket {
    const partsMinor = this.#paidParts().map(({ amountMinor }) => amountMinor);
    return { lines: this.#lines, discount: this.#discount, partsMinor, groupId: this.#groupId };
  }

  /** Of the parts that other tags pay; null where none has. */
  get groupId(): string | null {
    return this.#groupId;
  }

  /** Who confirmed what this sale needed a supervisor for. */
  get approvedBy(): string | null {
    return this.#approvedBy;
  }

  /**
   * The basket as it may be paid now.
   * @returns OUTCOME_UNKNOWN while nobody knows what a tag has paid of it; EARLIER_COMMITTED where all of it was paid
   */
  payable(): Result<Basket, Fault> {
    const goods = this.#ofGroup().find((row) => row.type === 'Purchase' && !isPartOfSale(row.items) && isLive(row));
    if (goods?.state === 'Committed') {
      this.empty();
      this.#parts.onChange();
      const { terminalTransactionNumber, amountMinor } = goods;
      return failed(fault('EARLIER_COMMITTED', { terminalTransactionNumber, amountMinor }));
    }
    const isKnown = goods === undefined && this.#paidParts().every((part) => part.isKnown);
    return isKnown ? ok(this.basket) : failed(fault('OUTCOME_UNKNOWN'));
  }

  /** The same for a part that another tag is to pay: from here on the sale is a group. */
  payableInParts(): Result<Basket, Fault> {
    this.#groupId ??= this.#parts.newGroupId();
    return this.payable();
  }

  /** It is paid for. Whoever ended the sale shows what comes next. */
  empty(): void {
    this.#lines = emptyCart;
    this.#discount = null;
    this.#approvedBy = null;
    this.#groupId = null;
  }

  /** @param isCatering credit pays for meals here, which are shown apart from the rest (R109) */
  view(isCatering: boolean): TillView['cart'] {
    const { basket } = this;
    const lines = basket.lines.map((line) => {
      const { productId, name, quantity, unitPriceMinor, meal, allergens } = line;
      return {
        ...{ productId, name, quantity, unitPriceMinor, lineMinor: lineMinor(line) },
        ...(isCatering && meal ? { meal } : {}),
        ...(isCatering && allergens.length > 0 ? { allergens: [...allergens] } : {}),
      };
    });
    const discount = basket.discount && {
      rateBasisPoints: basket.discount.kind === 'rate' ? basket.discount.rateBasisPoints : null,
      amountMinor: discountMinor(basket.lines, basket.discount),
    };
    const parts = this.#paidParts().map((part) => ({ ...part }));
    const kinds = isCatering && parts.length === 0 ? kindsOf(basket) : {};
    return { lines, discount, totalMinor: priceMinor(basket), parts, toPayMinor: toPayMinor(basket), ...kinds };
  }

  #ofGroup(): readonly TillTransaction[] {
    return this.#groupId === null ? [] : this.#parts.store.ofGroup(this.#groupId);
  }

  #paidParts(): readonly PaidPart[] {
    return this.#ofGroup().flatMap((row) => {
      if (!isPartOfSale(row.items) || !isLive(row)) return [];
      const { terminalTransactionNumber, state, tag, amountMinor } = row;
      const givenBack = this.#parts.store.referring(terminalTransactionNumber);
      if (givenBack.some((chargeback) => chargeback.state === 'Committed')) return [];
      const isKnown = state === 'Committed' && givenBack.length === 0;
      return [{ terminalTransactionNumber, uid: tag.uid, amountMinor, isKnown }];
    });
  }

  #addProduct(productId: string, quantity: number): Result<Record<string, never>, Fault> {
    const product = this.#parts.products().find((candidate) => candidate.productId === productId);
    return product
      ? this.#change(addProduct(this.#lines, product, quantity))
      : failed(fault('PRODUCT_UNKNOWN', { productId }));
  }

  #change(changed: Result<Cart, CartFault>): Result<Record<string, never>, Fault> {
    if (!changed.ok) return failed(cartFaults[changed.fault]);
    const fixed = this.#whyFixed();
    if (fixed) return failed(fixed);
    if (this.#approvedBy !== null && goodsMinor(changed.value) > goodsMinor(this.#lines))
      return failed(fault('DISCOUNT_CONFIRMED'));
    this.#lines = changed.value;
    if (this.#lines.length === 0) this.empty();
    this.#parts.onChange();
    return ok({});
  }

  #clear(objection: Fault | null): Result<Record<string, never>, Fault> {
    if (objection) return failed(objection);
    this.empty();
    this.#parts.onChange();
    return ok({});
  }

  #setDiscount(discount: Discount | null): Result<Record<string, never>, Fault> {
    const fixed = this.#whyFixed();
    if (fixed) return failed(fixed);
    if (discount === null) {
      this.#discount = null;
      this.#approvedBy = null;
    } else {
      const maximumMinor = goodsMinor(this.#lines);
      if (maximumMinor === 0) return failed(fault('CART_EMPTY'));
      if (discount.kind === 'amount' && discount.amountMinor > maximumMinor)
        return failed(fault('AMOUNT_LIMIT', { amountMinor: discount.amountMinor, maximumMinor }));
      const staff = this.#parts.admitDiscount();
      if (!staff.ok) return staff;
      this.#discount = discount;
      this.#approvedBy = staff.value.approvedBy;
    }
    this.#parts.onChange();
    return ok({});
  }

  /** Why the cart may not change now. */
  #whyFixed(): Fault | null {
    if (this.#parts.isBusy()) return fault('BUSY');
    return this.#paidParts().length > 0 ? fault('PART_PAID') : null;
  }
}

/** What credit may pay for and what it may not, where there are both (R109). */
function kindsOf(basket: Basket): Pick<TillView['cart'], 'kinds'> {
  const [meals, others, ...more] = basket.lines.length > 0 ? itemsByKind(basket) : [];
  if (!meals || !others || more.length > 0) return {};
  return { kinds: { mealMinor: meals.totalMinor, otherMinor: others.totalMinor } };
}

function discountOf(request: Request<'setDiscount'>): Discount {
  return 'amountMinor' in request
    ? { kind: 'amount', amountMinor: request.amountMinor }
    : { kind: 'rate', rateBasisPoints: request.rateBasisPoints };
}

/** It has been paid, or may have been. */
function isLive({ state }: TillTransaction): boolean {
  return state === 'Committed' || state === 'TerminalConfirmUnknown';
}
