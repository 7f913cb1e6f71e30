import type { TransactionDetails } from '../../contract/ipc/transactions.ts';
import type { HistoryStore, TransactionStore } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { returnableLines } from './chargeback.ts';
import type { TillOperations } from './operations.ts';

/** What these operations need of the till; they change nothing and may be asked at any time. */
export interface HistoryOperationParts {
  readonly history: HistoryStore;
  readonly store: Pick<TransactionStore, 'find' | 'referring'>;
}

export type HistoryOperations = Pick<TillOperations, 'transactions' | 'transaction'>;

/** What this till has done, for whoever looks back: the list, and one of it with every line and state. */
export function historyOperations({ history, store }: HistoryOperationParts): HistoryOperations {
  return {
    transactions: ({ before, limit }) => {
      // One more than asked for tells whether there is a next page.
      const found = history.before(before ?? Number.MAX_SAFE_INTEGER, limit + 1);
      return Promise.resolve(ok({ transactions: found.slice(0, limit), hasMore: found.length > limit }));
    },
    transaction: ({ terminalTransactionNumber }) => {
      const listed = history.one(terminalTransactionNumber);
      const transaction = store.find(terminalTransactionNumber);
      if (!listed || !transaction)
        return Promise.resolve(failed(fault('NO_SUCH_TRANSACTION', { terminalTransactionNumber })));
      const states = [...history.states(terminalTransactionNumber)];
      return Promise.resolve(ok({ ...listed, ...detailsOf(transaction, store), states }));
    },
  };
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
