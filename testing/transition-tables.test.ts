/**
 * Goal: what the till can do to a transaction and what the backend lets a till do are the same (requirements.md 3.1 and
 * 3.4). Both state it by hand, so that a mistake has to be made twice; this is the only place that sees both.
 * Method: walks every chart of the till with every event in every reachable state and notes each change of the recorded
 * state; asks the cleanup's table for every row it may find. States that never leave the till are the backend's `[*]`. A
 * kind of the backend or a chart of the till that is compared with nothing fails.
 */
import { describe, expect, test } from 'vitest';
import { type AnyMachineSnapshot, type AnyStateMachine, initialTransition, transition } from 'xstate';
import { judgeReplication, type TransitionKind, transitions } from '../backend-mock/ingest/transitions.ts';
import { replicableStates, type TerminalState, terminalStates } from '../contract/wire/words.ts';
import { accountChart } from '../terminal-core/checkout/account-chart.ts';
import {
  cashRefundChart,
  cashTopUpChart,
  chargebackChart,
  plannedWork,
  purchaseChart,
  tagAdjustmentChart,
  twoTapPurchaseChart,
} from '../terminal-core/checkout/booking-chart.ts';
import { cardTopUpChart } from '../terminal-core/checkout/card-chart.ts';
import { tagMakingChart } from '../terminal-core/checkout/tag-making-chart.ts';
import { decideCleanup, type Evidence } from '../terminal-core/recovery/cleanup.ts';
import { eventsOf, everyChart } from './charts/every-chart.ts';

type Recorded = TerminalState | '[*]';

/** Which chart makes the transactions of which kind of the backend (requirements.md 3.4). */
const chartsOfKind: Readonly<Partial<Record<TransitionKind, readonly AnyStateMachine[]>>> = {
  'terminal-purchase': [purchaseChart, twoTapPurchaseChart],
  'terminal-cash-refund': [cashRefundChart],
  'terminal-cash-top-up': [cashTopUpChart],
  'terminal-card-top-up': [cardTopUpChart],
  'terminal-chargeback': [chargebackChart],
  'terminal-tag-adjustment': [tagAdjustmentChart],
};

/** In account mode one chart makes them all but the adjustment, which is a change of a tag. */
const accountKinds = [
  'terminal-purchase',
  'terminal-cash-refund',
  'terminal-cash-top-up',
  'terminal-chargeback',
] as const;

/** Books nothing, so that the backend has no table for it. */
const chartsWithoutTransactions: readonly AnyStateMachine[] = [tagMakingChart];

/** The state a record leaves behind; null where it changes none. */
function stateAfter(record: { readonly kind: string; readonly state?: TerminalState } | null): TerminalState | null {
  switch (record?.kind) {
    case undefined:
    case 'write':
    // What becomes of a payment is beside the state.
    case 'payment':
    // A tag that is made anew has no transaction.
    case 'announce':
    case 'begin':
    case 'conclude':
      return null;
    case 'open':
      return 'Open';
    case 'checkout':
    case 'checkout-and-write':
      return 'TerminalConfirmStarted';
    case 'end':
      if (!record?.state) throw new Error('an end without a state');
      return record.state;
    default:
      throw new Error(`nobody has said what ${record?.kind} does to the state`);
  }
}

/** Every change of the recorded state that the chart can make, as `from → to`. */
function changesOf(chart: AnyStateMachine): ReadonlySet<string> {
  const changes = new Set<string>();
  const seen = new Set<string>();
  const [start] = initialTransition(chart);
  const open: { snapshot: AnyMachineSnapshot; recorded: Recorded }[] = [{ snapshot: start, recorded: '[*]' }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const key = JSON.stringify([at.snapshot.value, at.snapshot.context, at.recorded]);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const event of eventsOf(chart)) {
      if (!at.snapshot.can(event)) continue;
      const [snapshot, actions] = transition(chart, at.snapshot, event);
      const { record } = plannedWork<{ readonly kind: string; readonly state?: TerminalState }, unknown>(actions);
      const recorded = stateAfter(record) ?? at.recorded;
      if (recorded !== at.recorded) changes.add(`${at.recorded} → ${recorded}`);
      open.push({ snapshot, recorded });
    }
  }
  expect(seen.size).toBeGreaterThan(4);
  return changes;
}

/** Requirements 3.1, by hand a third time. */
const requirements31 = new Set([
  '[*] → Open',
  'Open → TerminalConfirmStarted',
  'Open → Aborted',
  'TerminalConfirmStarted → Committed',
  'TerminalConfirmStarted → Aborted',
  'TerminalConfirmStarted → TerminalConfirmUnknown',
  'TerminalConfirmUnknown → Committed',
  'TerminalConfirmUnknown → Aborted',
]);

const isReplicable = (state: string): boolean => replicableStates.some((known) => known === state);

/** The changes as the backend sees them: states that do not leave the till are not known there. */
function replicated(changes: Iterable<string>): ReadonlySet<string> {
  return new Set(
    [...changes].flatMap((change) => {
      const [from = '', to = ''] = change.split(' → ');
      return isReplicable(to) ? [`${isReplicable(from) ? from : '[*]'} → ${to}`] : [];
    }),
  );
}

