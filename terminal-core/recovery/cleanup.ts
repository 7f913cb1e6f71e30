import type { TerminalState } from '../../contract/wire/words.ts';
import type { Finding } from './examine.ts';

/** A row the cleanup found, reduced to what the decision needs. */
export interface LeftBehind {
  readonly state: TerminalState;
  readonly writeStarted: boolean;
}

/** What the tag said: nothing at hand, or one finding, `certain` after two looks with a field reset between. */
export type Evidence =
  | { readonly kind: 'none' }
  | { readonly kind: 'tag'; readonly finding: Finding; readonly certain: boolean };

export type Decision =
  /** The row stays as it is; `monitor` is what an operator should see all the same. */
  | { readonly kind: 'leave'; readonly monitor: string | null }
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
      return end('Aborted');
    case 'TerminalConfirmStarted':
      return row.writeStarted ? decideByTag(evidence, end('TerminalConfirmUnknown')) : end('Aborted');
    case 'TerminalConfirmUnknown':
      return decideByTag(evidence, leave);
  }
}

function decideByTag(evidence: Evidence, otherwise: Exclude<Decision, { kind: 'look-again' }>): Decision {
  if (evidence.kind === 'none') return otherwise;
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
