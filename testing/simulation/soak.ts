import { parseArgs } from 'node:util';
import { Cluster } from './cluster.ts';
import { reachedRows, requiredRows, unreachedRows } from './coverage.ts';
import { GlobalTimers } from './global-timers.ts';
import { ProgressBar } from './progress-bar.ts';
import { failureText, keepTrace, tallyText } from './report.ts';
import { play, type RunPlan } from './run.ts';
import { shrink } from './shrink.ts';
import { Tally } from './tally.ts';

/**
 * `npm run simulate:soak`: many long seeds, one after the other. It ends with what was done and which rows of the tables were
 * reached, and fails when a seed found something or a row was never reached.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    first: { type: 'string', default: '1' },
    steps: { type: 'string', default: '5000' },
    /** No seed is begun after so many minutes. */
    minutes: { type: 'string', default: '600' },
    uncovered: { type: 'boolean', default: false },
  },
});

const seeds = Number(values.seeds);
const first = Number(values.first);
const steps = Number(values.steps);
const endMs = performance.now() + Number(values.minutes) * 60_000;

/** Small and large events by turns. */
function planOf(seed: number): RunPlan {
  return { seed, steps, tills: 2 + (seed % 3), tags: 5 + (seed % 5), compareEvery: 25 };
}

const timers = new GlobalTimers();
const cluster = await Cluster.start();
cluster.stopOnSignal(() => timers.uninstall());
const bar = new ProgressBar(process.stderr, seeds * steps);
const tally = new Tally();
const failures: string[] = [];
const startedMs = performance.now();
let stepCount = 0;
let eventCount = 0;
let seedCount = 0;
try {
  for (let seed = first; seed < first + seeds && performance.now() < endMs; seed += 1) {
    const plan = planOf(seed);
    const before = stepCount;
    const onStep = (step: number) => bar.show(before + step, `seed ${seed}, ${failures.length} found`);
    const result = await play({ ...plan, onStep }, cluster, timers);
    stepCount += result.actions.length;
    eventCount += result.eventCount;
    seedCount += 1;
    tally.add(result.tally);
    if (!result.finding) continue;
    bar.clear();
    console.log(`seed ${seed}, step ${result.finding.step}: ${result.finding.detail}`);
    const shortest = await shrink(result, plan, cluster, timers, { runsMax: 25 });
    failures.push(failureText(shortest, plan, keepTrace(shortest, plan)));
  }
} finally {
  bar.clear();
  await cluster.stop();
}

const minutes = ((performance.now() - startedMs) / 60_000).toFixed(1);
const unreached = unreachedRows(tally);
console.log(tallyText('What was done:', tally.works));
console.log(tallyText('What went wrong on purpose:', tally.faults));
console.log(tallyText('Rows of the tables:', reachedRows(tally)));
for (const row of unreached) console.log(`NEVER REACHED: ${row}`);
for (const failure of failures) console.log(failure);
console.log(
  `${stepCount} steps over ${seedCount} seeds, ${eventCount} events, ${minutes} minutes: ${failures.length} violations, ` +
    `${requiredRows().length - unreached.length} of ${requiredRows().length} rows reached`,
);
process.exitCode = failures.length > 0 || (unreached.length > 0 && !values.uncovered) ? 1 : 0;
