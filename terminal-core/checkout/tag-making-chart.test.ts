/**
 * Goal: a tag is made anew in the only order in which no kill and no torn write can do harm (tag.md, "Writing" 4): said
 * first, then settled, then written, and told only when it is whole.
 * Method: a table of all steps by hand against every state the chart can reach and every event there is.
 */
import { describe, expect, test } from 'vitest';
import { transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { plannedMaking, type TagMakingEvent, tagMakingChart } from './tag-making-chart.ts';

const types = [
  'TAG_READ',
  'ALREADY_MADE',
  'SETTLED',
  'DENIED',
  'WRITTEN',
  'LOST',
  'TIMEOUT',
  'CANCEL',
  'INTERRUPT',
] as const;
const events: readonly TagMakingEvent[] = types.map((type) => ({ type }));

/** Where a step leads, what it records, what is done after the commit. */
const steps: Readonly<Record<string, readonly [to: string, record: string | null, effect: string | null]>> = {
  'waitingForTag: TAG_READ': ['settling', 'announce', 'settle'],
  'waitingForTag: ALREADY_MADE': ['made', 'conclude', null],
  'waitingForTag: TIMEOUT': ['expired', null, null],
  'waitingForTag: CANCEL': ['cancelled', null, null],
  'waitingForTag: INTERRUPT': ['cancelled', null, null],
  'settling: SETTLED': ['writing', 'begin', 'write-tag'],
  'settling: DENIED': ['cancelled', null, null],
  'writing: WRITTEN': ['made', 'conclude', null],
  'writing: LOST': ['waitingForTag', null, 'await-tag'],
};

describe('a tag made anew', () => {
  test('tag.md, "Writing" 4: said, settled, written, and told when it is whole; a lost one is waited for again', () => {
    const seen = new Set<string>();
    for (const { state } of getShortestPaths(tagMakingChart, { events: [...events] })) {
      for (const event of events) {
        const key = `${String(state.value)}: ${event.type}`;
        const expected = steps[key];
        expect({ key, can: state.can(event) }).toEqual({ key, can: expected !== undefined });
        if (!expected) continue;
        seen.add(key);
        const [next, actions] = transition(tagMakingChart, state, event);
        const { record, effect } = plannedMaking(actions);
        expect([key, next.value, record, effect]).toEqual([key, ...expected]);
      }
    }
    expect([...seen].sort()).toEqual(Object.keys(steps).sort());
  });
});
