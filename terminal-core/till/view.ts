import type { CashierView, ScreenView, TillView } from '../../contract/ipc/till-view.ts';
import type { Cashier, Configuration } from '../../contract/wire/configuration.ts';
import type { Assignment, ReaderStatus } from '../checkout/ports.ts';
import type { ReplicationStatus } from '../checkout/replication-ports.ts';
import type { StoreCounts } from '../checkout/transaction-ports.ts';
import { limits } from '../domain/limits.ts';
import type { Shift } from '../domain/shift.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { openPaymentView } from './open-payment.ts';

/** Everything a view is made of. */
export interface ViewSources {
  readonly revision: number;
  readonly assignment: Assignment | null;
  readonly configuration: Configuration | null;
  /** Changes with everything in `configuration`. */
  readonly configurationVersion: string | null;
  readonly merchantId: string | null;
  readonly reader: ReaderStatus;
  readonly replication: ReplicationStatus;
  /** Null until the backend has answered once. */
  readonly clockDifferenceMs: number | null;
  readonly counts: StoreCounts;
  readonly staff: {
    readonly isLoginNeeded: boolean;
    readonly cashier: Cashier | null;
    readonly approver: Cashier | null;
  };
  readonly shift: Shift | null;
  readonly openPayment: TillTransaction | null;
  readonly isTraining: boolean;
  readonly session: Pick<TillView, 'session'>;
  /** Account mode: it shows and takes meal credit. */
  readonly isCatering: boolean;
  readonly cart: TillView['cart'];
  readonly checkoutTaps: 1 | 2;
  /** Parts of sales that paid for nothing. */
  readonly halfPaidCount: number;
  readonly screen: ScreenView;
}

/** The view of a window, whole but for the catalogue, so that a reloaded one shows the same. */
export function tillView(sources: ViewSources): TillView {
  const { assignment, configuration, counts, replication } = sources;
  return {
    revision: sources.revision,
    till: assignment && tillPart(assignment, configuration, sources),
    ...sources.session,
    reader: { ...sources.reader },
    uplink: {
      state: replication.state,
      since: replication.since,
      // What is never sent is not waiting to be sent.
      unsentCount: sources.isTraining ? 0 : counts.journalSeq - counts.acknowledgedSeq,
      lastAcknowledgedAt: counts.acknowledgedAt,
      fault: replication.fault,
      ...wrongClockPart(sources.clockDifferenceMs),
    },
    attentionCount: attentionCount(counts, sources.openPayment) + sources.halfPaidCount,
    loginNeeded: sources.staff.isLoginNeeded,
    cashier: cashierView(sources.staff.cashier),
    approver: cashierView(sources.staff.approver),
    shift: shiftPart(sources.shift),
    openPayment: sources.openPayment && openPaymentView(sources.openPayment),
    training: sources.isTraining,
    seal: sealPart(replication, counts),
    catalogueVersion: sources.configurationVersion,
    topUp: topUpPart(configuration),
    cart: sources.cart,
    checkoutTaps: sources.checkoutTaps,
    screen: sources.screen,
  };
}

/** Every time on the till, its receipts and its tags comes from this computer's clock: one that is hours off is said. */
function wrongClockPart(differenceMs: number | null): Pick<TillView['uplink'], 'clockDifferenceMs'> {
  if (differenceMs === null || Math.abs(differenceMs) < limits.replication.clockDifferenceShownMs) return {};
  return { clockDifferenceMs: differenceMs };
}

function tillPart(assignment: Assignment, configuration: Configuration | null, sources: ViewSources) {
  const { merchantId, isCatering } = sources;
  const { edition, terminalName, assignmentId } = assignment;
  const merchant = configuration?.merchants.find((candidate) => candidate.merchantId === merchantId);
  return {
    terminalName,
    assignmentId,
    editionName: edition.name,
    merchantName: merchant?.name ?? '',
    mode: edition.mode,
    currency: edition.currency,
    timeZone: edition.timeZone,
    ...(edition.mode === 'account' ? { isCatering } : {}),
  };
}

/** A cashier as a window may know them: without what their PIN is checked against. */
export function cashierView(cashier: Cashier): CashierView;
export function cashierView(cashier: Cashier | null): CashierView | null;
export function cashierView(cashier: Cashier | null): CashierView | null {
  return cashier && { cashierId: cashier.cashierId, name: cashier.name, role: cashier.role };
}

function shiftPart(shift: Shift | null): TillView['shift'] {
  return shift && { shiftId: shift.shiftId, cashierId: shift.cashierId, openedAt: shift.openedAt };
}

function attentionCount({ unknownCount, rejectedCount, cashToReturnCount }: StoreCounts, open: TillTransaction | null) {
  return unknownCount + rejectedCount + cashToReturnCount + (open ? 1 : 0);
}

/** "Safe to pack" only when the seals are equal and nothing is left open (protocol.md, `seal`). */
function sealPart(replication: ReplicationStatus, counts: StoreCounts): TillView['seal'] {
  if (replication.seal === 'unknown') return 'unknown';
  const isEverythingSent = counts.journalSeq === counts.acknowledgedSeq && counts.unfinishedCount === 0;
  return replication.seal === 'sealed' && isEverythingSent ? 'sealed' : 'open';
}

function topUpPart(configuration: Configuration | null): TillView['topUp'] {
  const fee = configuration?.fees.topUp;
  return {
    amountsMinor: configuration?.topUpAmountsMinor ?? [],
    feeFixedMinor: fee?.fixedMinor ?? 0,
    feeRateBasisPoints: fee?.rateBasisPoints ?? 0,
  };
}
