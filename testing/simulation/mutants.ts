import { spawn } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { Cluster } from './cluster.ts';
import { type PlantedBug, plantedBugs } from './planted-bugs.ts';

/**
 * `npm run simulate:mutants`: plants one bug after the other, lets the simulation look for it, and prints a line for each. A
 * check that cannot fail is worth nothing: one bug that is not found fails the whole.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    /** Goes on with the n-th of the list. */
    first: { type: 'string', default: '1' },
    steps: { type: 'string', default: '600' },
  },
});
const outcomeSchema = z.object({
  steps: z.int(),
  found: z.object({ seed: z.int(), step: z.int(), check: z.string(), detail: z.string() }).nullable(),
});
const program = path.resolve(import.meta.dirname, 'mutant-process.ts');

const cluster = await Cluster.start();
cluster.stopOnSignal();
const wanted = plantedBugs.slice(Number(values.first) - 1).filter(({ name }) => name.includes(values.only));
let missedCount = 0;
try {
  for (const bug of wanted) {
    const startedMs = performance.now();
    const outcome = await lookFor(bug);
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
process.exitCode = missedCount > 0 ? 1 : 0;

function lookFor(bug: PlantedBug): Promise<z.infer<typeof outcomeSchema>> {
  const plan = {
    bug: bug.name,
    connection: cluster.address,
    stepsMax: bug.stepsMax,
    stepsPerSeed: Number(values.steps),
  };
  const env = { ...process.env, KLINK_MUTANT_PLAN: JSON.stringify(plan) };
  const child = spawn(process.execPath, [program], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      const last = said.trim().split('\n').at(-1) ?? '';
      if (code === 0) resolve(outcomeSchema.parse(JSON.parse(last)));
      else reject(new Error(`the simulation of "${bug.name}" ended with ${code}: ${said}`));
    });
  });
}
