import type { SalePart, TransactionDetails } from '../../contract/ipc/transactions.ts';
import type { HistoryStore } from '../checkout/history-ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { returnableLines, salePartsOf } from './chargeback.ts';
import type { TillOperations } from './operations.ts';

/** What these operations need of the till; they change nothing and may be asked at any time. */
export interface HistoryOperationParts {
  readonly history: HistoryStore;
  readonly store: Pick<TransactionStore, 'find' | 'referring' | 'ofGroup'>;
}

export type HistoryOperations = Pick<TillOperations, 'transactions' | 'transaction' | 'lastSale'>;

/** What this till has done, for whoever looks back: the list, and one of it with every line and state. */
export function historyOperations(parts: HistoryOperationParts): HistoryOperations {
  const { history } = parts;
  return {
    transactions: ({ before, limit }) => {
      // One more than asked for tells whether there is a next page.
      const found = history.before(before ?? Number.MAX_SAFE_INTEGER, limit + 1);
      return Promise.resolve(ok({ transactions: found.slice(0, limit), hasMore: found.length > limit }));
    },
    transaction: ({ terminalTransactionNumber }) => {
      const found = detailed(parts, terminalTransactionNumber);
      return Promise.resolve(found ? ok(found) : failed(fault('NO_SUCH_TRANSACTION', { terminalTransactionNumber })));
    },
    lastSale: () => Promise.resolve(ok({ parts: lastSaleParts(parts) })),
  };
}

function detailed(
  { history, store }: HistoryOperationParts,
  terminalTransactionNumber: number,
): TransactionDetails | null {
  const listed = history.one(terminalTransactionNumber);
  const transaction = store.find(terminalTransactionNumber);
  if (!listed || !transaction) return null;
  return { ...listed, ...detailsOf(transaction, store), states: [...history.states(terminalTransactionNumber)] };
}

/** Of the last sale what each tag has paid, or may have. */
function lastSaleParts(parts: HistoryOperationParts): SalePart[] {
  const { history, store } = parts;
  const number = history.lastSaleNumber();
  const sale = number === null ? null : store.find(number);
  if (!sale) return [];
  return salePartsOf(store, sale).flatMap((part) => {
    const details = part.state === 'Aborted' ? null : detailed(parts, part.terminalTransactionNumber);
    return details ? [{ ...details, undo: undoOf(part, store) }] : [];
  });
}

function undoOf(part: TillTransaction, store: HistoryOperationParts['store']): SalePart['undo'] {
  const cameBack = store.referring(part.terminalTransactionNumber);
  if (cameBack.some(({ state }) => state === 'Committed')) return 'returned';
  return part.state === 'Committed' && cameBack.length === 0 ? 'possible' : 'unknown';
}

function detailsOf(
  transaction: TillTransaction,
  store: HistoryOperationParts['store'],
): Omit<TransactionDetails, 'states' | keyof ReturnType<HistoryStore['before']>[number]> {
  const { tag, items, merchantId, cashierId, approvedBy, groupId } = transaction;
  const returnable = new Map(
    returnableLines(transaction, store.referring(transaction.terminalTransactionNumber)).map((returned) => [
      returned.line,
      returned.quantity,
    ]),
  );
  return {
    ...{ merchantId, cashierId, approvedBy, groupId },
    balanceBeforeMinor: tag.balanceBeforeMinor,
    balanceAfterMinor: transaction.state === 'Aborted' ? tag.balanceBeforeMinor : tag.balanceAfterMinor,
    lines: items.map(({ kind, name, productId, quantity, amountMinor }, index) => ({
      ...{ line: index + 1, kind, name: name ?? null, productId: productId ?? null, amountMinor },
      quantity: quantity ?? 1,
      returnableQuantity: returnable.get(index + 1) ?? 0,
    })),
  };
}
