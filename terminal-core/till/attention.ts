import type { AttentionItem } from '../../contract/ipc/attention.ts';
import type { CashReturnStore, OutcomeStore } from '../checkout/history-ports.ts';
import type { TransactionStore } from '../checkout/transaction-ports.ts';
import type { TillTransaction } from '../domain/transaction.ts';

export interface AttentionSources {
  readonly store: Pick<TransactionStore, 'unresolved' | 'openPayment' | 'halfPaid'>;
  readonly outcomes: Pick<OutcomeStore, 'unknownAndSent' | 'rejected'>;
  readonly cashReturns: Pick<CashReturnStore, 'awaited'>;
  /** The group of the cart that is being paid: its parts wait for their rest, and for nobody's attention. */
  readonly groupBeingPaid: string | null;
}

/** Everything that somebody has to look at, and what to do about it, from what is on the disk alone. */
export function attentionItems(sources: AttentionSources): readonly AttentionItem[] {
  const { store, outcomes, cashReturns } = sources;
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
    ...halfPaid(store, sources.groupBeingPaid).map((row) => ({
      ...itemOf(row),
      todo: 'give-part-back' as const,
      code: 'PART_PAID',
    })),
    ...outcomes.rejected().map(({ code, message, receivedAt, terminalTransactionNumber, type, amountMinor, uid }) => ({
      ...{ todo: 'ask-operator' as const, code, detail: message, at: receivedAt, sent: true },
      ...{ terminalTransactionNumber, type, amountMinor, uid },
    })),
  ];
}

/** Parts of sales that paid for nothing, but for the sale that is going on (INV-15). */
export function halfPaid(
  store: Pick<TransactionStore, 'halfPaid'>,
  groupBeingPaid: string | null,
): readonly TillTransaction[] {
  return store.halfPaid().filter(({ groupId }) => groupId !== groupBeingPaid);
}

function itemOf({ terminalTransactionNumber, type, amountMinor, tag, openedAt }: TillTransaction) {
  return { detail: null, at: openedAt, terminalTransactionNumber, type, amountMinor, uid: tag.uid, sent: false };
}
