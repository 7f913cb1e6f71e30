import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { Result } from '../../terminal-core/domain/result.ts';
import type { TillOperations } from '../../terminal-core/till/operations.ts';
import type { Work } from './actions.ts';
import type { Intent } from './money-model.ts';

/** How a piece of work ends, as the person at the till is told. */
export type Ended = Promise<Result<Outcome, Fault>>;

/** Asks the till for it. @returns how it ends */
export function start(operations: TillOperations, work: Work, firstTagOnly: boolean): Ended {
  const request = { firstTagOnly };
  switch (work.work) {
    case 'sell':
      return sell(operations, work, firstTagOnly);
    case 'topUp':
      return operations.topUp({ ...request, amountMinor: work.amountMinor, method: work.method });
    case 'refund':
      return operations.refund({ ...request, amountMinor: work.amountMinor });
    case 'reverseRefund':
      return operations.reverseRefund({ ...request, terminalTransactionNumber: work.number ?? 1 });
    case 'chargeback':
      return operations.chargeback({ ...request, terminalTransactionNumber: work.number, lines: null });
    case 'block':
      return operations.block({ ...request, blocked: work.blocked });
    case 'replace':
      return operations.replace({ ...request, lostUid: work.lostUid });
    case 'resolve':
      return operations.resolve({ ...request, terminalTransactionNumber: work.number });
    case 'balance':
      return operations.balance(request);
    case 'issue':
      return operations.issue(request);
    case 'repair':
      return operations.repair(request);
    case 'collect':
      return operations.collectAdjustment(request);
    case 'finishPayment':
      return operations.finishPayment(request);
    case 'voidPayment':
      return operations.voidPayment({});
  }
}

async function sell(
  operations: TillOperations,
  { amountMinor, taps, openLoop }: Extract<Work, { readonly work: 'sell' }>,
  firstTagOnly: boolean,
): Ended {
  await operations.clearCart({});
  await operations.addAmountToCart({ amountMinor });
  return operations.sell({ firstTagOnly, taps, ...(openLoop ? { openLoop: 'shortfall' } : {}) });
}

/** What may be drawn for a piece of work; nothing for one that books nothing. */
export function intentsOf(work: Work): readonly Intent[] {
  switch (work.work) {
    case 'sell':
      return [
        { type: 'Purchase', method: 'tag', amountMinor: work.amountMinor },
        ...(work.openLoop ? [{ type: 'TopUp', method: 'card', amountMinor: null } as const] : []),
      ];
    case 'topUp':
      return [{ type: 'TopUp', method: work.method, amountMinor: work.amountMinor }];
    case 'refund':
      return [{ type: 'Refund', method: 'cash', amountMinor: work.amountMinor }];
    case 'reverseRefund':
      return [{ type: 'Refund', method: 'cash', amountMinor: null }];
    case 'chargeback':
      return [{ type: 'Chargeback', method: 'tag', amountMinor: null }];
    case 'block':
      return [{ type: 'TagAdjustment', method: 'none', amountMinor: 0 }];
    case 'collect':
      return [{ type: 'TagAdjustment', method: 'none', amountMinor: null }];
    case 'finishPayment':
    case 'voidPayment':
    case 'balance':
    case 'issue':
    case 'repair':
    case 'replace':
    case 'resolve':
      return [];
  }
}
