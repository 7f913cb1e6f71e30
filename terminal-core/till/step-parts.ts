import type { Step, StepEvent } from '../../contract/ipc/step.ts';
import type { TagView } from '../../contract/ipc/till-view.ts';
import type { ReplicableState } from '../../contract/wire/words.ts';
import { awaitsCashReturn, type TillTransaction } from '../domain/transaction.ts';
import type { ShownTag } from './work.ts';

/** A transaction as a step tells of it. */
export function stepTransaction(transaction: TillTransaction): NonNullable<Step['transaction']> {
  const { terminalTransactionNumber, type, state, amountMinor, balanceDeltaMinor } = transaction;
  return { terminalTransactionNumber, type, state, amountMinor, balanceDeltaMinor };
}

/** A tag as a step tells of it. */
export function stepTag(uid: string, shown: ShownTag): NonNullable<Step['tag']> {
  const { generation, transactionNumber, balanceMinor } = shown;
  return { uid, generation, transactionNumber, balanceMinor };
}

/** A tag as a screen shows it. */
export function tagView(uid: string, shown: ShownTag): TagView {
  return { ...stepTag(uid, shown), blocked: shown.blocked };
}

/** Detail of a step: what the customer of an aborted cash top-up gets back (money rule 4). */
export function cashToReturn(transaction: TillTransaction): { readonly cashToReturnMinor?: number } {
  return awaitsCashReturn(transaction) ? { cashToReturnMinor: transaction.amountMinor } : {};
}

/** The step that tells how a transaction ended. */
export const endEvents = {
  Committed: 'transactionCommitted',
  Aborted: 'transactionAborted',
  TerminalConfirmUnknown: 'transactionUnknown',
} as const satisfies Record<ReplicableState, StepEvent>;
