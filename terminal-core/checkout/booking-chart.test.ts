/**
 * Goal: the booking charts walk requirements 3.1 and Q51 exactly: for every state and every event what is recorded, what is
 * done next, and that everything else is not possible.
 * Method: a table of all steps by hand against every state the chart can reach and every event there is; the chart's own
 * definition is searched for what a restored machine would repeat or forget (promises and timers).
 */
import { describe, expect, test } from 'vitest';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { limits } from '../domain/limits.ts';
import {
  type BookingChart,
  type BookingEffect,
  type BookingEvent,
  type BookingRecord,
  cashRefundChart,
  cashTopUpChart,
  chargebackChart,
  plannedWork,
  purchaseChart,
  tagAdjustmentChart,
  twoTapPurchaseChart,
} from './booking-chart.ts';

type Name =
  | 'waitingForTag'
  | 'admitting'
  | 'reserving'
  | 'awaitingSecondTap'
  | 'writing'
  | 'awaitingSameTag'
  | 'unknown'
  | 'committed'
  | 'aborted'
  | 'cancelled'
  | 'expired';
/** Where a step leads, what it records (with the reason of an abort), what is done after the commit. */
type Leads = readonly [to: Name, record: string | null, effect: BookingEffect | null];

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
const nameOfEvent = (event: BookingEvent): string =>
  'finding' in event ? `${event.type} ${event.finding}` : event.type;

type Steps = Readonly<Record<string, Leads>>;

/** What every chart has in common; `last` is the last attempt at writing. */
const common: Steps = {
  'waitingForTag: TAG_READ': ['admitting', 'open', 'admit'],
  'waitingForTag: TIMEOUT': ['expired', null, null],
  'waitingForTag: CANCEL': ['cancelled', null, null],
  'waitingForTag: INTERRUPT': ['cancelled', null, null],
  'admitting: ADMITTED': ['reserving', null, 'reserve'],
  'admitting: DENIED': ['aborted', 'Aborted INSUFFICIENT_FUNDS', null],
  'reserving: DENIED': ['aborted', 'Aborted INSUFFICIENT_FUNDS', null],
  'reserving: CANCEL': ['aborted', 'Aborted CANCELLED', null],
  'reserving: INTERRUPT': ['aborted', 'Aborted INTERRUPTED', null],
  'writing: WRITTEN': ['committed', 'Committed', null],
  'writing: LOST': ['awaitingSameTag', null, 'await-same-tag'],
  'awaitingSameTag: SAME_TAG written': ['committed', 'Committed', null],
  'awaitingSameTag: SAME_TAG not-written': ['writing', null, 'write-tag'],
  'awaitingSameTag (last): SAME_TAG not-written': ['aborted', 'Aborted TAG_WRITE_FAILED', null],
  'awaitingSameTag: SAME_TAG displaced': ['aborted', 'Aborted TAG_CHANGED', null],
  'awaitingSameTag: SAME_TAG undecidable': ['unknown', 'TerminalConfirmUnknown', null],
  'awaitingSameTag: TIMEOUT': ['unknown', 'TerminalConfirmUnknown', null],
  'awaitingSameTag: INTERRUPT': ['unknown', 'TerminalConfirmUnknown', null],
  'unknown: RESOLVED written': ['committed', 'Committed', null],
  'unknown: RESOLVED not-written': ['aborted', 'Aborted INTERRUPTED', null],
};

/** One tap: the checkout and both images are one commit. */
const oneTapSteps: Steps = {
  ...common,
  'reserving: RESERVED': ['writing', 'checkout-and-write', 'write-tag'],
  'reserving: UNRESERVED': ['writing', 'checkout-and-write', 'write-tag'],
};

/** Two taps: the checkout is a commit of its own, and can be taken back until the tag is shown again. */
const twoTapSteps: Steps = {
  ...common,
  'reserving: RESERVED': ['awaitingSecondTap', 'checkout', 'await-second-tap'],
  'reserving: UNRESERVED': ['awaitingSecondTap', 'checkout', 'await-second-tap'],
  'awaitingSecondTap: SECOND_TAP': ['writing', 'write', 'write-tag'],
  'awaitingSecondTap: DENIED': ['aborted', 'Aborted INSUFFICIENT_FUNDS', null],
  'awaitingSecondTap: CANCEL': ['aborted', 'Aborted CANCELLED', null],
  'awaitingSecondTap: INTERRUPT': ['aborted', 'Aborted INTERRUPTED', null],
  'awaitingSecondTap: TIMEOUT': ['aborted', 'Aborted TAG_NOT_SHOWN', null],
};

