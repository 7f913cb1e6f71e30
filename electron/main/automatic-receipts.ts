import type { Purpose, TillView } from '../../contract/ipc/till-view.ts';

/** Whether a customer gets a receipt for it: money moved. */
const hasReceipt: Readonly<Record<Purpose, boolean>> = {
  sale: true,
  'part-payment': true,
  'top-up': true,
  'card-top-up': true,
  'paid-top-up': true,
  refund: true,
  'refund-reversal': true,
  chargeback: true,
  undo: true,
  'payment-void': false,
  adjustment: false,
  block: false,
  unblock: false,
  issue: false,
  repair: false,
  replacement: false,
  balance: false,
  login: false,
  approval: false,
};

/** Finds the moment at which a transaction is done; every view comes by here, and each transaction counts once. */
export class AutomaticReceipts {
  private last: number | null = null;

  /** The number of a transaction that has just been done and has a receipt; null for every other view. */
  receiptOf({ screen }: TillView): number | null {
    if (screen.screen !== 'done' || !hasReceipt[screen.charge.purpose]) return null;
    const number = screen.terminalTransactionNumber;
    if (number === this.last) return null;
    this.last = number;
    return number;
  }
}
