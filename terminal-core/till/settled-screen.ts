import { allFaultCodes } from '../../contract/ipc/fault.ts';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { fault } from '../domain/fault.ts';
import { awaitsCashReturn, type TillTransaction } from '../domain/transaction.ts';
import { tagView } from './step-parts.ts';

type UnknownScreen = Extract<ScreenView, { screen: 'unknown' }>;

/**
 * What a cashier who still looks at `unknown` sees when its tag or the backend knew the outcome; null while it is not known.
 * @param until when `done` disappears by itself
 */
export function settledScreen(shown: UnknownScreen, transaction: TillTransaction, until: string): ScreenView | null {
  const { terminalTransactionNumber, tag, setBlocked, amountMinor } = transaction;
  const { charge } = shown;
  switch (transaction.state) {
    case 'Committed': {
      const now = { ...tag, balanceMinor: tag.balanceAfterMinor, blocked: setBlocked ?? false };
      const balanceBeforeMinor = tag.balanceBeforeMinor;
      return {
        screen: 'done',
        charge,
        terminalTransactionNumber,
        balanceBeforeMinor,
        tag: tagView(tag.uid, now),
        until,
      };
    }
    case 'Aborted': {
      const cash = awaitsCashReturn(transaction) ? { cashToReturnMinor: amountMinor } : {};
      const refused = { screen: 'refused', charge, terminalTransactionNumber, balanceMinor: null } as const;
      // Why it ended is the row's to say: its tag may have shown it, or nobody but the backend knows.
      const code = allFaultCodes.find((known) => known === transaction.abortReason) ?? 'INTERRUPTED';
      return { ...refused, fault: fault(code), ...cash };
    }
    case 'Open':
    case 'TerminalConfirmStarted':
    case 'TerminalConfirmUnknown':
      return null;
  }
}
