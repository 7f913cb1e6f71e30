/**
 * Goal: what the till can do to a transaction and what the backend lets a till do are the same (requirements.md 3.1 and
 * 3.4). Both state it by hand, so that a mistake has to be made twice; this is the only place that sees both.
 * Method: walks the till's charts with every event in every reachable state and notes each change of the recorded state;
 * asks the cleanup's table for every row it may find. States that never leave the till are the backend's `[*]`.
 */
import { describe, expect, test } from 'vitest';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { judgeReplication, type TransitionKind, transitions } from '../backend-mock/ingest/transitions.ts';
import { replicableStates, type TerminalState, terminalStates } from '../contract/wire/words.ts';
import {
  type BookingChart,
  type BookingEvent,
  type BookingRecord,
  cashTopUpChart,
  plannedWork,
  purchaseChart,
  twoTapPurchaseChart,
} from '../terminal-core/checkout/booking-chart.ts';
import { decideCleanup, type Evidence } from '../terminal-core/recovery/cleanup.ts';

type Recorded = TerminalState | '[*]';

const findings = ['written', 'not-written', 'displaced', 'undecidable'] as const;

const everyEvent: readonly BookingEvent[] = [
  { type: 'TAG_READ' },
  { type: 'ADMITTED' },
  { type: 'DENIED', reason: 'INSUFFICIENT_FUNDS' },
  { type: 'RESERVED' },
  { type: 'UNRESERVED' },
  { type: 'SECOND_TAP' },
  { type: 'WRITTEN' },
  { type: 'LOST' },
  ...findings.map((finding): BookingEvent => ({ type: 'SAME_TAG', finding })),
  { type: 'TIMEOUT' },
  { type: 'CANCEL' },
  { type: 'INTERRUPT' },
  { type: 'RESOLVED', finding: 'written' },
  { type: 'RESOLVED', finding: 'not-written' },
];

/** The state a record leaves behind; null where it changes none. */
function stateAfter(record: BookingRecord | null): TerminalState | null {
  switch (record?.kind) {
    case undefined:
    case 'write':
      return null;
    case 'open':
      return 'Open';
    case 'checkout':
    case 'checkout-and-write':
      return 'TerminalConfirmStarted';
    case 'end':
      return record.state;
  }
}

/** Every change of the recorded state that the chart can make, as `from → to`. */
function changesOf(chart: BookingChart): ReadonlySet<string> {
  const changes = new Set<string>();
  const seen = new Set<string>();
  const [start] = initialTransition(chart);
  const open: { snapshot: SnapshotFrom<BookingChart>; recorded: Recorded }[] = [{ snapshot: start, recorded: '[*]' }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const key = JSON.stringify([at.snapshot.value, at.snapshot.context, at.recorded]);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const event of everyEvent) {
      if (!at.snapshot.can(event)) continue;
      const [snapshot, actions] = transition(chart, at.snapshot, event);
      const { record } = plannedWork(actions);
      const recorded = stateAfter(record) ?? at.recorded;
      if (recorded !== at.recorded) changes.add(`${at.recorded} → ${recorded}`);
      open.push({ snapshot, recorded });
    }
  }
  expect(seen.size).toBeGreaterThan(5);
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

describe.each([
  { name: 'purchase', chart: purchaseChart, kind: 'terminal-purchase' },
  { name: 'purchase with two taps', chart: twoTapPurchaseChart, kind: 'terminal-purchase' },
  { name: 'cash top-up', chart: cashTopUpChart, kind: 'terminal-cash-top-up' },
] as const)('$name: till and backend', ({ chart, kind }) => {
  test('R28–R32: the chart makes the changes of requirements 3.1 and no other', () => {
    expect(changesOf(chart)).toEqual(requirements31);
  });

  test('R46–R48: every change that leaves the till is one the backend allows, and no row there waits for nobody', () => {
    expect(replicated(changesOf(chart))).toEqual(allowedByBackend(kind));
  });

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
