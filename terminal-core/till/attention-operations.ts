import type { Fault } from '../../contract/ipc/fault.ts';
import type { CashReturnStore, OutcomeStore } from '../checkout/history-ports.ts';
import type { Clock } from '../checkout/ports.ts';
import type { ReplicationPort } from '../checkout/replication-ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { awaitsCashReturn } from '../domain/transaction.ts';
import { attentionItems } from './attention.ts';
import { CleanupVisit } from './cleanup-visit.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import type { Request, TapRequest, TillOperations } from './operations.ts';
import { ResolveVisit } from './resolve-visit.ts';
import type { StaffDesk } from './staff-desk.ts';
import type { Occupation } from './workplace.ts';

/** What these operations need of the till, which alone begins and ends a piece of work. */
export interface AttentionOperationParts {
  readonly store: TransactionStore;
  readonly outcomes: OutcomeStore;
  readonly cashReturns: CashReturnStore;
  readonly replication: ReplicationPort;
  readonly staff: StaffDesk;
  readonly clock: Clock;
  groupBeingPaid(): string | null;
  patience(request: TapRequest): Patience;
  /** There is something new to be sent and shown. */
  onChange(): void;
  /** Works with the tag that can tell, if the till is free. */
  occupy<End>(makeWork: (desk: Desk) => Occupation<End>): Promise<Result<End, Fault>>;
}

export type AttentionOperations = Pick<TillOperations, 'attention' | 'cleanup' | 'resolve' | 'confirmCashReturned'>;

/** What needs a person's attention, and what that person can do about it on this till. */
export function attentionOperations(till: AttentionOperationParts): AttentionOperations {
  return {
    attention: () =>
      Promise.resolve(ok({ items: [...attentionItems({ ...till, groupBeingPaid: till.groupBeingPaid() })] })),
    cleanup: ({ timeoutMs }) =>
      till.occupy((desk) => new CleanupVisit(desk, till.patience({ timeoutMs, firstTagOnly: false }))),
    resolve: async (request) => {
      const { terminalTransactionNumber } = request;
      if (!till.store.find(terminalTransactionNumber))
        return failed(fault('NO_SUCH_TRANSACTION', { terminalTransactionNumber }));
      return await till.occupy(
        (desk) => new ResolveVisit(desk, till.replication, terminalTransactionNumber, till.patience(request)),
      );
    },
    confirmCashReturned: (request) => Promise.resolve(confirmCashReturned(till, request)),
  };
}

/** Said twice, it is the same as said once. */
function confirmCashReturned(
  till: AttentionOperationParts,
  { terminalTransactionNumber }: Request<'confirmCashReturned'>,
): Result<Record<string, never>, Fault> {
  const { staff, store, cashReturns } = till;
  if (staff.isLoginNeeded) return failed(fault('LOGIN_NEEDED'));
  const transaction = store.find(terminalTransactionNumber);
  if (!transaction) return failed(fault('NO_SUCH_TRANSACTION', { terminalTransactionNumber }));
  if (!awaitsCashReturn(transaction)) return failed(fault('NO_CASH_TO_RETURN', { terminalTransactionNumber }));
  if (cashReturns.isConfirmed(terminalTransactionNumber)) return ok({});
  cashReturns.confirm(transaction, staff.cashier?.cashierId ?? null, instant(till.clock));
  till.onChange();
  return ok({});
}
