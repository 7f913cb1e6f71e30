import fs from 'node:fs';
import path from 'node:path';
import { type AnyEventObject, type AnyMachineSnapshot, type AnyStateMachine, StateMachine, transition } from 'xstate';
import { getShortestPaths, getStateNodes } from 'xstate/graph';

const chartFolder = path.join(import.meta.dirname, '../../terminal-core/checkout');

/** A chart of the till, by the name it is exported under. */
export interface KnownChart {
  readonly name: string;
  readonly chart: AnyStateMachine;
}

/** Every chart of the till: whatever a `*-chart.ts` of `checkout/` exports, so that a new one cannot be forgotten. */
export async function everyChart(): Promise<readonly KnownChart[]> {
  const files = fs.readdirSync(chartFolder).filter((file) => file.endsWith('-chart.ts'));
  const modules: readonly object[] = await Promise.all(files.map((file) => import(path.join(chartFolder, file))));
  return modules.flatMap((module) =>
    Object.entries(module).flatMap(([name, value]: [string, unknown]) =>
      value instanceof StateMachine ? [{ name, chart: value }] : [],
    ),
  );
}

/** Events that say more than their name; each of what they may say can lead somewhere else. */
const variants: Readonly<Record<string, readonly AnyEventObject[]>> = {
  DENIED: [{ type: 'DENIED', reason: 'INSUFFICIENT_FUNDS' }],
  SAME_TAG: ['written', 'not-written', 'displaced', 'undecidable'].map((finding) => ({ type: 'SAME_TAG', finding })),
  UNCLEAR: ['pending', 'unknown'].map((status) => ({ type: 'UNCLEAR', status })),
  RESOLVED: ['written', 'not-written'].map((finding) => ({ type: 'RESOLVED', finding })),
};

/** Every event a chart knows, with everything it may say. */
export function eventsOf(chart: AnyStateMachine): readonly AnyEventObject[] {
  return chart.events.flatMap((type) => variants[type] ?? [{ type }]);
}

/** One step of a chart that it can really take. */
export interface ChartStep {
  readonly from: AnyMachineSnapshot;
  readonly event: AnyEventObject;
  readonly to: AnyMachineSnapshot;
  /** Of `transition`: what is to be recorded and done. */
  readonly actions: readonly { readonly type: string; readonly params: unknown }[];
  /** The events that lead from the start to `from`, as few as possible. */
  readonly before: readonly AnyEventObject[];
}

/** Every event in every state that a chart can reach, by shortest paths of `xstate/graph`. */
export function stepsOf(chart: AnyStateMachine): readonly ChartStep[] {
  const events = eventsOf(chart);
  const paths = getShortestPaths(chart, {
    events: [...events],
    serializeState: (state) => JSON.stringify([state.value, state.context]),
  });
  return paths.flatMap(({ state: from, steps }) => {
    const before = steps.map(({ event }) => event).filter(({ type }) => type !== 'xstate.init');
    return events
      .filter((event) => from.can(event))
      .map((event) => {
        const [to, actions] = transition(chart, from, event);
        return { from, event, to, actions, before };
      });
  });
}

/** The innermost name of a state: no chart of the till has two with one name. */
export function leafOf({ value }: { readonly value: unknown }): string {
  let leaf = value;
  while (typeof leaf === 'object' && leaf !== null) leaf = Object.values(leaf)[0];
  return String(leaf);
}

/** A step in words, so that sets of steps can be compared: `purchase: writing —LOST→ awaitingSameTag`. */
export function stepName(
  chart: { readonly id: string },
  from: { readonly value: unknown },
  event: AnyEventObject,
  to: { readonly value: unknown },
): string {
  const { type, finding } = event;
  return `${chart.id}: ${leafOf(from)} —${finding === undefined ? type : `${type} ${finding}`}→ ${leafOf(to)}`;
}

/** The transitions as the definition has them, guards and all, whether or not they can be reached. */
export function definedTransitions(chart: AnyStateMachine): readonly object[] {
  return getStateNodes(chart).flatMap((node) => [...node.transitions.values()].flat());
}

/** Names of all states that are written down, without those that only hold others. */
export function definedLeaves(chart: AnyStateMachine): readonly string[] {
  return getStateNodes(chart)
    .filter(({ type }) => type === 'atomic' || type === 'final')
    .map(({ key }) => key);
}
