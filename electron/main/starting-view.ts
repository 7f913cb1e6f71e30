import type { Fault } from '../../contract/ipc/fault.ts';
import type { ReaderKind } from '../../contract/ipc/reader.ts';
import type { ScreenView, TillView } from '../../contract/ipc/till-view.ts';

/** What the window shows before the till host has said anything. */
export function firstView(readerKind: ReaderKind, at: string): TillView {
  return {
    revision: 0,
    till: null,
    reader: { kind: readerKind, state: 'starting', name: null, detail: null },
    uplink: { state: 'unknown', since: at, unsentCount: 0, lastAcknowledgedAt: null, fault: null },
    attentionCount: 0,
    loginNeeded: false,
    cashier: null,
    approver: null,
    shift: null,
    openPayment: null,
    training: false,
    seal: 'unknown',
    catalogueVersion: null,
    topUp: { amountsMinor: [], feeFixedMinor: 0, feeRateBasisPoints: 0 },
    cart: { lines: [], discount: null, totalMinor: 0, parts: [], toPayMinor: 0 },
    checkoutTaps: 1,
    screen: { screen: 'starting' },
  };
}

/** The last view of a till host that is gone: what it knew stays, but nothing can be done with it. */
export function viewWithoutTill(last: TillView, fault: Fault | null): TillView {
  const screen: ScreenView = fault === null ? { screen: 'starting' } : { screen: 'halted', fault };
  return {
    ...last,
    revision: last.revision + 1,
    reader: { ...last.reader, state: 'starting', detail: null },
    // Nobody sends and nobody compares seals now: what was true a moment ago must not be packed on.
    uplink: { ...last.uplink, state: 'unknown' },
    seal: 'unknown',
    screen,
  };
}
