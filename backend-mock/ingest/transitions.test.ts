// Goal: the table of legal transitions is requirements.md 3.4, and nothing outside it is legal.
// Method: walks every (kind, from, to, cause) there is and compares with the lists of 3.4 written down here a second time,
// in the form of the page (a line per From).
import { describe, expect, test } from 'vitest';
import { backendStates, replicableStates } from '../../contract/wire/words.ts';
import {
  type FromState,
  isLegalTransition,
  judgeReplication,
  type TransitionCause,
  type TransitionKind,
  transitions,
} from './transitions.ts';

const causes: readonly TransitionCause[] = ['TR', 'TO', 'TD', 'BJ', 'WH', 'TM', 'AD', 'CU'];
const kinds: readonly TransitionKind[] = [
  'terminal-purchase',
  'terminal-cash-refund',
  'terminal-cash-top-up',
  'terminal-card-top-up',
  'terminal-chargeback',
  'terminal-tag-adjustment',
  'online-top-up',
  'auto-top-up',
  'admin-booking',
  'automatic-credit',
  'manual-refund',
  'gateway-refund',
];
/** What a till delivers; the others are made in the backend, and no till has a word in them. */
const terminalKinds = kinds.filter((kind) => kind.startsWith('terminal-'));
const fromStates: readonly FromState[] = ['[*]', ...backendStates];

/** "Cash refund at terminal: identical to purchase" (R27). */
const withReserve = [
  '[*]: ReservePending TO, Committed TR, Aborted TR, TerminalConfirmUnknown TR, Reserve TD',
  'ReservePending: Committed TR, Aborted TR, TerminalConfirmUnknown TR, Reserve TD, ReserveExpired TM',
  'ReserveExpired: Committed TR, Aborted TR, TerminalConfirmUnknown TR, Reserve TD',
  'Reserve: Committed TR, Committed AD',
  'TerminalConfirmUnknown: Committed TR, Committed AD, Aborted TR, Aborted AD, Reserve TD, Aborted TD',
];
/** "Cash top-up, chargeback and tag adjustment at terminal (no reserve)". */
const withoutReserve = [
  '[*]: Committed TR, Aborted TR, TerminalConfirmUnknown TR',
  'TerminalConfirmUnknown: Committed TR, Committed AD, Committed TD, Aborted TR, Aborted AD, Aborted TD',
];
/** "Card top-up at terminal": beside it, the payment decides (payment-guard.test.ts). */
const cardTopUp = [
  '[*]: Open TO, Committed TR, Aborted TR, TerminalConfirmUnknown TR',
  'Open: ExternalPending TO, ExternalPending BJ, Aborted TO, Aborted TM',
  'ExternalPending: Committed TR, Aborted TR, TerminalConfirmUnknown TR, ExternalUnknown TM',
  'ExternalUnknown: Committed TR, Committed AD, Aborted TR, Aborted AD',
  'TerminalConfirmUnknown: Committed TR, Committed AD, Aborted TR, Aborted AD',
];
/** "Online top-up"; "Auto top-up: same, created by BJ". */
const paidOutside = (createdBy: TransitionCause) => [
  `[*]: Open ${createdBy}`,
  'Open: ExternalPending BJ, Aborted CU, Aborted TM',
  'ExternalPending: Committed WH, Aborted WH, Aborted TM, ExternalUnknown TM',
  'ExternalUnknown: Committed WH, Committed AD, Aborted WH, Aborted AD',
];
const page: Record<TransitionKind, readonly string[]> = {
  'terminal-purchase': withReserve,
  'terminal-cash-refund': withReserve,
  'terminal-cash-top-up': withoutReserve,
  'terminal-card-top-up': cardTopUp,
  'terminal-chargeback': withoutReserve,
  'terminal-tag-adjustment': withoutReserve,
  'online-top-up': paidOutside('CU'),
  'auto-top-up': paidOutside('BJ'),
  'admin-booking': ['[*]: Open AD', 'Open: Committed AD, Aborted AD'],
  'automatic-credit': ['[*]: Open BJ', 'Open: Committed BJ'],
  'manual-refund': ['[*]: Open AD', 'Open: ReservePending AD', 'ReservePending: Committed AD, Aborted AD'],
  'gateway-refund': [
    '[*]: Open CU, Open BJ, Open AD',
    'Open: ReservePending BJ',
    'ReservePending: Committed WH, Aborted WH',
  ],
};

function onPage(kind: TransitionKind): ReadonlySet<string> {
  const steps = page[kind].flatMap((line) => {
    const [from = '', targets = ''] = line.split(': ');
    return targets.split(', ').map((target) => `${from} ${target}`);
  });
  return new Set(steps);
}

describe.each(kinds)('%s', (kind) => {
  test('3.4: every triple of (state, cause, target) is legal exactly where the page says so', () => {
    const legal = onPage(kind);
    let seen = 0;
    for (const from of fromStates) {
      for (const to of backendStates) {
        for (const cause of causes) {
          const step = `${from} ${to} ${cause}`;
          expect(`${step}: ${isLegalTransition(kind, from, to, cause)}`).toBe(`${step}: ${legal.has(step)}`);
          if (legal.has(step)) seen += 1;
        }
      }
    }
    expect(seen).toBe(legal.size);
  });

  test('R35: nothing leads out of Committed or Aborted', () => {
    expect(transitions.filter((row) => row.from === 'Committed' || row.from === 'Aborted')).toEqual([]);
  });

  test('Q2: TR delivers TerminalConfirmUnknown, Committed and Aborted for a transaction not known yet', () => {
    const expected = terminalKinds.includes(kind) ? 'move' : 'invalid';
    for (const to of replicableStates) expect(judgeReplication(kind, undefined, to)).toBe(expected);
  });

  test('Q11: the same state again is a replay, whoever set it', () => {
    for (const to of replicableStates) {
      for (const cause of causes) expect(judgeReplication(kind, { state: to, cause }, to)).toBe('replay');
    }
  });
});

test('Q9: Unknown changes nothing where evidence (TD) or an operator (AD) settled the transaction', () => {
  for (const state of ['Reserve', 'Committed', 'Aborted'] as const) {
    for (const cause of ['TD', 'AD'] as const) {
      expect(judgeReplication('terminal-purchase', { state, cause }, 'TerminalConfirmUnknown')).toBe('unchanged');
    }
  }
});

test('Q9: Unknown after a final state that the till itself delivered is invalid', () => {
  for (const state of ['Committed', 'Aborted'] as const) {
    expect(judgeReplication('terminal-purchase', { state, cause: 'TR' }, 'TerminalConfirmUnknown')).toBe('invalid');
  }
});

test('Q8: Reserve cannot be aborted by the till', () => {
  expect(judgeReplication('terminal-purchase', { state: 'Reserve', cause: 'TD' }, 'Aborted')).toBe('invalid');
});

test('Q10: a late Committed after ReserveExpired is valid', () => {
  expect(judgeReplication('terminal-purchase', { state: 'ReserveExpired', cause: 'TM' }, 'Committed')).toBe('move');
});
