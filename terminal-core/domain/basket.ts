import { productIdOfMark, type SaleMark } from '../../contract/wire/sale-marks.ts';
import type { TransactionItem } from '../../contract/wire/transaction.ts';
import { customerNetMinor, purchaseItems } from './bookings.ts';
import { type Cart, type CartLine, lineMinor, totalMinor } from './cart.ts';
import { type Discount, discountMinor } from './discount.ts';
import { sharesOf } from './shares.ts';

/** What is sold, what is taken off it, and what other tags have paid of it already. */
export interface Basket {
  readonly lines: Cart;
  readonly discount: Discount | null;
  /** What each other tag has paid, in the order they did. */
  readonly partsMinor: readonly number[];
  /** What all transactions of a sale carry that several tags pay; null while one tag is to pay it all. */
  readonly groupId: string | null;
}

/** What of a price belongs together: an item has one account and one rate of tax. */
interface PriceGroup {
  readonly merchantId: string;
  readonly taxRate: string | null;
  readonly lines: readonly CartLine[];
}

/** The price, less the discount; negative where deposits taken back outweigh the goods. */
export function priceMinor({ lines, discount }: Pick<Basket, 'lines' | 'discount'>): number {
  return totalMinor(lines) - discountMinor(lines, discount);
}

/** What is left to be paid. */
export function toPayMinor(basket: Basket): number {
  return priceMinor(basket) - sum(basket.partsMinor);
}

/**
 * The items of a sale: its goods, its discount and what other tags have paid, each of the latter dealt out to the merchants
 * and rates of tax it comes from, so that both are right to the last minor unit.
 */
export function saleItems(basket: Basket): TransactionItem[] {
  const groups = groupsOf(basket.lines);
  const discounts = discountShares(basket, groups);
  const parts = partShares(basket, groups, discounts);
  return [
    ...goodsItems(basket, groups, discounts),
    ...groups.flatMap((group, at) => reduction(group, parts[at] ?? 0, { kind: 'part-payment' })),
  ];
}

/** What of a canteen's sale is one transaction: meals, or what credit may not pay for. */
export interface SoldItems {
  readonly isMeal: boolean;
  /** Negative where the customer is paid. */
  readonly totalMinor: number;
  readonly items: readonly TransactionItem[];
}

/**
 * The items of a canteen's sale, meals first and apart from the rest (R109, Q50), with the discount dealt out over both:
 * together they are the price. Of two kinds one that comes to nothing is booked with the other.
 */
export function itemsByKind(basket: Basket): readonly SoldItems[] {
  const { lines, discount } = basket;
  const meals = lines.filter(({ meal }) => meal);
  const others = lines.filter(({ meal }) => !meal);
  const ofMeals = groupsOf(meals);
  const ofOthers = groupsOf(others);
  const discounts = discountShares(basket, [...ofMeals, ...ofOthers]);
  const kinds = [
    soldItems(true, goodsItems({ lines: meals, discount }, ofMeals, discounts.slice(0, ofMeals.length))),
    soldItems(false, goodsItems({ lines: others, discount }, ofOthers, discounts.slice(ofMeals.length))),
  ];
  const worth = kinds.filter(({ totalMinor }) => totalMinor !== 0);
  if (worth.length > 1) return worth;
  const items = kinds.flatMap((kind) => kind.items);
  return [soldItems(worth[0]?.isMeal ?? false, items)];
}

function soldItems(areMeals: boolean, items: readonly TransactionItem[]): SoldItems {
  const totalMinor = 0 - customerNetMinor(items);
  return { isMeal: areMeals && totalMinor > 0, totalMinor, items };
}

function goodsItems(
  { lines, discount }: Pick<Basket, 'lines' | 'discount'>,
  groups: readonly PriceGroup[],
  discounts: readonly number[],
): TransactionItem[] {
  const rateBasisPoints = discount?.kind === 'rate' ? discount.rateBasisPoints : null;
  return [
    ...purchaseItems(lines),
    ...groups.flatMap((group, at) => reduction(group, discounts[at] ?? 0, { kind: 'discount', rateBasisPoints })),
  ];
}

/**
 * The items of a part of the price that another tag pays first: no goods, but the merchants and rates of tax of the whole.
 * @param amountMinor > 0 and less than what is left to be paid
 */
export function partPaymentItems(basket: Basket, amountMinor: number): TransactionItem[] {
  const groups = groupsOf(basket.lines);
  const discounts = discountShares(basket, groups);
  const before = partShares(basket, groups, discounts);
  const after = partShares({ ...basket, partsMinor: [...basket.partsMinor, amountMinor] }, groups, discounts);
  const mark: SaleMark = { kind: 'part-payment' };
  return groups.flatMap((group, at) => {
    const shareMinor = (after[at] ?? 0) - (before[at] ?? 0);
    if (shareMinor === 0) return [];
    const sides = { debit: `merchant:${group.merchantId}`, credit: 'customer' };
    return [{ kind: 'purchase' as const, ...sides, ...markedLine(group, shareMinor, mark) }];
  });
}

function groupsOf(lines: Cart): readonly PriceGroup[] {
  const groups = new Map<string, PriceGroup>();
  for (const line of lines) {
    const { merchantId, taxRate } = line;
    const key = JSON.stringify([merchantId, taxRate]);
    const known = groups.get(key) ?? { merchantId, taxRate, lines: [] };
    groups.set(key, { ...known, lines: [...known.lines, line] });
  }
  return [...groups.values()];
}

function discountShares({ lines, discount }: Basket, groups: readonly PriceGroup[]): readonly number[] {
  const weights = groups.map((group) => sum(group.lines.map((line) => Math.max(0, lineMinor(line)))));
  return sharesOf(discountMinor(lines, discount), weights);
}

/** Together, of all parts that were paid: each is dealt out to what the ones before it have left. */
function partShares(
  { partsMinor }: Pick<Basket, 'partsMinor'>,
  groups: readonly PriceGroup[],
  discounts: readonly number[],
): readonly number[] {
  const prices = groups.map((group, at) => Math.max(0, sum(group.lines.map(lineMinor)) - (discounts[at] ?? 0)));
  return partsMinor.reduce<readonly number[]>(
    (paid, partMinor) => {
      const open = prices.map((price, at) => price - (paid[at] ?? 0));
      return sharesOf(partMinor, open).map((share, at) => (paid[at] ?? 0) + share);
    },
    prices.map(() => 0),
  );
}

function reduction(group: PriceGroup, shareMinor: number, mark: SaleMark): TransactionItem[] {
  if (shareMinor === 0) return [];
  const sides = { debit: 'customer', credit: `merchant:${group.merchantId}` };
  return [{ kind: 'purchase-return', ...sides, ...markedLine(group, shareMinor, mark) }];
}

function markedLine({ taxRate }: PriceGroup, amountMinor: number, mark: SaleMark) {
  const productId = productIdOfMark(mark);
  const goods = { productId, name: nameOfMark(mark), quantity: 1, unitPriceMinor: amountMinor };
  return { amountMinor, ...goods, ...(taxRate === null ? {} : { taxRate }) };
}

/** In English, for whoever reads the books; screens and receipts name it by its mark. */
function nameOfMark(mark: SaleMark): string {
  if (mark.kind === 'part-payment') return 'Part payment';
  return mark.rateBasisPoints === null ? 'Discount' : `Discount ${mark.rateBasisPoints / 100} %`;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
