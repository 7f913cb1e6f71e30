// npm start: everything on this computer, from nothing: a demo backend, an enrolled till, and its window.
// npm run dev: the same with --watch, which builds and shows every change.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { buildStale } from './build.ts';
import { bundles, rootFolder } from './bundles.ts';
import { type DemoBackend, startDemoBackend } from './demo-backend.ts';
import { openDemoSchool } from './demo-school.ts';
import { type ElectronRuntime, findElectron } from './electron-runtime.ts';
import { WindowProcess } from './window-process.ts';

const say = (line: string): void => console.log(`klink: ${line}`);
const run = promisify(execFile);
const klink = path.join(rootFolder, 'out/cli/klink.js');
const { folder, isCanteen, isWatching, applicationArguments } = startOptions(process.argv.slice(2));
const tillFolder = path.join(folder, 'till');
const settleMs = 200;
const statusSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('status'), details: z.object({ enrolled: z.boolean() }) }),
  z.object({ event: z.literal('fault'), error: z.object({ code: z.string() }) }),
]);
/** What is thrown for a program that ends with another code than 0. */
const failedRunSchema = z.object({ stdout: z.string() });

/**
 * `--watch`, `--canteen` for the demo canteen instead of the festival, and `--folder DIR` for another place than `.klink`;
 * whatever else is given is the window's.
 */
function startOptions(given: readonly string[]) {
  const at = given.indexOf('--folder');
  const isSchool = given.includes('--canteen');
  const usual = isSchool ? '.klink/canteen' : '.klink';
  const place = at < 0 ? usual : (given[at + 1] ?? usual);
  const isOurs = (argument: string, index: number) =>
    argument === '--watch' || argument === '--canteen' || (at >= 0 && (index === at || index === at + 1));
  return {
    folder: path.resolve(rootFolder, place),
    isCanteen: isSchool,
    isWatching: given.includes('--watch'),
    applicationArguments: given.filter((argument, index) => !isOurs(argument, index)),
  };
}

/** False where `DIR` holds no assignment yet. What else is wrong with a folder the window says, better than a start that fails. */
async function isEnrolled(): Promise<boolean> {
  if (!fs.existsSync(tillFolder)) return false;
  const asked = run(process.execPath, [klink, 'status', '--json', '--data', tillFolder]);
  const { stdout } = await asked.catch((error: unknown) => failedRunSchema.parse(error));
  const answer = statusSchema.parse(JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}'));
  return answer.event === 'status' ? answer.details.enrolled : answer.error.code !== 'NOT_ENROLLED';
}

async function enrol(backend: DemoBackend): Promise<void> {
  const [code, name] = isCanteen ? ['DEMO-CANTEEN', 'Servery 1'] : ['DEMO-FEST', 'Till 1'];
  say(`enrolling this till for the demo ${isCanteen ? 'canteen' : 'festival'} (${code})`);
  fs.mkdirSync(tillFolder, { recursive: true, mode: 0o700 });
  const wanted = ['enrol', '--backend', backend.address, '--code', code, '--name', name];
  await run(process.execPath, [klink, ...wanted, '--data', tillFolder]);
  if (isCanteen) await openDemoSchool(backend.address, tillFolder);
}

/** Builds after every change of a source and calls `onBuilt` with what was built. */
function watchSources(onBuilt: (built: readonly string[]) => void): void {
  let timer: NodeJS.Timeout | null = null;
  const build = (): void => {
    buildStale({ force: false, log: say }).then(
      (built) => {
        if (built.length > 0) onBuilt(built);
      },
      (error: unknown) => say(error instanceof Error ? error.message : String(error)),
    );
  };
  const folders = new Set(bundles.flatMap(({ sources }) => sources).filter((source) => !path.extname(source)));
  for (const source of folders) {
    fs.watch(path.join(rootFolder, source), { recursive: true }, () => {
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(build, settleMs);
    });
  }
  say('watching the sources');
}

/** Opens the window and keeps it open until a person closes it; with --watch a change of a host opens it anew. */
async function showWindow(runtime: ElectronRuntime, stopped: Promise<unknown>): Promise<number> {
  // Tells the window to load a new renderer by itself.
  if (isWatching) process.env['KLINK_WATCH'] = '1';
  let isRestarting = false;
  let window = openWindow(runtime);
  void stopped.then(() => window.stop());
  if (isWatching) {
    watchSources((built) => {
      // A new backend waits for the next start.
      if (!built.some((name) => name !== 'renderer' && name !== 'klink')) return;
      isRestarting = true;
      void window.stop();
    });
  }
  for (;;) {
    const code = await window.ended;
    if (!isRestarting) return code;
    isRestarting = false;
    window = openWindow(runtime);
  }
}

function openWindow(runtime: ElectronRuntime): WindowProcess {
  return new WindowProcess(runtime, ['--data', tillFolder, ...applicationArguments], say);
}

async function start(): Promise<number> {
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        say('stopping: the till first, then the backend, then its database');
        resolve();
      });
    }
  });
  await buildStale({ force: false, log: say });
  const runtime = await findElectron({ retry: false, log: say });
  if (runtime.kind === 'test') say(`using the test runtime (Electron ${runtime.version}); never sell with it`);
  const backend = await startDemoBackend(path.join(folder, 'backend'), say);
  try {
    if (!(await isEnrolled())) await enrol(backend);
    const shown = path.relative(rootFolder, folder);
    say(`the backend is at ${backend.address}, its log in ${shown}/backend/backend.log (operator password: demo)`);
    say(`the till keeps its data in ${shown}/till; delete ${shown} to begin anew`);
    say('without an NFC reader the till takes its simulated one: open the drawer with the wristband at the top (F9)');
    return await showWindow(runtime, stopped);
  } finally {
    await backend.stop();
    say('stopped');
  }
}

process.exitCode = await start().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  return 1;
});
// A watcher would keep the process alive.
process.exit();
