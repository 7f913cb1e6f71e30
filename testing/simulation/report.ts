import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunPlan, RunResult } from './run.ts';

const folder = path.resolve(import.meta.dirname, '../../test-results/simulation');

/** A trace in a file, for `--replay`. @returns where it lies, from the project's folder on */
export function keepTrace(result: RunResult, plan: RunPlan): string {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `seed-${result.seed}.json`);
  const { seed, tills, tags } = plan;
  writeFileSync(
    file,
    `${JSON.stringify({ seed, tills, tags, finding: result.finding, actions: result.actions }, null, 1)}\n`,
  );
  return path.relative(process.cwd(), file);
}

/** What a person needs to see of a run that found something. */
export function failureText(result: RunResult, plan: RunPlan, file: string): string {
  const { finding, actions, seed } = result;
  const { tills, tags, steps } = plan;
  const older = plan.older ? ' --older FOLDER' : '';
  return [
    `seed ${seed}, step ${finding?.step}: ${finding?.detail}`,
    `from the beginning: npm run simulate -- --seed ${seed} --steps ${steps} --tills ${tills} --tags ${tags}${older}`,
    `its shortest trace, ${actions.length} steps: npm run simulate -- --replay ${file}${older}`,
    ...actions.slice(-40).map((action) => `  ${JSON.stringify(action)}`),
  ].join('\n');
}

/** What was done, one name a line with its count. */
export function tallyText(title: string, counts: ReadonlyMap<string, number>): string {
  const lines = [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
  return [title, ...lines.map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`)].join('\n');
}
