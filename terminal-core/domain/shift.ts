import type { PaymentMethod, TerminalState, TransactionType } from '../../contract/wire/words.ts';

/** A cash drawer from the float that is counted into it to the cash that is counted out of it. */
export interface Shift {
  readonly shiftId: string;
  /** Gap-free from 1 in the life of a database. */
  readonly shiftNumber: number;
  /** Who opened it; others may work in it after a handover. */
  readonly cashierId: string;
  readonly openedAt: string;
  readonly floatMinor: number;
}

/** Transactions of a shift that count alike, added up. */
export interface ShiftSum {
  readonly type: TransactionType;
  readonly state: TerminalState;
  readonly paymentMethod: PaymentMethod;
  /** Whether the customer's balance rises. */
  readonly isCredit: boolean;
  readonly count: number;
  readonly amountMinor: number;
}

export interface Turnover {
  readonly count: number;
  readonly amountMinor: number;
}

/** What moved in the drawer of a shift. */
export interface ShiftCash {
  readonly floatMinor: number;
  readonly topUpsMinor: number;
  readonly refundsMinor: number;
  /** Refunds put back whose cash was not handed out. */
  readonly reversalsMinor: number;
  /** Float and everything that is Committed. */
  readonly expectedMinor: number;
  /**
   * Cash that lies in the drawer, or does not, depending on outcomes nobody knows yet: never part of `expectedMinor`. Of
   * a refund there is none, for its cash is handed out only after it is Committed (protocol.md, "Cash").
   */
  readonly unknownMinor: number;
}

export interface ShiftFigures {
  /** Purchases less what was paid back for deposits. */
  readonly sales: Turnover;
  readonly chargebacks: Turnover;
  readonly unknownCount: number;
  readonly cash: ShiftCash;
}

export interface ClosedShift extends Shift {
  readonly closedAt: string;
  readonly closedBy: string;
  readonly countedCashMinor: number;
  /** Gap-free from 1. */
  readonly zNumber: number;
  readonly figures: ShiftFigures;
}

/** Adds up a shift; only `Committed` counts, and what is unknown stands on lines of its own. */
export function shiftFigures(floatMinor: number, sums: readonly ShiftSum[]): ShiftFigures {
  const committed = sums.filter(({ state }) => state === 'Committed');
  const unknown = sums.filter(({ state }) => state === 'TerminalConfirmUnknown');
  const topUpsMinor = amountOf(committed.filter(isCashTopUp));
  const refundsMinor = amountOf(committed.filter(isCashRefund));
  const reversalsMinor = amountOf(committed.filter(isReversal));
  return {
    sales: turnover(
      committed.filter(({ type }) => type === 'Purchase'),
      ({ isCredit }) => (isCredit ? -1 : 1),
    ),
    chargebacks: turnover(
      committed.filter(({ type }) => type === 'Chargeback'),
      // A sale that paid the customer, taken back, is paid again.
      ({ isCredit }) => (isCredit ? 1 : -1),
    ),
    unknownCount: unknown.reduce((sum, { count }) => sum + count, 0),
    cash: {
      floatMinor,
      topUpsMinor,
      refundsMinor,
      reversalsMinor,
      expectedMinor: floatMinor + topUpsMinor - refundsMinor + reversalsMinor,
      unknownMinor: amountOf(unknown.filter((sum) => isCashTopUp(sum) || isReversal(sum))),
    },
  };
}

function isCashTopUp({ type, paymentMethod }: ShiftSum): boolean {
  return type === 'TopUp' && paymentMethod === 'cash';
}

function isCashRefund({ type, paymentMethod, isCredit }: ShiftSum): boolean {
  return type === 'Refund' && paymentMethod === 'cash' && !isCredit;
}

function isReversal({ type, paymentMethod, isCredit }: ShiftSum): boolean {
  return type === 'Refund' && paymentMethod === 'cash' && isCredit;
}

function amountOf(sums: readonly ShiftSum[]): number {
  return sums.reduce((total, { amountMinor }) => total + amountMinor, 0);
}

function turnover(sums: readonly ShiftSum[], signOf: (sum: ShiftSum) => 1 | -1): Turnover {
  return {
    count: sums.reduce((total, { count }) => total + count, 0),
    amountMinor: sums.reduce((total, sum) => total + signOf(sum) * sum.amountMinor, 0),
  };
}
