/**
 * `npm run test:chaos -- [--sales 500] [--kills 500] [--seed N] [--minutes 60] [--figures FILE]`: tills with real till hosts
 * on real PC/SC services, a real backend and a real PostgreSQL, all of which are killed in the middle of their work again
 * and again, while wristbands are sold to, topped up, refunded, torn off and carried from till to till. Every 60 deeds
 * everything is brought to rest, and what is on the wristbands, in the tills and in the ledger has to agree to the cent.
 * `--weather foul` (`npm run test:network`) lets every request of the tills meet with what networks do, and kills nobody.
 * Ends with 0 where all agreed each time, else with 1 and what did not.
 */
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type ChaosEnd, type ChaosPlan, type ChaosProgress, runChaos } from './chaos-run.ts';
import { victims } from './kill-log.ts';
import { fairWeather, foulWeather } from './weather.ts';

const { values } = parseArgs({
  options: {
    sales: { type: 'string', default: '500' },
    kills: { type: 'string' },
    seed: { type: 'string', default: '1' },
    tills: { type: 'string', default: '4' },
    /** Deeds between two times at which all books are compared. */
    'reckon-every': { type: 'string', default: '60' },
    weather: { type: 'string', default: 'fair' },
    /** No deed is begun after so many minutes. */
    minutes: { type: 'string', default: '60' },
    /** Every figure of the end, as JSON. */
    figures: { type: 'string' },
  },
});
const seed = Number(values.seed);
const isFoul = z.enum(['fair', 'foul']).parse(values.weather) === 'foul';
const kills = Number(values.kills ?? (isFoul ? 0 : 500));
const isDeadly = kills > 0;
const bars = Number(values.tills);
const plan: ChaosPlan = {
  seed,
  bars,
  wristbands: 4 * bars,
  sales: Number(values.sales),
  kills,
  reckonEvery: Number(values['reckon-every']),
  mishaps: isDeadly
    ? { none: 35, kill: 50, tear: 8, 'tear and kill': 7 }
    : { none: 90, kill: 0, tear: 10, 'tear and kill': 0 },
  weather: isFoul ? foulWeather(seed) : fairWeather,
  backendKillEvery: isDeadly ? 5 : 0,
  databaseKillEvery: isDeadly ? 25 : 0,
  endMs: Number(values.minutes) * 60_000,
};
const startedMs = performance.now();
const sayEveryMs = 10_000;
let saidMs = startedMs;

function say(progress: ChaosProgress): void {
  if (performance.now() - saidMs < sayEveryMs) return;
  saidMs = performance.now();
  console.error(lineOf(progress));
}

function lineOf({ world, deeds, sales, reckonings }: ChaosProgress): string {
  const { kills: log, line } = world;
  const killed = victims.map((victim) => `${victim} ${log.inWorkOf(victim)}`).join(', ');
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  return (
    `${sales} of ${plan.sales} sales, ${log.inWorkCount} of ${plan.kills} kills (${killed}; ${log.idleCount} idle), ` +
    `${deeds} deeds, ${line.requestCount} requests, ${reckonings} reckonings, ${seconds} s`
  );
}

function summaryOf(end: ChaosEnd): string {
  const { kills: log, line } = end.world;
  const states = log.byState.map(
    ({ victim, state, isInWork, count }) =>
      `${String(count).padStart(5)}  ${victim}: ${state}${isInWork ? '' : ' (idle)'}`,
  );
  const faults = [...line.tally].map(([kind, count]) => `${String(count).padStart(5)}  ${kind}`);
  const said = [...end.said].map(([what, count]) => `${what} ${count}`).join(', ');
  const wrong =
    end.complaints.length === 0 ? 'nothing lost, nothing twice, to the cent' : `WRONG:\n${end.complaints.join('\n')}`;
  return ['killed:', ...states, 'requests:', ...faults, `the tills said: ${said}`, lineOf(end), wrong].join('\n');
}

function figuresOf(end: ChaosEnd) {
  const { world, deeds, sales, reckonings, complaints } = end;
  return {
    seed,
    weather: values.weather,
    tills: bars,
    sales,
    deeds,
    reckonings,
    seconds: Math.round((performance.now() - startedMs) / 1_000),
    kills: { inWork: world.kills.inWorkCount, idle: world.kills.idleCount, byState: world.kills.byState },
    requests: { count: world.line.requestCount, ...Object.fromEntries(world.line.tally) },
    said: Object.fromEntries(end.said),
    complaints,
  };
}

const end = await runChaos(plan, say);
console.log(summaryOf(end));
if (values.figures !== undefined) fs.writeFileSync(values.figures, `${JSON.stringify(figuresOf(end), null, 2)}\n`);
const isShort = end.sales < plan.sales || end.world.kills.inWorkCount < plan.kills;
if (isShort && end.complaints.length === 0) console.log('the time was over before it had done everything');
// At once: everything is closed, and what the network left half-open is nobody's to wait for.
process.exit(end.complaints.length > 0 || isShort ? 1 : 0);
