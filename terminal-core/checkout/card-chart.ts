import { assign, setup } from 'xstate';
import type { FaultCode } from '../../contract/ipc/fault.ts';
import type { PaymentStatus } from '../../contract/wire/payment.ts';
import {
  type BookingEffect,
  type BookingEvent,
  type BookingRecord,
  type PlannedWork,
  plannedWork,
  type WriteContext,
  writingGuards,
  writingStates,
} from './booking-chart.ts';

export type CardEvent =
  | Exclude<BookingEvent, { readonly type: 'RESERVED' | 'UNRESERVED' | 'SECOND_TAP' }>
  | { readonly type: 'APPROVED' }
  | { readonly type: 'DECLINED' }
  /** Nothing is charged, or it was given back. */
  | { readonly type: 'VOIDED' }
  /** It was to be voided and cannot be any more: the card has paid. */
  | { readonly type: 'UNVOIDED' }
  /** The cashier wants the card to have its money back. */
  | { readonly type: 'VOID' }
  /** Nobody knows in time; the provider is asked again later. */
  | { readonly type: 'UNCLEAR'; readonly status: 'pending' | 'unknown' }
  /** The tag of the paid top-up, and the image is built upon what it shows now. */
  | { readonly type: 'PAID_TAG' };

export type CardEffect =
  | Exclude<BookingEffect, 'reserve' | 'await-second-tap'>
  | 'pay'
  /** Gives the card its money back. */
  | 'void'
  | 'await-paid-tag';

/** What a step commits. `payment` is what became of the payment in the same commit; null: nothing new. */
export type CardRecord =
  | Exclude<BookingRecord, { readonly kind: 'checkout' | 'write' | 'end' }>
  | { readonly kind: 'payment'; readonly status: PaymentStatus }
  | (Extract<BookingRecord, { readonly kind: 'end' }> & { readonly payment: PaymentStatus | null });

const cardSetup = setup({
  types: {
    /** `givenUp`: why the tag, which was checked out, is not written after all. */
    context: {} as WriteContext & { readonly givenUp: FaultCode | null },
    events: {} as CardEvent,
  },
  actions: {
    record: (_, _params: CardRecord) => undefined,
    run: (_, _params: { readonly effect: CardEffect }) => undefined,
    countAttempt: assign({ writeAttempts: ({ context }) => context.writeAttempts + 1 }),
    giveUp: assign({ givenUp: (_, { reason }: { readonly reason: FaultCode }) => reason }),
  },
  guards: writingGuards,
});

const aborted = (reason: FaultCode, payment: PaymentStatus | null) =>
  ({
    target: '#aborted',
    actions: { type: 'record', params: { kind: 'end', state: 'Aborted', reason, payment } },
  }) as const;

const abortedAsDenied = {
  target: '#aborted',
  actions: {
    type: 'record',
    params: ({ event }: { event: Extract<CardEvent, { type: 'DENIED' }> }) =>
      ({ kind: 'end', state: 'Aborted', reason: event.reason, payment: null }) as const,
  },
} as const;

const payment = (target: 'paying' | 'paid' | 'left', status: PaymentStatus) =>
  ({ target, actions: { type: 'record', params: { kind: 'payment', status } } }) as const;

const leftUnclear = {
  target: 'left',
  actions: {
    type: 'record',
    params: ({ event }: { event: Extract<CardEvent, { type: 'UNCLEAR' }> }) =>
      ({ kind: 'payment', status: event.status }) as const,
  },
} as const;

const givenUp = (reason: FaultCode) =>
  ({ target: '#givingUp', actions: { type: 'giveUp', params: { reason } } }) as const;

const abortedAfter = (status: PaymentStatus | null) =>
  ({
    target: '#aborted',
    actions: {
      type: 'record',
      params: ({ context }: { context: { readonly givenUp: FaultCode | null } }) =>
        ({ kind: 'end', state: 'Aborted', reason: context.givenUp ?? 'TAG_WRITE_FAILED', payment: status }) as const,
    },
  }) as const;

/**
 * The chart of a top-up by card (Q13, requirements.md 3.2 and 3.4): admitted before the card is charged; that it is about
 * to be charged is committed before it is asked for; the tag is written only when the card has paid. It may have left
 * meanwhile and have been used elsewhere, so it is read anew then. Whatever the card may have paid is never given up
 * without the provider's word: the work ends in `left`, the row stays Open, and it is taken up again at `paying` or `paid`.
 */