function nameOfRecord(record: BookingRecord | null): string | null {
  if (record?.kind !== 'end') return record?.kind ?? null;
  return record.reason === null ? record.state : `${record.state} ${record.reason}`;
}

type Snapshot = SnapshotFrom<BookingChart>;

function nameOf({ value }: Snapshot): string {
  return typeof value === 'string' ? value : Object.values(value).join();
}

/** Every state that can be reached, with the attempts at writing that brought it there. */
function reachable(chart: BookingChart): readonly Snapshot[] {
  const paths = getShortestPaths(chart, {
    events: [...everyEvent],
    serializeState: (state) => JSON.stringify([state.value, state.context]),
  });
  return paths.map(({ state }) => state);
}

describe.each([
  { name: 'purchase', chart: purchaseChart, steps: oneTapSteps },
  { name: 'purchase with two taps', chart: twoTapPurchaseChart, steps: twoTapSteps },
  { name: 'cash top-up', chart: cashTopUpChart, steps: oneTapSteps },
  { name: 'cash refund', chart: cashRefundChart, steps: oneTapSteps },
  { name: 'chargeback', chart: chargebackChart, steps: oneTapSteps },
  { name: 'tag adjustment', chart: tagAdjustmentChart, steps: oneTapSteps },
])('$name', ({ chart, steps }) => {
  test('begins with waiting for a tag, and records nothing', () => {
    const [start, actions] = initialTransition(chart);
    expect(nameOf(start)).toBe('waitingForTag');
    expect(plannedWork(actions)).toEqual({ record: null, effect: 'await-tag' });
  });

  test('reaches every state of the table and no other', () => {
    const names = new Set(reachable(chart).map(nameOf));
    const table = new Set(Object.entries(steps).flatMap(([from, [to]]) => [from.split(/[ :]/)[0] ?? '', to]));
    expect([...names].sort()).toEqual([...table].sort());
  });

  test('3.1, Q14, Q51: every event in every state does what the table says, and nothing where it says nothing', () => {
    const seen = new Set<string>();
    for (const snapshot of reachable(chart)) {
      for (const event of everyEvent) {
        const name = nameOf(snapshot);
        const isLast = snapshot.context.writeAttempts === limits.writeAttemptsMax;
        const usual = `${name}: ${nameOfEvent(event)}`;
        const last = `${name} (last): ${nameOfEvent(event)}`;
        const key = isLast && steps[last] ? last : usual;
        const expected = steps[key];
        expect({ key, can: snapshot.can(event) }).toEqual({ key, can: expected !== undefined });
        if (!expected) continue;
        seen.add(key);
        const [next, actions] = transition(chart, snapshot, event);
        const { record, effect } = plannedWork(actions);
        expect([key, nameOf(next), nameOfRecord(record), effect]).toEqual([key, ...expected]);
      }
    }
    expect([...seen].sort()).toEqual(Object.keys(steps).sort());
  });

  test('a torn write is tried again a bounded number of times', () => {
    const attempts = reachable(chart).map(({ context }) => context.writeAttempts);
    expect(Math.max(...attempts)).toBe(limits.writeAttemptsMax);
  });

  test('R35: final states are final, and every other one has a way out', () => {
    for (const snapshot of reachable(chart)) {
      const isFinal = ['committed', 'aborted', 'cancelled', 'expired'].includes(nameOf(snapshot));
      expect({ name: nameOf(snapshot), status: snapshot.status }).toEqual({
        name: nameOf(snapshot),
        status: isFinal ? 'done' : 'active',
      });
      expect(everyEvent.some((event) => snapshot.can(event))).toBe(!isFinal);
    }
  });

  test('a restored state goes on as the one it was: everything is in the snapshot', () => {
    for (const snapshot of reachable(chart)) {
      const restored = chart.resolveState({ value: snapshot.value, context: snapshot.context });
      for (const event of everyEvent) expect(restored.can(event)).toBe(snapshot.can(event));
    }
  });
});

test('no promise and no timer in the chart', () => {
  const definition = JSON.stringify(purchaseChart.config, (key, value: unknown) => {
    if (['invoke', 'after', 'always', 'activities', 'delay'].includes(key)) throw new Error(`the chart has "${key}"`);
    return value;
  });
  expect(definition).toContain('waitingForTag');
});

test('INV-09: a step with two records or two effects is refused', () => {
  const record = { type: 'record', params: { kind: 'open' } };
  const run = { type: 'run', params: { effect: 'admit' } };
  expect(plannedWork([record, run])).toEqual({ record: { kind: 'open' }, effect: 'admit' });
  expect(() => plannedWork([record, record])).toThrow('INV-09');
  expect(() => plannedWork([run, run])).toThrow('INV-09');
});
