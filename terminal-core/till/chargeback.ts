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
  const open = openLines(sale, store.referring(sale.terminalTransactionNumber));
  const wanted = returned ?? open.filter(({ quantity }) => quantity > 0);
  const taken = wanted.map(({ line, quantity }) => takeBack(sale, open, line, quantity));
  const items = taken.flatMap((item) => (item ? [item] : []));
  if (items.length === 0 || items.length < taken.length) return failed(fault('ALREADY_RETURNED'));
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

/** How many pieces of each line of a sale are still with the customer. */
function openLines(sale: TillTransaction, chargebacks: readonly TillTransaction[]): ReturnedLine[] {
  const back = chargebacks.flatMap((chargeback) => chargeback.items);
  return sale.items.map((item, index) => {
    const cameBack = back
      .filter((candidate) => sameGoods(candidate, item))
      .reduce((sum, candidate) => sum + (candidate.quantity ?? 1), 0);
    // A deposit that was paid back is not goods that could come back once more.
    const sold = item.kind === 'purchase' ? (item.quantity ?? 1) : 0;
    return { line: index + 1, quantity: sold - cameBack };
  });
}

function takeBack(
  sale: TillTransaction,
  open: readonly ReturnedLine[],
  line: number,
  quantity: number,
): TransactionItem | null {
  const item = sale.items[line - 1];
  const left = open[line - 1]?.quantity ?? 0;
  if (!item || quantity > left) return null;
  const sold = item.quantity ?? 1;
  return { ...item, quantity, amountMinor: (item.amountMinor / sold) * quantity };
}

/** A cart has one line a product, and a free amount is one piece: price and name tell lines apart. */
function sameGoods(a: TransactionItem, b: TransactionItem): boolean {
  return a.productId === b.productId && a.name === b.name && a.unitPriceMinor === b.unitPriceMinor;
}
