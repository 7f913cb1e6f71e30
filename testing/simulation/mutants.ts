import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Cluster } from './cluster.ts';
import { type PlantedBug, plantedBugs, type Runs, usualRuns } from './planted-bugs.ts';

/**
 * `npm run simulate:mutants`: plants one bug after the other, lets the simulation look for it, and prints a line for each. A
 * check that cannot fail is worth nothing: one bug that is not found fails the whole. First the same runs are played with no bug
 * at all: what is found there would pass for every bug.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    /** Goes on with the n-th of the list. */
    first: { type: 'string', default: '1' },
  },
});
const outcomeSchema = z.object({
  steps: z.int(),
  found: z.object({ seed: z.int(), step: z.int(), check: z.string(), detail: z.string() }).nullable(),
});
const program = path.resolve(import.meta.dirname, 'mutant-process.ts');

const cluster = await Cluster.start();
let stopLooking: () => void = () => undefined;
cluster.stopOnSignal(() => stopLooking());
const wanted = plantedBugs.slice(Number(values.first) - 1).filter(({ name }) => name.includes(values.only));
let missedCount = 0;
let isControlClean = true;
try {
  if (values.only === '')
    for (const [runs, stepsMax] of longestOfRuns()) {
      const { found, steps } = await lookFor(null, stepsMax, runs);
      isControlClean &&= found === null;
      const played = `${steps} steps from seed ${runs.firstSeed} on`;
      console.log(
        found
          ? `NOT CLEAN  no bug planted, ${played}: seed ${found.seed}, ${found.detail}`
          : `clean      no bug planted, ${played}`,
      );
    }
  for (const bug of wanted) {
    const startedMs = performance.now();
    const outcome = await lookFor(bug.name, bug.stepsMax, runsOf(bug));
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
    if (!outcome.found) missedCount += 1;
    const { found, steps } = outcome;
    console.log(
      found
        ? `found      ${bug.name}: seed ${found.seed}, step ${found.step}, after ${steps} of ${bug.stepsMax} steps, by ${found.check} (${seconds} s)`
        : `NOT FOUND  ${bug.name}: ${steps} steps (${seconds} s)`,
    );
    if (found && values.only !== '') console.log(`           ${found.detail}`);
  }
} finally {
  await cluster.stop();
}
console.log(`${wanted.length - missedCount} of ${wanted.length} planted bugs found`);
process.exitCode = missedCount > 0 || !isControlClean ? 1 : 0;

function runsOf({ runs }: PlantedBug): Runs {
  return runs ?? usualRuns;
}

/** Every kind of runs that a bug is looked for in, as far as the longest of them goes. */
function longestOfRuns(): ReadonlyMap<Runs, number> {
  const longest = new Map<Runs, number>();
  for (const bug of wanted) longest.set(runsOf(bug), Math.max(bug.stepsMax, longest.get(runsOf(bug)) ?? 0));
  return longest;
}

function lookFor(bug: string | null, stepsMax: number, runs: Runs): Promise<z.infer<typeof outcomeSchema>> {
  const plan = { bug, connection: cluster.address, stepsMax, runs };
  const env = { ...process.env, KLINK_MUTANT_PLAN: JSON.stringify(plan) };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  stopLooking = () => child.kill();
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', async (code) => {
      await cluster.unlessBrokenOff();
      const last = said.trim().split('\n').at(-1) ?? '';
      if (code === 0) resolve(outcomeSchema.parse(JSON.parse(last)));
      else reject(new Error(`the simulation of "${bug ?? 'no bug'}" ended with ${code}: ${said}`));
    });
  });
}
