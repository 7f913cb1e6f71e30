import { z } from 'zod';
import { plantBug } from './plant-bug.ts';
import { plantedBugs } from './planted-bugs.ts';

/**
 * The simulation of one planted bug, or of none, in a process of its own on the cluster of `mutants.ts`: seed after seed, until
 * one finds it or the steps are used up. Says what came of it in one line of JSON.
 */
const planSchema = z.object({
  bug: z.string().nullable(),
  connection: z.object({ host: z.string(), port: z.int(), user: z.string() }),
  stepsMax: z.int(),
  runs: z.object({ firstSeed: z.int(), stepsPerSeed: z.int(), tills: z.int(), tags: z.int() }),
});
const plan = planSchema.parse(JSON.parse(process.env['KLINK_MUTANT_PLAN'] ?? ''));
if (plan.bug !== null) {
  const bug = plantedBugs.find(({ name }) => name === plan.bug);
  if (!bug) throw new Error(`there is no planted bug "${plan.bug}"`);
  plantBug(bug);
}

// Not before the bug is planted: these bring the product in.
const { Cluster } = await import('./cluster.ts');
const { GlobalTimers } = await import('./global-timers.ts');
const { play } = await import('./run.ts');

const timers = new GlobalTimers();
const cluster = Cluster.attach(plan.connection, `mutant_${process.pid}`);
let steps = 0;
let found: { seed: number; step: number; check: string; detail: string } | null = null;
const { firstSeed, stepsPerSeed, tills, tags } = plan.runs;
for (let seed = firstSeed; steps < plan.stepsMax && !found; seed += 1) {
  const count = Math.min(stepsPerSeed, plan.stepsMax - steps);
  const result = await play({ seed, steps: count, tills, tags, compareEvery: 4 }, cluster, timers);
  if (result.finding) {
    const { step, check, detail } = result.finding;
    found = { seed, step, check, detail };
  }
  steps += result.actions.length;
}
console.log(JSON.stringify({ steps, found }));
process.exit(0);
