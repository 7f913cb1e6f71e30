import type { Receipt, ReceiptLine } from '../../contract/ipc/receipt.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import { markOfProductId } from '../../contract/wire/sale-marks.ts';
import type { TransactionItem } from '../../contract/wire/transaction.ts';
import { invariant } from '../domain/invariant.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { includedTaxes } from './taxes.ts';

/** What a receipt needs besides its transaction. */
export interface ReceiptSurroundings {
  readonly assignmentId: number;
  readonly terminalName: string;
  readonly edition: { readonly name: string; readonly timeZone: string };
  /** Null before the first one was fetched: merchants and cashiers are then called by their codes. */
  readonly configuration: Configuration | null;
  readonly isTraining: boolean;
  readonly isCopy: boolean;
}

/**
 * What a receipt says of a committed transaction. The lines are seen as the customer sees them: the goods of a sale count up
 * to its price; of everything else they come to the change on the tag.
 * @param served one transaction, or all that one tap of a canteen has paid for, in the order of their numbers
 */
export function receiptOf(served: readonly TillTransaction[], surroundings: ReceiptSurroundings): Receipt {
  const transaction = asOne(served);
  const { tag, type, paymentMethod, currency, terminalTransactionNumber, balanceDeltaMinor } = transaction;
  const { total, sign } = totalOf(transaction);
  const items = transaction.items.map((item) => lineOf(item, sign));
  const further = served.slice(1).map((part) => part.terminalTransactionNumber);
  const lines = withMarksTogether(items);
  const totalMinor = sign * balanceDeltaMinor;
  const sum = lines.reduce((minor, line) => minor + line.amountMinor, 0);
  invariant(
    'INV-01',
    type === 'TagAdjustment' || sum === totalMinor,
    `a receipt's lines come to ${sum}, not ${totalMinor}`,
  );
  return {
    assignmentId: surroundings.assignmentId,
    terminalTransactionNumber,
    ...(further.length > 0 ? { furtherNumbers: further } : {}),
    terminalName: surroundings.terminalName,
    editionName: surroundings.edition.name,
    merchantNames: [...merchantNames(transaction, surroundings.configuration)],
    ...{ type, paymentMethod, currency },
    timeZone: surroundings.edition.timeZone,
    at: transaction.endedAt ?? transaction.openedAt,
    ...{ lines, total, totalMinor },
    taxes: [...includedTaxes(items)],
    paidMinor: isPaidOutsideTheTag(transaction) ? transaction.amountMinor : null,
    tag: {
      uid: tag.uid,
      transactionNumber: tag.transactionNumber,
      balanceBeforeMinor: tag.balanceBeforeMinor,
      balanceAfterMinor: tag.balanceAfterMinor,
    },
    cashierName: cashierName(transaction.cashierId, surroundings.configuration),
    reference: transaction.reference && { ...transaction.reference },
    training: surroundings.isTraining,
    copy: surroundings.isCopy,
  };
}

/** What one tap has paid for, from the balance before to the balance after. */
function asOne(served: readonly TillTransaction[]): TillTransaction {
  const [first] = served;
  const last = served.at(-1);
  invariant('INV-08', first !== undefined && last !== undefined, 'a receipt of nothing');
  if (first === last) return first;
  const balanceDeltaMinor = served.reduce((sum, part) => sum + part.balanceDeltaMinor, 0);
  return {
    ...first,
    items: served.flatMap(({ items }) => items),
    tag: { ...first.tag, balanceAfterMinor: last.tag.balanceAfterMinor },
    balanceDeltaMinor,
    amountMinor: Math.abs(balanceDeltaMinor),
  };
}

/** A refund that was taken back moves no cash: that is the point of it. */
function isPaidOutsideTheTag({ type, paymentMethod, balanceDeltaMinor }: TillTransaction): boolean {
  if (type === 'Refund' && balanceDeltaMinor > 0) return false;
  return (type === 'TopUp' || type === 'Refund') && (paymentMethod === 'cash' || paymentMethod === 'card');
}

/** `sign` turns a change of the tag's balance into the sum that is shown. */
function totalOf({ type, balanceDeltaMinor }: TillTransaction): Pick<Receipt, 'total'> & { readonly sign: 1 | -1 } {
  if (type === 'Purchase') return { total: balanceDeltaMinor > 0 ? 'to-customer' : 'price', sign: -1 };
  return balanceDeltaMinor < 0 ? { total: 'off-tag', sign: -1 } : { total: 'onto-tag', sign: 1 };
}

function lineOf(item: TransactionItem, sign: 1 | -1): ReceiptLine {
  const mark = markOfProductId(item.productId);
  const isToCustomer = item.debit === 'customer' || item.debit.startsWith('customer/');
  return {
    kind: item.kind,
    // A free amount and a mark have no name of their own: what they are is said in the language of the receipt.
    name: item.productId === undefined || mark !== null ? null : (item.name ?? item.productId),
    mark: mark?.kind ?? null,
    discountBasisPoints: mark?.kind === 'discount' ? mark.rateBasisPoints : null,
    quantity: item.quantity ?? 1,
    unitPriceMinor: item.unitPriceMinor ?? null,
    amountMinor: (isToCustomer ? sign : -sign) * item.amountMinor,
    taxRate: item.taxRate ?? null,
  };
}

/** A discount is booked for each merchant and each rate of tax; to the customer it is one. */
function withMarksTogether(items: readonly ReceiptLine[]): ReceiptLine[] {
  const lines: ReceiptLine[] = [];
  for (const item of items) {
    const at = item.mark === null ? -1 : lines.findIndex(({ mark, kind }) => mark === item.mark && kind === item.kind);
    const same = lines[at];
    if (same === undefined) lines.push(item.mark === null ? item : { ...item, unitPriceMinor: null, taxRate: null });
    else lines[at] = { ...same, amountMinor: same.amountMinor + item.amountMinor };
  }
  return lines;
}

const merchantPrefix = 'merchant:';

/** Whose goods they are, in the order of the lines: a cart may hold several merchants' goods. */
function merchantNames({ items }: TillTransaction, configuration: Configuration | null): ReadonlySet<string> {
  const accounts = items.flatMap(({ debit, credit }) => [debit, credit]);
  const ids = accounts
    .filter((name) => name.startsWith(merchantPrefix))
    .map((name) => name.slice(merchantPrefix.length));
  return new Set(ids.map((id) => configuration?.merchants.find(({ merchantId }) => merchantId === id)?.name ?? id));
}

function cashierName(cashierId: string | null, configuration: Configuration | null): string | null {
  if (cashierId === null) return null;
  return configuration?.cashiers.find((cashier) => cashier.cashierId === cashierId)?.name ?? cashierId;
}