export const cardTopUpChart = cardSetup.createMachine({
  id: 'cardTopUp',
  context: { writeAttempts: 0, givenUp: null },
  initial: 'waitingForTag',
  states: {
    waitingForTag: {
      entry: { type: 'run', params: { effect: 'await-tag' } },
      on: {
        TAG_READ: { target: 'admitting', actions: { type: 'record', params: { kind: 'open' } } },
        CANCEL: 'cancelled',
        INTERRUPT: 'cancelled',
        TIMEOUT: 'expired',
      },
    },
    admitting: {
      entry: { type: 'run', params: { effect: 'admit' } },
      on: {
        ADMITTED: payment('paying', 'pending'),
        DENIED: abortedAsDenied,
        CANCEL: aborted('CANCELLED', null),
        INTERRUPT: aborted('INTERRUPTED', null),
      },
    },
    paying: {
      entry: { type: 'run', params: { effect: 'pay' } },
      on: {
        APPROVED: payment('paid', 'approved'),
        DECLINED: aborted('PAYMENT_DECLINED', 'declined'),
        VOIDED: aborted('PAYMENT_VOIDED', 'voided'),
        UNCLEAR: leftUnclear,
        CANCEL: 'voiding',
        VOID: 'voiding',
        INTERRUPT: 'left',
      },
    },
    paid: {
      entry: { type: 'run', params: { effect: 'await-paid-tag' } },
      on: {
        PAID_TAG: {
          target: 'confirmStarted',
          actions: { type: 'record', params: { kind: 'checkout-and-write' } },
        },
        DENIED: 'voiding',
        VOID: 'voiding',
        CANCEL: 'left',
        INTERRUPT: 'left',
        TIMEOUT: 'left',
      },
    },
    /** That the card may have its money back is on the disk before it is asked for: nobody must write the tag upon it. */
    voiding: {
      entry: [
        { type: 'record', params: { kind: 'payment', status: 'unknown' } },
        { type: 'run', params: { effect: 'void' } },
      ],
      on: {
        VOIDED: aborted('PAYMENT_VOIDED', 'voided'),
        DECLINED: aborted('PAYMENT_DECLINED', 'declined'),
        UNVOIDED: payment('left', 'approved'),
        UNCLEAR: leftUnclear,
        INTERRUPT: 'left',
      },
    },
    confirmStarted: {
      initial: 'writing',
      states: {
        ...writingStates(givenUp('TAG_WRITE_FAILED'), givenUp('TAG_CHANGED')),
        /** The card has paid for what is not on the tag; what the till cannot give back the backend does. */
        givingUp: {
          id: 'givingUp',
          entry: { type: 'run', params: { effect: 'void' } },
          on: {
            VOIDED: abortedAfter('voided'),
            UNVOIDED: abortedAfter(null),
            UNCLEAR: abortedAfter('unknown'),
            INTERRUPT: abortedAfter(null),
          },
        },
      },
    },
    unknown: {
      id: 'unknown',
      entry: {
        type: 'record',
        params: { kind: 'end', state: 'TerminalConfirmUnknown', reason: null, payment: null },
      },
      on: {
        RESOLVED: [
          { guard: { type: 'found', params: { finding: 'written' } }, target: 'committed' },
          aborted('INTERRUPTED', null),
        ],
      },
    },
    committed: {
      id: 'committed',
      type: 'final',
      entry: { type: 'record', params: { kind: 'end', state: 'Committed', reason: null, payment: null } },
    },
    aborted: { id: 'aborted', type: 'final' },
    /** Still Open, with a payment that is not decided, or paid and not on the tag. */
    left: { type: 'final' },
    /** Ended before a number was drawn: nothing to record. */
    cancelled: { type: 'final' },
    expired: { type: 'final' },
  },
});

/** The work of one step of this chart. */
export function plannedCardWork(
  actions: readonly { readonly type: string; readonly params: unknown }[],
): PlannedWork<CardRecord, CardEffect> {
  return plannedWork<CardRecord, CardEffect>(actions);
}

/** Where an open payment is taken up again, and what is done there to finish it: only what is surely paid is written. */
export const resumptions = {
  paying: { effect: 'pay' },
  paid: { effect: 'await-paid-tag' },
} as const satisfies Record<string, { readonly effect: CardEffect }>;
export type Resumption = keyof typeof resumptions;

/** The chart as it stood when the work before was left. */
export function resumedAt(resumption: Resumption) {
  return cardTopUpChart.resolveState({ value: resumption, context: { writeAttempts: 0, givenUp: null } });
}
