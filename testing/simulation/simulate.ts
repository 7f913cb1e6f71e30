import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Action } from './actions.ts';
import { Cluster } from './cluster.ts';
import { GlobalTimers } from './global-timers.ts';
import { olderRelease } from './releases.ts';
import { failureText, keepTrace, tallyText } from './report.ts';
import { play, type RunPlan } from './run.ts';
import { shrink } from './shrink.ts';

/** `npm run simulate -- --seed N --steps N --tills N`: plays one seed, and what it finds it makes short; or a kept trace. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    steps: { type: 'string', default: '2000' },
    tills: { type: 'string', default: '3' },
    tags: { type: 'string', default: '8' },
    replay: { type: 'string' },
    shrink: { type: 'string', default: '60' },
    older: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

const traceSchema = z.object({
  seed: z.int(),
  tills: z.int(),
  tags: z.int(),
  actions: z.array(z.custom<Action>((value) => z.looseObject({ kind: z.string() }).safeParse(value).success)),
});

function planOf(): RunPlan {
  const given = {
    seed: Number(values.seed),
    steps: Number(values.steps),
    tills: Number(values.tills),
    tags: Number(values.tags),
    compareEvery: 10,
  };
  if (values.replay === undefined) return given;
  const { seed, tills, tags, actions } = traceSchema.parse(JSON.parse(readFileSync(values.replay, 'utf8')));
  return { seed, tills, tags, actions, steps: actions.length, compareEvery: 1 };
}

const older = values.older === undefined ? {} : { older: await olderRelease(values.older) };
const plan: RunPlan = { ...planOf(), ...older };
const timers = new GlobalTimers();
const cluster = await Cluster.start();
cluster.stopOnSignal(() => timers.uninstall());
console.log(`seed ${plan.seed}: up to ${plan.steps} steps, ${plan.tills} tills, ${plan.tags} tags`);
try {
  const startedMs = performance.now();
  const result = await play(plan, cluster, timers);
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
  if (values.verbose)
    for (const [title, counts] of Object.entries({
      faults: result.tally.faults,
      works: result.tally.works,
      reached: result.tally.reached,
    }))
      console.log(tallyText(title, counts));
  console.log(
    `seed ${result.seed}: ${result.actions.length} steps, ${result.eventCount} events, ${seconds} s, trace ${result.traceHash}`,
  );
  if (result.finding) {
    console.log(`step ${result.finding.step}: ${result.finding.detail}`);
    const shortest = await shrink(result, plan, cluster, timers, { runsMax: Number(values.shrink) });
    console.log(failureText(shortest, plan, keepTrace(shortest, plan)));
    process.exitCode = 1;
  }
} finally {
  await cluster.stop();
}
