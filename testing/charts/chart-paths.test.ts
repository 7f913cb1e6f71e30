/**
 * Goal: of every chart of the till no state and no transition is dead, none leads nowhere, none depends on more than the
 * snapshot; and a chart that is added is held to the same without being named here.
 * Method: the charts are found in their folder; `xstate/graph` walks shortest paths to every state, and every event a chart
 * knows is tried at each. What was taken is compared with the chart's definition, transition by transition.
 */
import { describe, expect, test } from 'vitest';
import { initialTransition, transition } from 'xstate';
import { plannedWork } from '../../terminal-core/checkout/booking-chart.ts';
import { definedLeaves, definedTransitions, eventsOf, everyChart, leafOf, stepsOf } from './every-chart.ts';

const charts = await everyChart();

test('the charts are found', () => {
  expect(charts.length).toBeGreaterThan(6);
  expect(new Set(charts.map(({ chart }) => chart.id)).size).toBe(charts.length);
});

describe.each(charts)('$name', ({ chart }) => {
  const steps = stepsOf(chart);

  test('every state of the definition is reached', () => {
    const reached = new Set(steps.flatMap(({ from, to }) => [leafOf(from), leafOf(to)]));
    expect(definedLeaves(chart).filter((name) => !reached.has(name))).toEqual([]);
  });

  test('every transition of the definition, guards and all, lies on a path', () => {
    const taken = new Set<object>(steps.flatMap(({ from, event }) => chart.getTransitionData(from, event)));
    expect(definedTransitions(chart).filter((defined) => !taken.has(defined))).toEqual([]);
    expect(taken.size).toBe(definedTransitions(chart).length);
  });

  test('R35: a state is final or has a way out to one that is', () => {
    const ends = new Map(steps.map(({ from }) => [leafOf(from), new Set<string>()]));
    for (const { from, to } of steps) ends.get(leafOf(from))?.add(leafOf(to));
    const isFinal = (name: string) => !ends.has(name);
    const leadsToAnEnd = new Set([...new Set(steps.map(({ to }) => leafOf(to)))].filter(isFinal));
    for (let grown = true; grown; ) {
      grown = false;
      for (const [name, targets] of ends) {
        if (leadsToAnEnd.has(name) || ![...targets].some((target) => leadsToAnEnd.has(target))) continue;
        leadsToAnEnd.add(name);
        grown = true;
      }
    }
    expect([...ends.keys()].filter((name) => !leadsToAnEnd.has(name))).toEqual([]);
    for (const { to } of steps) expect(to.status).toBe(isFinal(leafOf(to)) ? 'done' : 'active');
  });

  test('INV-09: a step is at most one commit and one effect, and an end asks for nothing', () => {
    for (const { to, actions } of steps) {
      const { effect } = plannedWork<unknown, unknown>(actions);
      if (to.status === 'done') expect(effect).toBeNull();
    }
  });

  test('a path walked again event by event ends in the same state: the snapshot is all there is', () => {
    for (const { from, event, to, before } of steps) {
      let [snapshot] = initialTransition(chart);
      for (const earlier of [...before, event]) {
        const restored = chart.resolveState({ value: snapshot.value, context: snapshot.context });
        for (const any of eventsOf(chart)) expect(restored.can(any)).toBe(snapshot.can(any));
        expect(snapshot.can(earlier)).toBe(true);
        [snapshot] = transition(chart, restored, earlier);
      }
      expect([leafOf(from), snapshot.value, snapshot.context]).toEqual([leafOf(from), to.value, to.context]);
    }
  });

  test('no promise, no timer, no step that takes itself', () => {
    const definition = JSON.stringify(chart.config, (key, value: unknown) => {
      if (['invoke', 'after', 'always', 'activities', 'delay'].includes(key)) throw new Error(`the chart has "${key}"`);
      return value;
    });
    expect(definition.length).toBeGreaterThan(100);
  });
});
