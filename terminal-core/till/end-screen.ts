import type { ChargeView, ScreenView } from '../../contract/ipc/till-view.ts';
import { awaitsCashReturn } from '../domain/transaction.ts';
import { openPaymentView } from './open-payment.ts';
import { tagView } from './step-parts.ts';
import type { WorkEnd } from './work.ts';

/**
 * What the cashier sees when a piece of work has ended; null: straight back to the idle screen, because the cashier
 * ended it and knows.
 * @param until when `done` disappears by itself
 */
export function endScreen(charge: ChargeView, end: WorkEnd, until: string): ScreenView | null {
  const terminalTransactionNumber = end.transaction?.terminalTransactionNumber ?? null;
  const cash = end.transaction && awaitsCashReturn(end.transaction) ? end.transaction.amountMinor : null;
  switch (end.result) {
    case 'done':
    case 'committed':
      if (!end.uid || !end.after) return null;
      return {
        screen: 'done',
        charge,
        terminalTransactionNumber,
        balanceBeforeMinor: end.before?.balanceMinor ?? null,
        tag: tagView(end.uid, end.after),
        until,
        ...(end.account ? { account: end.account } : {}),
        ...(end.saleParts ? { saleParts: [...end.saleParts] } : {}),
      };
    case 'aborted':
    case 'refused':
      if (!end.fault || (end.fault.code === 'CANCELLED' && cash === null)) return null;
      return {
        screen: 'refused',
        charge,
        terminalTransactionNumber,
        fault: end.fault,
        balanceMinor: end.before?.balanceMinor ?? null,
        ...(cash === null ? {} : { cashToReturnMinor: cash }),
        ...(end.account ? { account: end.account } : {}),
      };
    case 'payment-open':
      if (!end.transaction) return null;
      return { screen: 'payment-open', charge, payment: openPaymentView(end.transaction) };
    case 'unknown':
      if (terminalTransactionNumber === null) return null;
      return { screen: 'unknown', charge, terminalTransactionNumber, uid: end.uid ?? '' };
  }
}
