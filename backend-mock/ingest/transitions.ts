import type { BackendState, ReplicableState } from '../../contract/wire/words.ts';

/**
 * Why a transaction moves (requirements.md 3): terminal replication, terminal online call, tag data upload, backend job,
 * webhook, timeout, admin, customer web.
 */
export type TransitionCause = 'TR' | 'TO' | 'TD' | 'BJ' | 'WH' | 'TM' | 'AD' | 'CU';

/** The kinds of transaction this release has a table for (requirements.md 3.4). */
export type TransitionKind =
  | 'terminal-purchase'
  | 'terminal-cash-refund'
  | 'terminal-cash-top-up'
  | 'terminal-card-top-up'
  | 'terminal-chargeback'
  | 'terminal-tag-adjustment'
  | 'online-top-up'
  | 'auto-top-up'
  | 'admin-booking'
  | 'automatic-credit'
  | 'manual-refund'
  | 'gateway-refund';

/** `[*]`: the backend has not heard of the transaction. */
export type FromState = BackendState | '[*]';

export type Transition = {
  kind: TransitionKind;
  from: FromState;
  to: BackendState;
  causes: readonly TransitionCause[];
};

/**
 * Requirements.md 3.4, stated literally and by hand. The till's chart states the same once more; a test compares the two,
 * so that a mistake has to be made twice.
 */
