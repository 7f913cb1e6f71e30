// npm test: everything that a change must pass, on real programs, and one closing line with the sum.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { buildStale } from './build.ts';
import { rootFolder } from './bundles.ts';
import { runChecks } from './check.ts';
import { missingRequirements } from './test-requirements.ts';

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const reportFolder = path.join(rootFolder, 'node_modules/.cache/klink-test');

/** A suite that cannot even be loaded has no test that failed, and a test that did not run has not passed. */
const vitestReportSchema = z.object({
  numPassedTests: z.int(),
  numTotalTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

const playwrightReportSchema = z.object({
  errors: z.array(z.unknown()),
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int(), skipped: z.int() }),
});

/** Runs a tool of this project in sight of the person who waits; true where it ended with 0. */
function runTool(command: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<boolean> {
  const [name = '', ...toolArguments] = command;
  const child = spawn(path.join(rootFolder, 'node_modules/.bin', name), toolArguments, {
    cwd: rootFolder,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
  });
}

function readReport<T>(name: string, schema: z.ZodType<T>): T | null {
  const file = path.join(reportFolder, name);
  return fs.existsSync(file) ? schema.parse(JSON.parse(fs.readFileSync(file, 'utf8'))) : null;
}

/** Real programs wait half of their time, for a reader that looks twice a second or for a disk: two for each core. */
const workers = { unit: 2, process: 4 } as const;

async function runVitest(project: keyof typeof workers): Promise<Counts> {
  const report = `vitest-${project}.json`;
  const succeeded = await runTool([
    'vitest',
    'run',
    '--project',
    project,
    `--maxWorkers=${workers[project]}`,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${path.join(reportFolder, report)}`,
  ]);
  const counted = readReport(report, vitestReportSchema);
  if (counted === null) return { passed: 0, failed: 1 };
  const unloaded = counted.testResults.filter(
    (suite) => suite.status === 'failed' && suite.assertionResults.length === 0,
  ).length;
  const failed = counted.numTotalTests - counted.numPassedTests + unloaded;
  return { passed: counted.numPassedTests, failed: succeeded ? failed : Math.max(failed, 1) };
}

async function runPlaywright(): Promise<Counts> {
  const report = 'playwright.json';
  const succeeded = await runTool(
    ['node', 'scripts/with-electron.ts', 'node_modules/.bin/playwright', 'test', '--reporter=list,json'],
    { PLAYWRIGHT_JSON_OUTPUT_NAME: path.join(reportFolder, report) },
  );
  const counted = readReport(report, playwrightReportSchema);
  if (counted === null) return { passed: 0, failed: 1 };
  const { expected, unexpected, flaky, skipped } = counted.stats;
  const failed = unexpected + flaky + skipped + counted.errors.length;
  return { passed: expected, failed: succeeded ? failed : Math.max(failed, 1) };
}

/** Checks and build are no tests: they only count where they fail. */
const failedOnce = (isFine: boolean): Counts => ({ passed: 0, failed: isFine ? 0 : 1 });

async function build(): Promise<Counts> {
  try {
    const built = await buildStale({ force: false, log: console.log });
    console.log(built.length === 0 ? 'everything is built' : `built ${built.join(', ')}`);
    return failedOnce(true);
  } catch (error) {
    console.error(error);
    return failedOnce(false);
  }
}

const stages: readonly { readonly name: string; readonly run: () => Promise<Counts> }[] = [
  { name: 'build', run: build },
  { name: 'check', run: async () => failedOnce(await runChecks(console.log)) },
  { name: 'unit', run: () => runVitest('unit') },
  { name: 'process', run: () => runVitest('process') },
  { name: 'e2e', run: runPlaywright },
];

async function runStages(): Promise<Counts> {
  const summary: string[] = [];
  let total: Counts = { passed: 0, failed: 0 };
  for (const stage of stages) {
    console.log(`\n── ${stage.name}`);
    const startedMs = performance.now();
    const { passed, failed } = await stage.run();
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    summary.push(`${stage.name.padEnd(8)} ${String(seconds).padStart(4)} s  ${passed} passed, ${failed} failed`);
    total = { passed: total.passed + passed, failed: total.failed + failed };
  }
  console.log(`\n${summary.join('\n')}`);
  return total;
}

const missing = missingRequirements();
if (missing.length > 0) {
  console.error(['The tests run the real programs, and this machine lacks:', ...missing].join('\n'));
  process.exitCode = 1;
} else {
  fs.rmSync(reportFolder, { recursive: true, force: true });
  fs.mkdirSync(reportFolder, { recursive: true });
  const { passed, failed } = await runStages();
  console.log(`\n${passed} passed, ${failed} failed`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}