/** What the backend's table allows by replication, from what a till alone can have put there. */
function allowedByBackend(kind: TransitionKind): ReadonlySet<string> {
  return new Set(
    transitions
      .filter((row) => row.kind === kind && row.causes.includes('TR'))
      .filter(({ from }) => from === '[*]' || from === 'TerminalConfirmUnknown')
      .map(({ from, to }) => `${from} → ${to}`),
  );
}

/** Account mode writes no tag: no outcome is unknown, and what a crash leaves checked out the cleanup alone aborts (Q52). */
const requirements31WithoutWriting = new Set([
  '[*] → Open',
  'Open → TerminalConfirmStarted',
  'Open → Aborted',
  'TerminalConfirmStarted → Committed',
]);

test('no kind of terminal and no chart is left out', async () => {
  const kinds = new Set(transitions.map(({ kind }) => kind).filter((kind) => kind.startsWith('terminal-')));
  expect([...kinds].sort()).toEqual(Object.keys(chartsOfKind).sort());
  const compared = [...Object.values(chartsOfKind).flat(), accountChart, ...chartsWithoutTransactions];
  const known = await everyChart();
  expect(known.filter(({ chart }) => !compared.includes(chart)).map(({ name }) => name)).toEqual([]);
});

const rows = transitionKinds().flatMap(({ kind, charts }) =>
  charts.map((chart) => ({ name: `${chart.id} and ${kind}`, chart, kind })),
);

function transitionKinds() {
  return transitions
    .map(({ kind }) => kind)
    .filter((kind, index, all) => all.indexOf(kind) === index)
    .flatMap((kind) => {
      const charts = chartsOfKind[kind];
      return charts ? [{ kind, charts }] : [];
    });
}

describe.each(rows)('$name: till and backend', ({ chart, kind }) => {
  test('R28–R32: the chart makes the changes of requirements 3.1 and no other', () => {
    expect(changesOf(chart)).toEqual(requirements31);
  });

  test('R46–R48: every change that leaves the till is one the backend allows, and no row there waits for nobody', () => {
    expect(replicated(changesOf(chart))).toEqual(allowedByBackend(kind));
  });
});

test('Q52: account mode makes the changes of requirements 3.1 that need no tag, and no other', () => {
  expect(changesOf(accountChart)).toEqual(requirements31WithoutWriting);
});

test.each(accountKinds)('R46–R48: every change of account mode that leaves the till is one of %s', (kind) => {
  const allowed = allowedByBackend(kind);
  const leaving = [...replicated(changesOf(accountChart))];
  expect(leaving.sort()).toEqual(['[*] → Aborted', '[*] → Committed']);
  expect(leaving.filter((change) => !allowed.has(change))).toEqual([]);
});

test('the changes of a tag that bring it into being are no transactions', () => {
  for (const chart of chartsWithoutTransactions) expect(changesOf(chart)).toEqual(new Set());
});

describe.each(transitionKinds())('$kind: what a till delivers', ({ kind }) => {
  test('R28, R29: the backend takes neither Open nor TerminalConfirmStarted from a till', () => {
    const delivered = transitions.filter((row) => row.kind === kind && row.causes.includes('TR')).map(({ to }) => to);
    expect(delivered.filter((to) => !isReplicable(to))).toEqual([]);
  });

  test('final is final: nothing but a replay follows Committed or Aborted that the till itself delivered', () => {
    for (const state of ['Committed', 'Aborted'] as const) {
      for (const to of replicableStates) {
        const verdict = judgeReplication(kind, { state, cause: 'TR' }, to);
        expect({ state, to, verdict }).toEqual({ state, to, verdict: to === state ? 'replay' : 'invalid' });
      }
    }
  });
});

describe('the crash cleanup', () => {
  const evidences: readonly Evidence[] = [
    { kind: 'none' },
    ...[true, false].flatMap((certain): Evidence[] => [
      { kind: 'tag', certain, finding: { kind: 'written' } },
      { kind: 'tag', certain, finding: { kind: 'not-written' } },
      { kind: 'tag', certain, finding: { kind: 'displaced', monitor: 'number-reused' } },
      { kind: 'tag', certain, finding: { kind: 'undecidable', monitor: null } },
      { kind: 'tag', certain, finding: { kind: 'undecidable', monitor: 'other-bytes' } },
    ]),
  ];

  test('R33: makes no change that the charts do not know', () => {
    const changes = new Set<string>();
    for (const state of terminalStates) {
      for (const writeStarted of state === 'Open' ? [false] : [false, true]) {
        for (const evidence of evidences) {
          const decision = decideCleanup({ state, writeStarted }, evidence);
          if (decision.kind === 'end' && decision.state !== state) changes.add(`${state} → ${decision.state}`);
        }
      }
    }
    expect([...changes].filter((change) => !requirements31.has(change))).toEqual([]);
    expect(changes.size).toBeGreaterThan(4);
  });
});
