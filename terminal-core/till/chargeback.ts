import type { Fault } from '../../contract/ipc/fault.ts';
import type { Purpose } from '../../contract/ipc/till-view.ts';
import type { TransactionItem } from '../../contract/wire/transaction.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { chargebackItems, customerNetMinor } from '../domain/bookings.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { isSplitSale, linesLeft, type ReturnedLine, takeBack } from '../domain/returns.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { Charge } from './charge.ts';
import { viewOf } from './charges.ts';

type Sales = Pick<TransactionStore, 'committedOfTag' | 'committed' | 'referring' | 'ofGroup'>;

/** Where goods go back to. */
export interface ReturningDesk {
  readonly store: Sales;
  readonly assignmentId: number;
  /** Canteens: it was sold on another day or in another session (R89). */
  isTooLate(sale: TillTransaction): boolean;
}

/**
 * The charge of goods taken back (R5, Q15): offline only on the till that sold, so the sale is looked up in its own
 * database. Never more than was sold, what came back earlier included.
 * @param saleNumber null: the tag's last sale on this till
 * @param returned null: everything that has not come back yet
 */
export function chargebackCharge(
  { store, assignmentId, isTooLate }: ReturningDesk,
  uid: string,
  saleNumber: number | null,
  returned: readonly ReturnedLine[] | null,
): Result<Charge, Fault> {
  const sale = saleNumber === null ? store.committedOfTag(uid, 'Purchase', 1)[0] : store.committed(saleNumber);
  if (sale?.type !== 'Purchase' || sale.tag.uid !== uid) return failed(fault('SALE_NOT_FOUND'));
  if (isTooLate(sale)) return failed(fault('SESSION_OVER'));
  const earlier = store.referring(sale.terminalTransactionNumber);
  // What several tags paid together has no piece that belongs to one of them.
  if (isSplitSale(sale.items))
    return returned === null && earlier.length === 0 ? ok(wholeCharge(sale, assignmentId)) : nothingLeft();
  const items = takeBack(
    sale.items,
    earlier.flatMap((chargeback) => chargeback.items),
    returned,
  );
  if (!items) return nothingLeft();
  const booked = chargebackItems(items);
  return customerNetMinor(booked) > 0 ? ok(chargeOf(sale, booked, assignmentId, 'chargeback')) : nothingLeft();
}

/**
 * The charge that takes a whole sale back, as if it had not been: goods, deposits and discount (R5). Once, and only while
 * nothing of it has come back. Where several tags have paid, each gets back what it has paid itself.
 */
export function undoCharge(desk: ReturningDesk, uid: string, saleNumber: number): Result<Charge, Fault> {
  const charges = undoCharges(desk, uid, saleNumber);
  const [first] = charges.ok ? charges.value : [];
  return charges.ok ? (first ? ok(first) : nothingLeft()) : charges;
}

/** The same for everything that this tag has paid of the sale: in a canteen one tap may have paid for two transactions (Q50). */
export function undoCharges(
  { store, assignmentId, isTooLate }: ReturningDesk,
  uid: string,
  saleNumber: number,
): Result<readonly Charge[], Fault> {
  const named = store.committed(saleNumber);
  if (named?.type !== 'Purchase') return failed(fault('SALE_NOT_FOUND'));
  const paid = salePartsOf(store, named).filter(({ state, tag }) => state === 'Committed' && tag.uid === uid);
  if (paid.length === 0) return failed(fault('TAG_OTHER'));
  if (paid.some(isTooLate)) return failed(fault('SESSION_OVER'));
  const open = paid.filter(({ terminalTransactionNumber }) => store.referring(terminalTransactionNumber).length === 0);
  return open.length > 0 ? ok(open.map((sale) => wholeCharge(sale, assignmentId))) : nothingLeft();
}

/** The transactions that paid for one sale, whatever became of them: several where several tags did. */
export function salePartsOf(store: Pick<Sales, 'ofGroup'>, sale: TillTransaction): readonly TillTransaction[] {
  if (sale.groupId === null || !(isSplitSale(sale.items) || sale.serving)) return [sale];
  return store.ofGroup(sale.groupId).filter(({ type }) => type === 'Purchase');
}

/** What of a transaction may still come back: nothing unless it is a committed sale (R5). */
export function returnableLines(
  transaction: TillTransaction,
  chargebacks: readonly TillTransaction[],
): readonly ReturnedLine[] {
  if (transaction.type !== 'Purchase' || transaction.state !== 'Committed') return [];
  return linesLeft(
    transaction.items,
    chargebacks.flatMap(({ items }) => items),
  );
}

function wholeCharge(sale: TillTransaction, assignmentId: number): Charge {
  return chargeOf(sale, chargebackItems(sale.items), assignmentId, 'undo');
}

function chargeOf(
  { terminalTransactionNumber, merchantId, serving }: TillTransaction,
  items: readonly TransactionItem[],
  assignmentId: number,
  purpose: Extract<Purpose, 'chargeback' | 'undo'>,
): Charge {
  const balanceDeltaMinor = customerNetMinor(items);
  const amountMinor = Math.abs(balanceDeltaMinor);
  return {
    type: 'Chargeback',
    paymentMethod: 'tag',
    amountMinor,
    balanceDeltaMinor,
    items,
    merchantId,
    adjustmentNumber: null,
    reference: { assignmentId, terminalTransactionNumber },
    groupId: null,
    setBlocked: null,
    takesBlockedTags: false,
    reserves: false,
    takesCredit: serving?.isMeal ?? false,
    view: viewOf(purpose, amountMinor),
  };
}

function nothingLeft(): Result<never, Fault> {
  return failed(fault('ALREADY_RETURNED'));
}
