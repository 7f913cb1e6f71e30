import type { Fault } from '../../contract/ipc/fault.ts';
import type { ReceiptAnswer } from '../../contract/ipc/receipt.ts';
import type { AssignmentStore } from '../checkout/ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { receiptDocument } from '../receipt/document.ts';
import { receiptOf } from '../receipt/receipt.ts';
import type { Request, TillOperations } from './operations.ts';

/** What a receipt is made of; it changes nothing and may be asked for at any time, also beside a running till. */
export interface ReceiptParts {
  readonly assignments: Pick<AssignmentStore, 'assignment' | 'configuration'>;
  readonly store: Pick<TransactionStore, 'find' | 'ofGroup'>;
  readonly isTraining: boolean;
}

/** Receipts of what this till has booked. */
export function receiptOperations(till: ReceiptParts): Pick<TillOperations, 'receipt'> {
  return { receipt: (request) => Promise.resolve(receipt(till, request)) };
}

/** @returns NO_SUCH_TRANSACTION, or NO_RECEIPT where it is not committed */
export function receipt(
  { assignments, store, isTraining }: ReceiptParts,
  { terminalTransactionNumber, language, copy }: Request<'receipt'>,
): Result<ReceiptAnswer, Fault> {
  const assignment = assignments.assignment();
  if (!assignment) return failed(fault('NOT_ENROLLED'));
  const transaction = store.find(terminalTransactionNumber);
  if (!transaction) return failed(fault('NO_SUCH_TRANSACTION', { terminalTransactionNumber }));
  if (transaction.state !== 'Committed') return failed(fault('NO_RECEIPT', { terminalTransactionNumber }));
  const { assignmentId, terminalName, edition } = assignment;
  const served = servedTogether(store, transaction);
  const content = receiptOf(served, {
    ...{ assignmentId, terminalName, edition, isTraining, isCopy: copy },
    configuration: assignments.configuration()?.configuration ?? null,
  });
  return ok({ receipt: content, document: receiptDocument(content, language) });
}

/** In a canteen one tap may have paid for meals and for the rest: its receipt is one (Q50). */
function servedTogether(store: ReceiptParts['store'], transaction: TillTransaction): readonly TillTransaction[] {
  const { groupId, serving, type } = transaction;
  if (groupId === null || !serving) return [transaction];
  const served = store.ofGroup(groupId).filter((part) => part.state === 'Committed' && part.type === type);
  const isOneTag = served.every(({ tag }) => tag.uid === transaction.tag.uid);
  return isOneTag ? served : [transaction];
}
