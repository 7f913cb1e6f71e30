import type { ActionKind } from './actions.ts';
import type { Chance } from './chance.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What a run is full of: no two are alike, and in each some things break far more often than in any real event. */
export interface Temper {
  /** Percent of the decisions that break something. */
  readonly faults: number;
  /** Percent of the showings that are too short for a sale. */
  readonly torn: number;
  /** Percent of those that are asked to show their wristband again and do. */
  readonly shownAgain: number;
  readonly partitionsMs: readonly number[];
  readonly weights: Readonly<Partial<Record<ActionKind, number>>>;
}

export function temperOf(chance: Chance): Temper {
  const factor = () => chance.pick([0.2, 1, 1, 3]);
  const isCutOff = chance.percent(35);
  return {
    faults: chance.pick([8, 16, 28]),
    torn: chance.pick([15, 35, 55]),
    shownAgain: chance.pick([25, 70, 90]),
    partitionsMs: isCutOff ? [40 * minuteMs, 6 * hourMs] : [2_000, 20_000, 5 * minuteMs, 40 * minuteMs],
    weights: {
      kill: 30 * factor(),
      'reader-host': 8 * factor(),
      flaw: 12 * factor(),
      partition: isCutOff ? 30 : 14 * factor(),
      weather: 14 * factor(),
      clock: 4 * factor(),
      'backend-dies': 8 * factor(),
      jobs: 8,
      stop: 3 * factor(),
      night: 0.6,
      provider: 2 * factor(),
      operator: 16 * factor(),
    },
  };
}
