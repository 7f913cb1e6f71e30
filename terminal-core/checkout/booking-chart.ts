import { assign, setup } from 'xstate';
import type { FaultCode } from '../../contract/ipc/fault.ts';
import type { ReplicableState } from '../../contract/wire/words.ts';
import { invariant } from '../domain/invariant.ts';
import { limits } from '../domain/limits.ts';

/** What the tag, shown again, says about a write that was cut off (`recovery/examine.ts`). */
export type SameTagFinding = 'written' | 'not-written' | 'displaced' | 'undecidable';

export type BookingEvent =
  /** A readable tag of this event is in the field, and nothing of it is unresolved on this till. */
  | { readonly type: 'TAG_READ' }
  /** Balance and limits allow it; both images are built. */
  | { readonly type: 'ADMITTED' }
  | { readonly type: 'DENIED'; readonly reason: FaultCode }
  /** The backend holds the amount. */
  | { readonly type: 'RESERVED' }
  /** Offline, or nothing that needs a hold: the tag alone is the limit. */
  | { readonly type: 'UNRESERVED' }
  /** The same tag for the second time, unchanged since or built anew upon: the images are ready. */
  | { readonly type: 'SECOND_TAP' }
  /** Written, read back, and every byte is equal. */
  | { readonly type: 'WRITTEN' }
  /** The tag left, or answered wrongly, after the first write command may have been sent. */
  | { readonly type: 'LOST' }
  | { readonly type: 'SAME_TAG'; readonly finding: SameTagFinding }
  | { readonly type: 'TIMEOUT' }
  /** The cashier takes it back. */
  | { readonly type: 'CANCEL' }
  /** The till is being stopped. */
  | { readonly type: 'INTERRUPT' }
  /** The cleanup found out later how it ended. */
  | { readonly type: 'RESOLVED'; readonly finding: 'written' | 'not-written' };

/** What the application does after the commit; its result comes back as an event. */
export type BookingEffect = 'await-tag' | 'admit' | 'reserve' | 'await-second-tap' | 'write-tag' | 'await-same-tag';

/** What a step commits; each is one database transaction (Q51). */
export type BookingRecord =
  | { readonly kind: 'open' }
  /** Two taps: the amount is fixed, nothing is written yet. */
  | { readonly kind: 'checkout' }
  /** Two taps: both images, before the first write command. */
  | { readonly kind: 'write' }
  /** One tap: both at once. */
  | { readonly kind: 'checkout-and-write' }
  | { readonly kind: 'end'; readonly state: ReplicableState; readonly reason: FaultCode | null };

/** What every chart that writes remembers besides its state. */
export interface WriteContext {
  readonly writeAttempts: number;
}

/** Guards of the states of `writingStates`, by the names these know them under. */
export const writingGuards = {
  found: (
    { event }: { event: BookingEvent | { readonly type: string } },
    params: { readonly finding: SameTagFinding },
  ) => 'finding' in event && event.finding === params.finding,
  mayTryAgain: ({ context, event }: { context: WriteContext; event: BookingEvent | { readonly type: string } }) =>
    event.type === 'SAME_TAG' &&
    'finding' in event &&
    event.finding === 'not-written' &&
    context.writeAttempts < limits.writeAttemptsMax,
};

const bookingSetup = setup({
  types: {
    context: {} as WriteContext,
    events: {} as BookingEvent,
  },
  actions: {
    record: (_, _params: BookingRecord) => undefined,
    run: (_, _params: { readonly effect: BookingEffect }) => undefined,
    countAttempt: assign({ writeAttempts: ({ context }) => context.writeAttempts + 1 }),
  },
  guards: writingGuards,
});

const abortedBecause = (reason: FaultCode) =>
  ({ target: '#aborted', actions: { type: 'record', params: { kind: 'end', state: 'Aborted', reason } } }) as const;

const abortedAsDenied = {
  target: '#aborted',
  actions: {
    type: 'record',
    params: ({ event }: { event: Extract<BookingEvent, { type: 'DENIED' }> }) =>
      ({ kind: 'end', state: 'Aborted', reason: event.reason }) as const,
  },
} as const;

/**
 * Writing and all that may come of it; the same for every chart.
 * @param unwritable where it leads when the tag could not be written however often it was tried
 * @param displaced where it leads when another till's write has taken the place of this one
 */
export function writingStates<const Unwritable extends object, const Displaced extends object>(
  unwritable: Unwritable,
  displaced: Displaced,
) {
  return {
    writing: {
      entry: ['countAttempt', { type: 'run', params: { effect: 'write-tag' } }],
      on: { WRITTEN: '#committed', LOST: 'awaitingSameTag' },
    },
    awaitingSameTag: {
      entry: { type: 'run', params: { effect: 'await-same-tag' } },
      on: {
        SAME_TAG: [
          { guard: { type: 'found', params: { finding: 'written' } }, target: '#committed' },
          { guard: 'mayTryAgain', target: 'writing' },
          { guard: { type: 'found', params: { finding: 'not-written' } }, ...unwritable },
          { guard: { type: 'found', params: { finding: 'displaced' } }, ...displaced },
          { target: '#unknown' },
        ],
        TIMEOUT: '#unknown',
        INTERRUPT: '#unknown',
      },
    },
  } as const;
}

