import type { AttentionItem } from '../../contract/ipc/attention.ts';
import type { CashReturnStore, OutcomeStore, TransactionStore } from '../checkout/ports.ts';
import type { TillTransaction } from '../domain/transaction.ts';

export interface AttentionSources {
  readonly store: Pick<TransactionStore, 'unresolved' | 'openPayment'>;
  readonly outcomes: Pick<OutcomeStore, 'unknownAndSent' | 'rejected'>;
  readonly cashReturns: Pick<CashReturnStore, 'awaited'>;
}

/** Everything that somebody has to look at, and what to do about it, from what is on the disk alone. */
export function attentionItems({ store, outcomes, cashReturns }: AttentionSources): readonly AttentionItem[] {
  const sent = new Set(outcomes.unknownAndSent().map(({ terminalTransactionNumber }) => terminalTransactionNumber));
  const unknown = store.unresolved(null).filter(({ state }) => state === 'TerminalConfirmUnknown');
  const payment = store.openPayment();
  return [
    ...unknown.map((row) => ({
      ...itemOf(row),
      todo: 'show-tag' as const,
      code: 'OUTCOME_UNKNOWN',
      sent: sent.has(row.terminalTransactionNumber),
    })),
    ...(payment ? [{ ...itemOf(payment), todo: 'finish-payment' as const, code: 'PAYMENT_OPEN' }] : []),
    ...cashReturns.awaited().map((row) => ({
      ...itemOf(row),
      todo: 'give-cash-back' as const,
      code: row.abortReason ?? 'INTERRUPTED',
      at: row.endedAt ?? row.openedAt,
    })),
    ...outcomes.rejected().map(({ code, message, receivedAt, terminalTransactionNumber, type, amountMinor, uid }) => ({
      ...{ todo: 'ask-operator' as const, code, detail: message, at: receivedAt, sent: true },
      ...{ terminalTransactionNumber, type, amountMinor, uid },
    })),
  ];
}

function itemOf({ terminalTransactionNumber, type, amountMinor, tag, openedAt }: TillTransaction) {
  return { detail: null, at: openedAt, terminalTransactionNumber, type, amountMinor, uid: tag.uid, sent: false };
}
