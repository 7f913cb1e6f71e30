import { setup } from 'xstate';
import type { FaultCode } from '../../contract/ipc/fault.ts';
import { type PlannedWork, plannedWork } from './booking-chart.ts';

export type AccountEvent =
  /** A tag with a number of its own is in the field; its cached balances are as fresh as the network allows. */
  | { readonly type: 'TAG_READ' }
  /** The same, but its member is allergic to something in the cart: somebody has to say that this is known. */
  | { readonly type: 'WARNED' }
  | { readonly type: 'ACKNOWLEDGED' }
  /** The backend holds the amount: it has decided. */
  | { readonly type: 'RESERVED' }
  /** Offline, or nothing that needs a hold: the cached balance and the limits of the till decide. */
  | { readonly type: 'UNRESERVED' }
  /** The cached balance and the limits allow it. */
  | { readonly type: 'ADMITTED' }
  | { readonly type: 'DENIED'; readonly reason: FaultCode }
  /** There is nothing to write: what is checked out may be committed. */
  | { readonly type: 'CONFIRMED' }
  | { readonly type: 'TIMEOUT' }
  /** The cashier takes it back. */
  | { readonly type: 'CANCEL' }
  /** The till is being stopped. */
  | { readonly type: 'INTERRUPT' };

/** What the application does after the commit; its result comes back as an event. */
export type AccountEffect = 'await-tag' | 'await-acknowledgement' | 'reserve' | 'admit' | 'confirm';

/** What a step commits; each is one database transaction. `isReserved`: the backend holds the amount. */
export type AccountRecord =
  | { readonly kind: 'open' }
  | { readonly kind: 'checkout'; readonly isReserved: boolean }
  | { readonly kind: 'end'; readonly state: 'Committed' | 'Aborted'; readonly reason: FaultCode | null };

const accountSetup = setup({
  types: { events: {} as AccountEvent },
  actions: {
    record: (_, _params: AccountRecord) => undefined,
    run: (_, _params: { readonly effect: AccountEffect }) => undefined,
  },
});

const abortedBecause = (reason: FaultCode) =>
  ({ target: '#aborted', actions: { type: 'record', params: { kind: 'end', state: 'Aborted', reason } } }) as const;

const checkedOut = (isReserved: boolean) =>
  ({ target: '#confirmStarted', actions: { type: 'record', params: { kind: 'checkout', isReserved } } }) as const;

/**
 * The chart of a booking in account mode (requirements.md 3.1, Q52): the tag says only who it is, so that it is read once
 * and never written; one tap may open several transactions, which then go the same way. Online the backend decides by holding the amount; offline the cached balance and the limits do.
 * Nothing outside the database happens between the checkout and the end, so that no outcome is unknown: whatever a crash
 * leaves is not written, and the cleanup aborts it (3.2).
 */
export const accountChart = accountSetup.createMachine({
  id: 'account',
  initial: 'waitingForTag',
  states: {
    waitingForTag: {
      entry: { type: 'run', params: { effect: 'await-tag' } },
      on: {
        TAG_READ: 'open',
        WARNED: 'warned',
        CANCEL: 'cancelled',
        INTERRUPT: 'cancelled',
        TIMEOUT: 'expired',
      },
    },
    /** Nothing is recorded yet, so that whoever decides against it leaves nothing behind. */
    warned: {
      entry: { type: 'run', params: { effect: 'await-acknowledgement' } },
      on: { ACKNOWLEDGED: 'open', CANCEL: 'cancelled', INTERRUPT: 'cancelled', TIMEOUT: 'expired' },
    },
    open: {
      entry: { type: 'record', params: { kind: 'open' } },
      initial: 'reserving',
      states: {
        reserving: {
          entry: { type: 'run', params: { effect: 'reserve' } },
          on: {
            RESERVED: checkedOut(true),
            UNRESERVED: 'admitting',
            CANCEL: abortedBecause('CANCELLED'),
            INTERRUPT: abortedBecause('INTERRUPTED'),
          },
        },
        admitting: {
          entry: { type: 'run', params: { effect: 'admit' } },
          on: { ADMITTED: checkedOut(false) },
        },
      },
      on: {
        DENIED: {
          target: '#aborted',
          actions: {
            type: 'record',
            params: ({ event }) => ({ kind: 'end', state: 'Aborted', reason: event.reason }) as const,
          },
        },
      },
    },
    confirmStarted: {
      id: 'confirmStarted',
      entry: { type: 'run', params: { effect: 'confirm' } },
      on: { CONFIRMED: 'committed' },
    },
    committed: {
      type: 'final',
      entry: { type: 'record', params: { kind: 'end', state: 'Committed', reason: null } },
    },
    aborted: { id: 'aborted', type: 'final' },
    /** Ended before a number was drawn: nothing to record. */
    cancelled: { type: 'final' },
    expired: { type: 'final' },
  },
});

/** The work of one step of this chart. */
export function plannedAccountWork(
  actions: readonly { readonly type: string; readonly params: unknown }[],
): PlannedWork<AccountRecord, AccountEffect> {
  return plannedWork<AccountRecord, AccountEffect>(actions);
}
