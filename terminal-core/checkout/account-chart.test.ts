/**
 * Goal: the chart of account mode walks requirements 3.1 without an unknown outcome: for every state and every event what
 * is recorded, what is done next, and that everything else is not possible.
 * Method: a table of all steps by hand against every state the chart can reach and every event there is.
 */
import { describe, expect, test } from 'vitest';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import {
  type AccountEffect,
  type AccountEvent,
  type AccountRecord,
  accountChart,
  plannedAccountWork,
} from './account-chart.ts';

const everyEvent: readonly AccountEvent[] = [
  { type: 'TAG_READ' },
  { type: 'WARNED' },
  { type: 'ACKNOWLEDGED' },
  { type: 'RESERVED' },
  { type: 'UNRESERVED' },
  { type: 'ADMITTED' },
  { type: 'DENIED', reason: 'INSUFFICIENT_FUNDS' },
  { type: 'CONFIRMED' },
  { type: 'TIMEOUT' },
  { type: 'CANCEL' },
  { type: 'INTERRUPT' },
];

type Leads = readonly [to: string, record: string | null, effect: AccountEffect | null];
const steps: Readonly<Record<string, Leads>> = {
  'waitingForTag: TAG_READ': ['reserving', 'open', 'reserve'],
  'waitingForTag: WARNED': ['warned', null, 'await-acknowledgement'],
  'warned: ACKNOWLEDGED': ['reserving', 'open', 'reserve'],
  'warned: TIMEOUT': ['expired', null, null],
  'warned: CANCEL': ['cancelled', null, null],
  'warned: INTERRUPT': ['cancelled', null, null],
  'waitingForTag: TIMEOUT': ['expired', null, null],
  'waitingForTag: CANCEL': ['cancelled', null, null],
  'waitingForTag: INTERRUPT': ['cancelled', null, null],
  'reserving: RESERVED': ['confirmStarted', 'checkout reserved', 'confirm'],
  'reserving: UNRESERVED': ['admitting', null, 'admit'],
  'reserving: DENIED': ['aborted', 'Aborted INSUFFICIENT_FUNDS', null],
  'reserving: CANCEL': ['aborted', 'Aborted CANCELLED', null],
  'reserving: INTERRUPT': ['aborted', 'Aborted INTERRUPTED', null],
  'admitting: ADMITTED': ['confirmStarted', 'checkout', 'confirm'],
  'admitting: DENIED': ['aborted', 'Aborted INSUFFICIENT_FUNDS', null],
  'confirmStarted: CONFIRMED': ['committed', 'Committed', null],
};

type Snapshot = SnapshotFrom<typeof accountChart>;

function nameOf({ value }: Snapshot): string {
  return typeof value === 'string' ? value : Object.values(value).join();
}

function nameOfRecord(record: AccountRecord | null): string | null {
  if (!record) return null;
  switch (record.kind) {
    case 'open':
      return 'open';
    case 'checkout':
      return record.isReserved ? 'checkout reserved' : 'checkout';
    case 'end':
      return record.reason === null ? record.state : `${record.state} ${record.reason}`;
  }
}

const reachable: readonly Snapshot[] = getShortestPaths(accountChart, { events: [...everyEvent] }).map(
  ({ state }) => state,
);

describe('account mode', () => {
  test('begins with waiting for a tag, and records nothing', () => {
    const [start, actions] = initialTransition(accountChart);
    expect(nameOf(start)).toBe('waitingForTag');
    expect(plannedAccountWork(actions)).toEqual({ record: null, effect: 'await-tag' });
  });

  test('3.1, Q52: every event in every state does what the table says, and nothing where it says nothing', () => {
    const seen = new Set<string>();
    for (const snapshot of reachable) {
      for (const event of everyEvent) {
        const key = `${nameOf(snapshot)}: ${event.type}`;
        const expected = steps[key];
        expect({ key, can: snapshot.can(event) }).toEqual({ key, can: expected !== undefined });
        if (!expected) continue;
        seen.add(key);
        const [next, actions] = transition(accountChart, snapshot, event);
        const { record, effect } = plannedAccountWork(actions);
        expect([key, nameOf(next), nameOfRecord(record), effect]).toEqual([key, ...expected]);
      }
    }
    expect([...seen].sort()).toEqual(Object.keys(steps).sort());
  });

  test('R35: Committed and Aborted are the only ends of a number that was drawn; nothing is ever unknown', () => {
    const ends = reachable.filter(({ status }) => status === 'done').map(nameOf);
    expect(ends.sort()).toEqual(['aborted', 'cancelled', 'committed', 'expired']);
    for (const snapshot of reachable)
      expect(everyEvent.some((event) => snapshot.can(event))).toBe(snapshot.status !== 'done');
  });

  test('a restored state goes on as the one it was, with no promise and no timer in the chart', () => {
    for (const snapshot of reachable) {
      const restored = accountChart.resolveState({ value: snapshot.value });
      for (const event of everyEvent) expect(restored.can(event)).toBe(snapshot.can(event));
    }
    const definition = JSON.stringify(accountChart.config);
    for (const word of ['invoke', 'after', 'always', 'delay']) expect(definition).not.toContain(`"${word}"`);
  });
});
