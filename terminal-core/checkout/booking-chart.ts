import { assign, setup } from 'xstate';
import type { FaultCode } from '../../contract/ipc/fault.ts';
import type { TerminalState } from '../../contract/wire/words.ts';
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
export type BookingEffect = 'await-tag' | 'admit' | 'write-tag' | 'await-same-tag';

/** The row's new state; `record` actions of one step are one commit. */
export interface RecordParams {
  readonly state: TerminalState;
  readonly reason: FaultCode | null;
}

const bookingSetup = setup({
  types: {
    context: {} as { readonly writeAttempts: number },
    events: {} as BookingEvent,
  },
  actions: {
    record: (_, _params: RecordParams) => undefined,
    run: (_, _params: { readonly effect: BookingEffect }) => undefined,
    countAttempt: assign({ writeAttempts: ({ context }) => context.writeAttempts + 1 }),
  },
  guards: {
    found: ({ event }, params: { readonly finding: SameTagFinding }) =>
      (event.type === 'SAME_TAG' || event.type === 'RESOLVED') && event.finding === params.finding,
    mayTryAgain: ({ context, event }) =>
      event.type === 'SAME_TAG' && event.finding === 'not-written' && context.writeAttempts < limits.writeAttemptsMax,
  },
});

const abortedBecause = (reason: FaultCode) =>
  ({ target: '#aborted', actions: { type: 'record', params: { state: 'Aborted', reason } } }) as const;

/**
 * The chart of a booking that writes the tag at one tap (requirements.md 3.1, Q14, Q51): wait for a tag, draw a number,
 * fix the amount and both images, write, read back. It only names what is to be recorded and done; `till.ts` commits the
 * records of a step and then runs its effect. There is no timer and no promise in it, so that it can be put back at any state.
 */
function bookingChart(id: string) {
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
        entry: [
          { type: 'record', params: { state: 'Open', reason: null } },
          { type: 'run', params: { effect: 'admit' } },
        ],
        on: {
          ADMITTED: 'confirmStarted',
          DENIED: {
            target: '#aborted',
            actions: { type: 'record', params: ({ event }) => ({ state: 'Aborted', reason: event.reason }) },
          },
          CANCEL: abortedBecause('CANCELLED'),
          INTERRUPT: abortedBecause('INTERRUPTED'),
        },
      },
      confirmStarted: {
        entry: { type: 'record', params: { state: 'TerminalConfirmStarted', reason: null } },
        initial: 'writing',
        states: {
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
                { guard: { type: 'found', params: { finding: 'not-written' } }, ...abortedBecause('TAG_WRITE_FAILED') },
                { guard: { type: 'found', params: { finding: 'displaced' } }, ...abortedBecause('TAG_CHANGED') },
                { target: '#unknown' },
              ],
              TIMEOUT: '#unknown',
              INTERRUPT: '#unknown',
            },
          },
        },
      },
      unknown: {
        id: 'unknown',
        entry: { type: 'record', params: { state: 'TerminalConfirmUnknown', reason: null } },
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
        entry: { type: 'record', params: { state: 'Committed', reason: null } },
      },
      aborted: { id: 'aborted', type: 'final' },
      /** Ended before a number was drawn: nothing to record. */
      cancelled: { type: 'final' },
      expired: { type: 'final' },
    },
  });
}

/** A sale from a cart, paid with one tap (R11, R27). */
export const purchaseChart = bookingChart('purchase');
/** Cash comes in, the fee goes off, the rest is on the tag (R9, R10, Q14). */
export const cashTopUpChart = bookingChart('cashTopUp');
export type BookingChart = typeof purchaseChart;

/** What one step asks for: at most one record, and at most one effect after it is committed. */
export interface PlannedWork {
  readonly record: RecordParams | null;
  readonly effect: BookingEffect | null;
}

/** Reads a step's work out of the list of actions that `transition` returns; `assign` has been applied already. */
export function plannedWork(actions: readonly { readonly type: string; readonly params: unknown }[]): PlannedWork {
  const records = actions.map(({ params }) => params).filter(isRecord);
  const effects = actions.map(({ params }) => params).filter(isRun);
  invariant('INV-09', records.length <= 1 && effects.length <= 1, 'a step is one commit and one effect');
  return { record: records[0] ?? null, effect: effects[0]?.effect ?? null };
}

function isRecord(params: unknown): params is RecordParams {
  return typeof params === 'object' && params !== null && 'state' in params;
}

function isRun(params: unknown): params is { readonly effect: BookingEffect } {
  return typeof params === 'object' && params !== null && 'effect' in params;
}
