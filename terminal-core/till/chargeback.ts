import type { Fault } from '../../contract/ipc/fault.ts';
import type { TransactionItem } from '../../contract/wire/transaction.ts';
import type { TransactionStore } from '../checkout/ports.ts';
import { chargebackItems, customerNetMinor } from '../domain/bookings.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { Charge } from './charge.ts';
import { viewOf } from './charges.ts';

/** What is taken back: lines of the sale, counted from 1, and how many pieces of each. */
export interface ReturnedLine {
  readonly line: number;
  readonly quantity: number;
}

/**
 * The charge of goods taken back (R5, Q15): offline only on the till that sold, so the sale is looked up in its own
 * database. Never more than was sold, what came back earlier included.
 * @param saleNumber null: the tag's last sale on this till
 * @param returned null: everything that has not come back yet
 */
export function chargebackCharge(
  store: TransactionStore,
  assignmentId: number,
  uid: string,
  saleNumber: number | null,
  returned: readonly ReturnedLine[] | null,
): Result<Charge, Fault> {
  const sale = saleNumber === null ? store.committedOfTag(uid, 'Purchase', 1)[0] : store.committed(saleNumber);
  if (sale?.type !== 'Purchase' || sale.tag.uid !== uid) return failed(fault('SALE_NOT_FOUND'));
  const items = takeBack(sale, store.referring(sale.terminalTransactionNumber), returned);
  if (!items) return failed(fault('ALREADY_RETURNED'));
  const booked = chargebackItems(items);
  const amountMinor = customerNetMinor(booked);
  if (amountMinor <= 0) return failed(fault('ALREADY_RETURNED'));
  const { terminalTransactionNumber, merchantId } = sale;
  return ok({
    type: 'Chargeback',
    paymentMethod: 'tag',
    amountMinor,
    balanceDeltaMinor: amountMinor,
    items: booked,
    merchantId,
    adjustmentNumber: null,
    reference: { assignmentId, terminalTransactionNumber },
    groupId: null,
    setBlocked: null,
    takesBlockedTags: false,
    reserves: false,
    view: viewOf('chargeback', amountMinor),
  });
}

/** The items that come back; null where there are none, or more than the customer still has. */
function takeBack(
  sale: TillTransaction,
  chargebacks: readonly TillTransaction[],
  returned: readonly ReturnedLine[] | null,
): readonly TransactionItem[] | null {
  const left = piecesLeft(
    sale,
    chargebacks.flatMap(({ items }) => items),
  );
  const items: TransactionItem[] = [];
  for (const { line, quantity } of returned ?? everythingLeft(sale, left)) {
    const item = sale.items[line - 1];
    if (!item || quantity > leftOf(left, item)) return null;
    left.set(goodsOf(item), (left.get(goodsOf(item)) ?? 0) - quantity);
    items.push({ ...item, quantity, amountMinor: (item.amountMinor / (item.quantity ?? 1)) * quantity });
  }
  return items.length > 0 ? items : null;
}

/** What of a transaction may still come back: nothing unless it is a committed sale (R5). */
export function returnableLines(
  transaction: TillTransaction,
  chargebacks: readonly TillTransaction[],
): readonly ReturnedLine[] {
  if (transaction.type !== 'Purchase' || transaction.state !== 'Committed') return [];
  const cameBack = chargebacks.flatMap(({ items }) => items);
  return everythingLeft(transaction, piecesLeft(transaction, cameBack));
}

/** Of goods, by what tells them apart, how many pieces are still with the customer. */
type PiecesLeft = Map<string, number>;

/** A deposit that was paid back is not goods that could come back once more. */
function piecesLeft(sale: TillTransaction, cameBack: readonly TransactionItem[]): PiecesLeft {
  const left: PiecesLeft = new Map();
  const count = (item: TransactionItem, sign: 1 | -1) =>
    left.set(goodsOf(item), (left.get(goodsOf(item)) ?? 0) + sign * (item.quantity ?? 1));
  for (const item of sale.items) if (item.kind === 'purchase') count(item, 1);
  for (const item of cameBack) count(item, -1);
  return left;
}

/** What may come back of one line: never more than was sold on it, nor than is left of its goods on all lines. */
function leftOf(left: PiecesLeft, item: TransactionItem): number {
  return item.kind === 'purchase' ? Math.min(item.quantity ?? 1, left.get(goodsOf(item)) ?? 0) : 0;
}

function everythingLeft(sale: TillTransaction, left: PiecesLeft): readonly ReturnedLine[] {
  const open: PiecesLeft = new Map(left);
  return sale.items.flatMap((item, index) => {
    const quantity = leftOf(open, item);
    open.set(goodsOf(item), (open.get(goodsOf(item)) ?? 0) - quantity);
    return quantity > 0 ? [{ line: index + 1, quantity }] : [];
  });
}

/** A product is one line of its cart, but free amounts of one price are the same goods on several. */
function goodsOf({ productId, name, unitPriceMinor }: TransactionItem): string {
  return JSON.stringify([productId ?? null, name ?? null, unitPriceMinor ?? null]);
}
