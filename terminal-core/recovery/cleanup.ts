import type { StateCause } from '../../contract/wire/outcomes.ts';
import type { PaymentStatus } from '../../contract/wire/payment.ts';
import type { BackendState, TerminalState } from '../../contract/wire/words.ts';
import type { Finding } from './examine.ts';

/** A row the cleanup found, reduced to what the decision needs. */
export interface LeftBehind {
  readonly state: TerminalState;
  readonly writeStarted: boolean;
  /** How its card payment stands, where it has one. */
  readonly payment?: PaymentStatus | null;
}

/**
 * What the backend says of a transaction that this till has told it is unknown. The cause is null where it stood in the
 * answer to that very entry, which names none: then the till itself was not it.
 */
export interface BackendWord {
  readonly state: BackendState;
  readonly cause: StateCause | null;
}

/**
 * What there is to go by: nothing, one finding of the tag, `certain` after two looks with a field reset between, or what
 * another till or an operator has told the backend.
 */
export type Evidence =
  | { readonly kind: 'none' }
  | { readonly kind: 'tag'; readonly finding: Finding; readonly certain: boolean }
  | ({ readonly kind: 'backend' } & BackendWord);

export type Decision =
  /** The row stays as it is; `monitor` is what an operator should see all the same. */
  | { readonly kind: 'leave'; readonly monitor: string | null }
  /** Only the payment provider can say what becomes of it (Q13). */
  | { readonly kind: 'ask-provider' }
  /** Look again after switching the field off: only two looks make "not written" certain. */
  | { readonly kind: 'look-again' }
  | {
      readonly kind: 'end';
      readonly state: 'Committed' | 'Aborted' | 'TerminalConfirmUnknown';
      readonly monitor: string | null;
    };

const leave = { kind: 'leave', monitor: null } as const;
const end = (
  state: 'Committed' | 'Aborted' | 'TerminalConfirmUnknown',
  monitor: string | null = null,
): Extract<Decision, { kind: 'end' }> => ({
  kind: 'end',
  state,
  monitor,
});

/**
 * The crash cleanup of requirements.md 3.2 as a table: what becomes of a row, given what a tag at hand says. Idempotent;
 * never writes to a tag. Rows in a final state are left alone.
 */
export function decideCleanup(row: LeftBehind, evidence: Evidence): Decision {
  switch (row.state) {
    case 'Committed':
    case 'Aborted':
      return leave;
    case 'Open':
      return decideByPayment(row.payment ?? null);
    case 'TerminalConfirmStarted':
      return row.writeStarted ? decideByEvidence(evidence, end('TerminalConfirmUnknown')) : end('Aborted');
    case 'TerminalConfirmUnknown':
      return evidence.kind === 'backend' ? decideByBackend(evidence) : decideByEvidence(evidence, leave);
  }
}

/** Never given up while the card may have paid; what it has paid waits for the tag, or to be voided (Q13, Q17). */
function decideByPayment(payment: PaymentStatus | null): Decision {
  switch (payment) {
    case null:
    case 'declined':
    case 'voided':
      return end('Aborted');
    case 'pending':
    case 'unknown':
      return { kind: 'ask-provider' };
    case 'approved':
      return leave;
  }
}

/**
 * Q9: Reserve and Committed are proof of a write, whoever saw it. Aborted is proof of none only where a tag showed the number
 * in the hands of another transaction (TD); what an operator writes off as not written may still be on the tag. What the
 * till itself is said to have settled (TR), it would know.
 */
function decideByBackend({ state, cause }: BackendWord): Decision {
  if (cause === 'TR') return leave;
  if (state === 'Reserve' || state === 'Committed') return end('Committed');
  return state === 'Aborted' && cause === 'TD' ? end('Aborted', 'number-reused') : leave;
}

function decideByEvidence(
  evidence: Evidence,
  otherwise: Exclude<Decision, { kind: 'look-again' | 'ask-provider' }>,
): Decision {
  if (evidence.kind !== 'tag') return otherwise;
  const { finding, certain } = evidence;
  switch (finding.kind) {
    case 'written':
      return end('Committed');
    case 'not-written':
      return certain ? end('Aborted') : { kind: 'look-again' };
    case 'displaced':
      return end('Aborted', finding.monitor);
    case 'undecidable':
      return { ...otherwise, monitor: finding.monitor };
  }
}
