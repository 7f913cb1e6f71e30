// npm run check: types, lint and format, borders, unused code, rules with their tests. Everything that needs no test to be seen as wrong.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { checkBorders } from './borders.ts';
import { rootFolder } from './bundles.ts';
import { requirementsComplaint } from './requirements-tests.ts';

interface Check {
  readonly name: string;
  /** Gives the text to show where it fails, null where all is well. */
  readonly run: () => Promise<string | null>;
}

const checks: readonly Check[] = [
  { name: 'types (tsc)', run: () => runTool('tsc', ['-b']) },
  { name: 'lint and format (biome)', run: () => runTool('biome', ['ci', '--colors=off', '--max-diagnostics=50']) },
  { name: 'borders (dependency-cruiser)', run: findBorderViolations },
  { name: 'unused (knip)', run: () => runTool('knip', ['--no-progress']) },
  { name: 'rules and their tests', run: () => Promise.resolve(requirementsComplaint()) },
];

/** Runs all checks, shows the time of each and what is wrong. True where nothing is. */
export async function runChecks(log: (line: string) => void): Promise<boolean> {
  let isClean = true;
  for (const check of checks) {
    const startedMs = performance.now();
    const complaint = await check.run();
    const seconds = ((performance.now() - startedMs) / 1_000).toFixed(1);
    log(`${complaint === null ? '✓' : '✗'} ${check.name} (${seconds} s)`);
    if (complaint === null) continue;
    isClean = false;
    log(complaint.trimEnd());
  }
  return isClean;
}

async function findBorderViolations(): Promise<string | null> {
  const { moduleCount, violations } = await checkBorders(rootFolder);
  if (moduleCount === 0) return 'no module was seen at all: the parser does not work';
  return violations.length === 0 ? null : violations.join('\n');
}

/** The output of a tool of this project where it failed, null where it did not. */
function runTool(name: string, toolArguments: readonly string[]): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const program = path.join(rootFolder, 'node_modules/.bin', name);
    const child = spawn(program, toolArguments, { cwd: rootFolder, shell: process.platform === 'win32' });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? null : output === '' ? `${name} ended with ${code}` : output));
  });
}

if (import.meta.main) {
  if (!(await runChecks(console.log))) process.exitCode = 1;
}