export const transitions: readonly Transition[] = [
  { kind: 'terminal-purchase', from: '[*]', to: 'ReservePending', causes: ['TO'] },
  { kind: 'terminal-purchase', from: '[*]', to: 'Reserve', causes: ['TD'] },
  { kind: 'terminal-purchase', from: '[*]', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-purchase', from: '[*]', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-purchase', from: '[*]', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-purchase', from: 'ReservePending', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-purchase', from: 'ReservePending', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-purchase', from: 'ReservePending', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-purchase', from: 'ReservePending', to: 'Reserve', causes: ['TD'] },
  { kind: 'terminal-purchase', from: 'ReservePending', to: 'ReserveExpired', causes: ['TM'] },
  { kind: 'terminal-purchase', from: 'ReserveExpired', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-purchase', from: 'ReserveExpired', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-purchase', from: 'ReserveExpired', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-purchase', from: 'ReserveExpired', to: 'Reserve', causes: ['TD'] },
  { kind: 'terminal-purchase', from: 'Reserve', to: 'Committed', causes: ['TR', 'AD'] },
  { kind: 'terminal-purchase', from: 'TerminalConfirmUnknown', to: 'Committed', causes: ['TR', 'AD'] },
  { kind: 'terminal-purchase', from: 'TerminalConfirmUnknown', to: 'Aborted', causes: ['TR', 'AD', 'TD'] },
  { kind: 'terminal-purchase', from: 'TerminalConfirmUnknown', to: 'Reserve', causes: ['TD'] },

  { kind: 'terminal-cash-refund', from: '[*]', to: 'ReservePending', causes: ['TO'] },
  { kind: 'terminal-cash-refund', from: '[*]', to: 'Reserve', causes: ['TD'] },
  { kind: 'terminal-cash-refund', from: '[*]', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-cash-refund', from: '[*]', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-cash-refund', from: '[*]', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-cash-refund', from: 'ReservePending', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-cash-refund', from: 'ReservePending', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-cash-refund', from: 'ReservePending', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-cash-refund', from: 'ReservePending', to: 'Reserve', causes: ['TD'] },
  { kind: 'terminal-cash-refund', from: 'ReservePending', to: 'ReserveExpired', causes: ['TM'] },
  { kind: 'terminal-cash-refund', from: 'ReserveExpired', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-cash-refund', from: 'ReserveExpired', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-cash-refund', from: 'ReserveExpired', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-cash-refund', from: 'ReserveExpired', to: 'Reserve', causes: ['TD'] },
  { kind: 'terminal-cash-refund', from: 'Reserve', to: 'Committed', causes: ['TR', 'AD'] },
  { kind: 'terminal-cash-refund', from: 'TerminalConfirmUnknown', to: 'Committed', causes: ['TR', 'AD'] },
  { kind: 'terminal-cash-refund', from: 'TerminalConfirmUnknown', to: 'Aborted', causes: ['TR', 'AD', 'TD'] },
  { kind: 'terminal-cash-refund', from: 'TerminalConfirmUnknown', to: 'Reserve', causes: ['TD'] },

  { kind: 'terminal-cash-top-up', from: '[*]', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-cash-top-up', from: '[*]', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-cash-top-up', from: '[*]', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-cash-top-up', from: 'TerminalConfirmUnknown', to: 'Committed', causes: ['TR', 'AD', 'TD'] },
  { kind: 'terminal-cash-top-up', from: 'TerminalConfirmUnknown', to: 'Aborted', causes: ['TR', 'AD', 'TD'] },

  // With a payment the backend knows, `payment-guard.ts` asks besides whether it was approved.
  { kind: 'terminal-card-top-up', from: '[*]', to: 'Open', causes: ['TO'] },
  { kind: 'terminal-card-top-up', from: '[*]', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-card-top-up', from: '[*]', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-card-top-up', from: '[*]', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-card-top-up', from: 'Open', to: 'ExternalPending', causes: ['TO', 'BJ'] },
  { kind: 'terminal-card-top-up', from: 'Open', to: 'Aborted', causes: ['TO', 'TM'] },
  { kind: 'terminal-card-top-up', from: 'ExternalPending', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-card-top-up', from: 'ExternalPending', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-card-top-up', from: 'ExternalPending', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-card-top-up', from: 'ExternalPending', to: 'ExternalUnknown', causes: ['TM'] },
  { kind: 'terminal-card-top-up', from: 'ExternalUnknown', to: 'Committed', causes: ['TR', 'AD'] },
  { kind: 'terminal-card-top-up', from: 'ExternalUnknown', to: 'Aborted', causes: ['TR', 'AD'] },
  { kind: 'terminal-card-top-up', from: 'TerminalConfirmUnknown', to: 'Committed', causes: ['TR', 'AD'] },
  { kind: 'terminal-card-top-up', from: 'TerminalConfirmUnknown', to: 'Aborted', causes: ['TR', 'AD'] },

  { kind: 'terminal-chargeback', from: '[*]', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-chargeback', from: '[*]', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-chargeback', from: '[*]', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-chargeback', from: 'TerminalConfirmUnknown', to: 'Committed', causes: ['TR', 'AD', 'TD'] },
  { kind: 'terminal-chargeback', from: 'TerminalConfirmUnknown', to: 'Aborted', causes: ['TR', 'AD', 'TD'] },

  { kind: 'terminal-tag-adjustment', from: '[*]', to: 'TerminalConfirmUnknown', causes: ['TR'] },
  { kind: 'terminal-tag-adjustment', from: '[*]', to: 'Committed', causes: ['TR'] },
  { kind: 'terminal-tag-adjustment', from: '[*]', to: 'Aborted', causes: ['TR'] },
  { kind: 'terminal-tag-adjustment', from: 'TerminalConfirmUnknown', to: 'Committed', causes: ['TR', 'AD', 'TD'] },
  { kind: 'terminal-tag-adjustment', from: 'TerminalConfirmUnknown', to: 'Aborted', causes: ['TR', 'AD', 'TD'] },

  { kind: 'online-top-up', from: '[*]', to: 'Open', causes: ['CU'] },
  { kind: 'online-top-up', from: 'Open', to: 'ExternalPending', causes: ['BJ'] },
  { kind: 'online-top-up', from: 'Open', to: 'Aborted', causes: ['CU', 'TM'] },
  { kind: 'online-top-up', from: 'ExternalPending', to: 'Committed', causes: ['WH'] },
  { kind: 'online-top-up', from: 'ExternalPending', to: 'Aborted', causes: ['WH', 'TM'] },
  { kind: 'online-top-up', from: 'ExternalPending', to: 'ExternalUnknown', causes: ['TM'] },
  { kind: 'online-top-up', from: 'ExternalUnknown', to: 'Committed', causes: ['WH', 'AD'] },
  { kind: 'online-top-up', from: 'ExternalUnknown', to: 'Aborted', causes: ['WH', 'AD'] },

  // Open → Aborted also where there is no card or the day's limit is reached: a bound, therefore TM.
  { kind: 'auto-top-up', from: '[*]', to: 'Open', causes: ['BJ'] },
  { kind: 'auto-top-up', from: 'Open', to: 'ExternalPending', causes: ['BJ'] },
  { kind: 'auto-top-up', from: 'Open', to: 'Aborted', causes: ['CU', 'TM'] },
  { kind: 'auto-top-up', from: 'ExternalPending', to: 'Committed', causes: ['WH'] },
  { kind: 'auto-top-up', from: 'ExternalPending', to: 'Aborted', causes: ['WH', 'TM'] },
  { kind: 'auto-top-up', from: 'ExternalPending', to: 'ExternalUnknown', causes: ['TM'] },
  { kind: 'auto-top-up', from: 'ExternalUnknown', to: 'Committed', causes: ['WH', 'AD'] },
  { kind: 'auto-top-up', from: 'ExternalUnknown', to: 'Aborted', causes: ['WH', 'AD'] },

  // Chargeback and admin top-up, and what else an operator books: the end of a rejection, a write-off, cash without an owner.
  { kind: 'admin-booking', from: '[*]', to: 'Open', causes: ['AD'] },
  { kind: 'admin-booking', from: 'Open', to: 'Committed', causes: ['AD'] },
  { kind: 'admin-booking', from: 'Open', to: 'Aborted', causes: ['AD'] },

  // Canteens: a purse's credit that comes, and what is cleared of it, by themselves (R93, R102).
  { kind: 'automatic-credit', from: '[*]', to: 'Open', causes: ['BJ'] },
  { kind: 'automatic-credit', from: 'Open', to: 'Committed', causes: ['BJ'] },

  // Held without a time limit, so that none expires.
  { kind: 'manual-refund', from: '[*]', to: 'Open', causes: ['AD'] },
  { kind: 'manual-refund', from: 'Open', to: 'ReservePending', causes: ['AD'] },
  { kind: 'manual-refund', from: 'ReservePending', to: 'Committed', causes: ['AD'] },
  { kind: 'manual-refund', from: 'ReservePending', to: 'Aborted', causes: ['AD'] },

  { kind: 'gateway-refund', from: '[*]', to: 'Open', causes: ['CU', 'BJ', 'AD'] },
  { kind: 'gateway-refund', from: 'Open', to: 'ReservePending', causes: ['BJ'] },
  { kind: 'gateway-refund', from: 'ReservePending', to: 'Committed', causes: ['WH'] },
  { kind: 'gateway-refund', from: 'ReservePending', to: 'Aborted', causes: ['WH'] },
];

/** Whether the table has a row for this step. A replay (`from` = `to`) is not a step and never in the table. */
export function isLegalTransition(
  kind: TransitionKind,
  from: FromState,
  to: BackendState,
  cause: TransitionCause,
): boolean {
  return transitions.some(
    (row) => row.kind === kind && row.from === from && row.to === to && row.causes.includes(cause),
  );
}

/** What a state replicated by the till does to what the backend has. */
export type ReplicationVerdict = 'move' | 'replay' | 'unchanged' | 'invalid';

/**
 * Judges a replicated state (cause TR) whose `stateVersion` is not stale.
 *
 * `unchanged` is Q9: the till is unsure, the backend is not, because tag evidence (TD) or an operator (AD) settled it; the
 * till learns the state from the answer. Where TR itself had settled it, a till left a final state: `invalid`.
 */
export function judgeReplication(
  kind: TransitionKind,
  from: { state: BackendState; cause: TransitionCause } | undefined,
  to: ReplicableState,
): ReplicationVerdict {
  if (from === undefined) return isLegalTransition(kind, '[*]', to, 'TR') ? 'move' : 'invalid';
  if (from.state === to) return 'replay';
  const settledElsewhere = from.cause === 'TD' || from.cause === 'AD';
  const settled = from.state === 'Reserve' || from.state === 'Committed' || from.state === 'Aborted';
  if (to === 'TerminalConfirmUnknown' && settled) return settledElsewhere ? 'unchanged' : 'invalid';
  return isLegalTransition(kind, from.state, to, 'TR') ? 'move' : 'invalid';
}
