import { markOfProductId } from '../../contract/wire/sale-marks.ts';
import type { TransactionItem } from '../../contract/wire/transaction.ts';

/** Lines of a sale, counted from 1, and how many pieces of each. */
export interface ReturnedLine {
  readonly line: number;
  readonly quantity: number;
}

/** A part of a sale that several tags pay: what it was for is on one of them, so it only comes back as a whole. */
export function isSplitSale(items: readonly TransactionItem[]): boolean {
  return items.some(isPartPayment);
}

/** A tag's part of a sale whose goods another tag takes. */
export function isPartOfSale(items: readonly TransactionItem[]): boolean {
  return items.some((item) => item.kind === 'purchase' && isPartPayment(item));
}

/**
 * The items of a sale that come back, with the discount they had: never more than the customer still has.
 * @param cameBack items of earlier chargebacks of this sale
 * @param returned null: every piece that has not come back yet
 * @returns null where there are none, or more than are left
 */
export function takeBack(
  sold: readonly TransactionItem[],
  cameBack: readonly TransactionItem[],
  returned: readonly ReturnedLine[] | null,
): readonly TransactionItem[] | null {
  const left = piecesLeft(sold, cameBack);
  const items: TransactionItem[] = [];
  for (const { line, quantity } of returned ?? everythingLeft(sold, left)) {
    const item = sold[line - 1];
    if (!item || quantity > leftOf(left, item)) return null;
    left.set(goodsOf(item), (left.get(goodsOf(item)) ?? 0) - quantity);
    items.push({ ...item, quantity, amountMinor: (item.amountMinor / (item.quantity ?? 1)) * quantity });
  }
  return items.length > 0 ? [...items, ...discountsOf(sold, cameBack, items)] : null;
}

/** What of a sale may still come back piece by piece. */
export function linesLeft(
  sold: readonly TransactionItem[],
  cameBack: readonly TransactionItem[],
): readonly ReturnedLine[] {
  return isSplitSale(sold) ? [] : everythingLeft(sold, piecesLeft(sold, cameBack));
}

/** Of goods, by what tells them apart, how many pieces are still with the customer. */
type PiecesLeft = Map<string, number>;

/** A deposit that was paid back is not goods that could come back once more. */
function piecesLeft(sold: readonly TransactionItem[], cameBack: readonly TransactionItem[]): PiecesLeft {
  const left: PiecesLeft = new Map();
  const count = (item: TransactionItem, sign: 1 | -1) =>
    left.set(goodsOf(item), (left.get(goodsOf(item)) ?? 0) + sign * (item.quantity ?? 1));
  for (const item of sold) if (item.kind === 'purchase') count(item, 1);
  for (const item of cameBack) if (item.kind === 'chargeback') count(item, -1);
  return left;
}

/** What may come back of one line: never more than was sold on it, nor than is left of its goods on all lines. */
function leftOf(left: PiecesLeft, item: TransactionItem): number {
  return item.kind === 'purchase' ? Math.min(item.quantity ?? 1, left.get(goodsOf(item)) ?? 0) : 0;
}

function everythingLeft(sold: readonly TransactionItem[], left: PiecesLeft): readonly ReturnedLine[] {
  const open: PiecesLeft = new Map(left);
  return sold.flatMap((item, index) => {
    const quantity = leftOf(open, item);
    open.set(goodsOf(item), (open.get(goodsOf(item)) ?? 0) - quantity);
    return quantity > 0 ? [{ line: index + 1, quantity }] : [];
  });
}

/**
 * What of the discount goes with the goods that come back: as much as they are of the goods it was taken off, rounded so
 * that with the last piece all of it is gone.
 */
function discountsOf(
  sold: readonly TransactionItem[],
  cameBack: readonly TransactionItem[],
  returning: readonly TransactionItem[],
): readonly TransactionItem[] {
  return sold.filter(isDiscount).flatMap((discount) => {
    const ofGroup = (item: TransactionItem) => belongsTo(item, discount);
    const goods = amountOf(sold.filter((item) => item.kind === 'purchase' && ofGroup(item)));
    const back = amountOf(cameBack.filter((item) => item.kind === 'chargeback' && ofGroup(item)));
    const gone = amountOf(
      cameBack.filter((item) => item.kind === 'purchase' && ofGroup(item) && hasDiscountMark(item)),
    );
    const after = BigInt(back + amountOf(returning.filter(ofGroup)));
    const amountMinor = Number((BigInt(discount.amountMinor) * after) / BigInt(goods)) - gone;
    return amountMinor > 0 ? [{ ...discount, amountMinor, unitPriceMinor: amountMinor }] : [];
  });
}

/** Whether a discount was taken off this item: of its merchant and its rate of tax. */
function belongsTo(item: TransactionItem, discount: TransactionItem): boolean {
  const merchants = [item.debit, item.credit];
  return merchants.includes(discount.credit) && item.taxRate === discount.taxRate;
}

function isDiscount(item: TransactionItem): boolean {
  return item.kind === 'purchase-return' && hasDiscountMark(item);
}

function hasDiscountMark({ productId }: TransactionItem): boolean {
  return markOfProductId(productId)?.kind === 'discount';
}

function isPartPayment({ productId }: TransactionItem): boolean {
  return markOfProductId(productId)?.kind === 'part-payment';
}

function amountOf(items: readonly TransactionItem[]): number {
  return items.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

/** A product is one line of its cart, but free amounts of one price are the same goods on several. */
function goodsOf({ productId, name, unitPriceMinor }: TransactionItem): string {
  return JSON.stringify([productId ?? null, name ?? null, unitPriceMinor ?? null]);
}
