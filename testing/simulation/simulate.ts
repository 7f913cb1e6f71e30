import { parseArgs } from 'node:util';
import { Cluster } from './cluster.ts';
import { GlobalTimers } from './global-timers.ts';
import { play } from './run.ts';

/** `npm run simulate -- --seed N --steps N --tills N`: plays one seed and says what it found. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '2000' },
    tills: { type: 'string', default: '3' },
    tags: { type: 'string', default: '8' },
  },
});
const plan = {
  seed: Number(values.seed),
  steps: Number(values.steps),
  tills: Number(values.tills),
  tags: Number(values.tags),
  compareEvery: 10,
};
const cluster = await Cluster.start();
const startedMs = performance.now();
const result = await play(plan, cluster, new GlobalTimers());
const seconds = (performance.now() - startedMs) / 1_000;
console.log(
  JSON.stringify(
    {
      works: Object.fromEntries(result.tally.works),
      faults: Object.fromEntries(result.tally.faults),
      reached: Object.fromEntries(result.tally.reached),
    },
    null,
    1,
  ),
);
console.log(
  `seed ${result.seed}: ${result.actions.length} steps, ${result.eventCount} events, ${seconds.toFixed(1)} s, trace ${result.traceHash}`,
);
if (result.finding) console.log(`step ${result.finding.step}: ${result.finding.detail}`);
await cluster.stop();
process.exitCode = result.finding ? 1 : 0;