const writing = {
  initial: 'writing',
  states: writingStates(abortedBecause('TAG_WRITE_FAILED'), abortedBecause('TAG_CHANGED')),
} as const;

/** One tap, cart first: the amount is fixed and the images are durable in one commit. */
const oneTap = bookingSetup.createStateConfig({
  entry: { type: 'record', params: { kind: 'checkout-and-write' } },
  ...writing,
});

/** Two taps, "open and confirm": the customer sees the amount and shows the same tag again to agree. */
const twoTaps = bookingSetup.createStateConfig({
  entry: { type: 'record', params: { kind: 'checkout' } },
  initial: 'awaitingSecondTap',
  states: {
    awaitingSecondTap: {
      entry: { type: 'run', params: { effect: 'await-second-tap' } },
      on: {
        SECOND_TAP: { target: 'writing', actions: { type: 'record', params: { kind: 'write' } } },
        DENIED: abortedAsDenied,
        CANCEL: abortedBecause('CANCELLED'),
        INTERRUPT: abortedBecause('INTERRUPTED'),
        TIMEOUT: abortedBecause('TAG_NOT_SHOWN'),
      },
    },
    ...writing.states,
  },
});

/**
 * The chart of a booking that writes the tag (requirements.md 3.1, Q14, Q51): wait for a tag, draw a number, hold the
 * amount where the backend can be asked, fix the amount and both images, write, read back. It only names what is to be
 * recorded and done; `till/booking.ts` commits the records of a step and then runs its effect. There is no timer and no
 * promise in it, so that it can be put back at any state.
 */
function bookingChart(id: string, confirmStarted: typeof oneTap | typeof twoTaps) {
  return bookingSetup.createMachine({
    id,
    context: { writeAttempts: 0 },
    initial: 'waitingForTag',
    states: {
      waitingForTag: {
        entry: { type: 'run', params: { effect: 'await-tag' } },
        on: { TAG_READ: 'open', CANCEL: 'cancelled', INTERRUPT: 'cancelled', TIMEOUT: 'expired' },
      },
      open: {
        entry: { type: 'record', params: { kind: 'open' } },
        initial: 'admitting',
        states: {
          admitting: {
            entry: { type: 'run', params: { effect: 'admit' } },
            on: { ADMITTED: 'reserving' },
          },
          reserving: {
            entry: { type: 'run', params: { effect: 'reserve' } },
            on: {
              RESERVED: '#confirmStarted',
              UNRESERVED: '#confirmStarted',
              CANCEL: abortedBecause('CANCELLED'),
              INTERRUPT: abortedBecause('INTERRUPTED'),
            },
          },
        },
        on: { DENIED: abortedAsDenied },
      },
      confirmStarted: { id: 'confirmStarted', ...confirmStarted },
      unknown: {
        id: 'unknown',
        entry: { type: 'record', params: { kind: 'end', state: 'TerminalConfirmUnknown', reason: null } },
        on: {
          RESOLVED: [
            { guard: { type: 'found', params: { finding: 'written' } }, target: 'committed' },
            abortedBecause('INTERRUPTED'),
          ],
        },
      },
      committed: {
        id: 'committed',
        type: 'final',
        entry: { type: 'record', params: { kind: 'end', state: 'Committed', reason: null } },
      },
      aborted: { id: 'aborted', type: 'final' },
      /** Ended before a number was drawn: nothing to record. */
      cancelled: { type: 'final' },
      expired: { type: 'final' },
    },
  });
}

/** A sale from a cart, paid with one tap (R11, R27). */
export const purchaseChart = bookingChart('purchase', oneTap);
/** The same, confirmed with a second tap (Q51). */
export const twoTapPurchaseChart = bookingChart('twoTapPurchase', twoTaps);
/** Cash comes in, the fee goes off, the rest is on the tag (R9, R10, Q14). */
export const cashTopUpChart = bookingChart('cashTopUp', oneTap);
/** Leftover money goes out in cash, only after Committed (R6, R27). */
export const cashRefundChart = bookingChart('cashRefund', oneTap);
/** Goods come back (R5). */
export const chargebackChart = bookingChart('chargeback', oneTap);
/** A change booked in the backend reaches the tag (Q20). */
export const tagAdjustmentChart = bookingChart('tagAdjustment', oneTap);
export type BookingChart = typeof purchaseChart;

/** What one step asks for: at most one record, and at most one effect after it is committed. */
export interface PlannedWork<Record, Effect> {
  readonly record: Record | null;
  readonly effect: Effect | null;
}

/** Reads a step's work out of the list of actions that `transition` returns; `assign` has been applied already. */
export function plannedWork<Record = BookingRecord, Effect = BookingEffect>(
  actions: readonly { readonly type: string; readonly params: unknown }[],
): PlannedWork<Record, Effect> {
  const records = actions.map(({ params }) => params).filter(isRecord<Record>);
  const effects = actions.map(({ params }) => params).filter(isRun<Effect>);
  invariant('INV-09', records.length <= 1 && effects.length <= 1, 'a step is one commit and one effect');
  return { record: records[0] ?? null, effect: effects[0]?.effect ?? null };
}

function isRecord<Record>(params: unknown): params is Record {
  return typeof params === 'object' && params !== null && 'kind' in params;
}

function isRun<Effect>(params: unknown): params is { readonly effect: Effect } {
  return typeof params === 'object' && params !== null && 'effect' in params;
}
