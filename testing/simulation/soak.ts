import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Cluster } from './cluster.ts';
import { Figures } from './figures.ts';
import { GlobalTimers } from './global-timers.ts';
import { ProgressBar } from './progress-bar.ts';
import { olderRelease } from './releases.ts';
import { failureText, keepTrace } from './report.ts';
import { play, type RunPlan } from './run.ts';
import { shrink } from './shrink.ts';

/**
 * `npm run simulate:soak`: many long seeds, one after the other. It ends with what was done and which rows of the tables were
 * reached, and fails when a seed found something or a row was never reached. A soak in pieces keeps the figures of each
 * (`--figures FILE --uncovered`), and is summed up by `--sum FOLDER`.
 */
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    first: { type: 'string', default: '1' },
    steps: { type: 'string', default: '5000' },
    /** No seed is begun after so many minutes. */
    minutes: { type: 'string', default: '600' },
    /** A row that was never reached is no failure: for a piece of a soak. */
    uncovered: { type: 'boolean', default: false },
    figures: { type: 'string' },
    /** How often a seed that found something is played again to make its trace short. */
    shrink: { type: 'string', default: '25' },
    sum: { type: 'string' },
    /** A clone at an older release, of which every second till is until it is brought up to date. */
    older: { type: 'string' },
  },
});

const total = values.sum === undefined ? await soak() : sumOf(values.sum);
console.log(total.summary);
if (values.figures !== undefined) writeFileSync(values.figures, total.text);
process.exitCode = total.failures.length > 0 || (total.unreached.length > 0 && !values.uncovered) ? 1 : 0;

function sumOf(folder: string): Figures {
  const sum = new Figures();
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  for (const name of names.sort()) sum.add(Figures.parse(readFileSync(path.join(folder, name), 'utf8')));
  return sum;
}

async function soak(): Promise<Figures> {
  const [seeds, first, steps] = [Number(values.seeds), Number(values.first), Number(values.steps)];
  const startedMs = performance.now();
  const endMs = startedMs + Number(values.minutes) * 60_000;
  const older = values.older === undefined ? {} : { older: await olderRelease(values.older) };
  const timers = new GlobalTimers();
  const cluster = await Cluster.start();
  cluster.stopOnSignal(() => timers.uninstall());
  const bar = new ProgressBar(process.stderr, seeds * steps);
  const figures = new Figures();
  try {
    for (let seed = first; seed < first + seeds && performance.now() < endMs; seed += 1) {
      const plan = { ...planOf(seed, steps), ...older };
      const before = figures.steps;
      const onStep = (step: number) => bar.show(before + step, `seed ${seed}, ${figures.failures.length} found`);
      const result = await play({ ...plan, onStep }, cluster, timers);
      figures.seeds.push(seed);
      figures.steps += result.actions.length;
      figures.events += result.eventCount;
      figures.tally.add(result.tally);
      if (!result.finding) continue;
      bar.clear();
      console.log(`seed ${seed}, step ${result.finding.step}: ${result.finding.detail}`);
      const shortest = await shrink(result, plan, cluster, timers, { runsMax: Number(values.shrink) });
      figures.failures.push(failureText(shortest, plan, keepTrace(shortest, plan)));
    }
  } finally {
    bar.clear();
    await cluster.stop();
  }
  figures.minutes = (performance.now() - startedMs) / 60_000;
  return figures;
}

/** Small and large events by turns. */
function planOf(seed: number, steps: number): RunPlan {
  return { seed, steps, tills: 2 + (seed % 3), tags: 5 + (seed % 5), compareEvery: 25 };
}
