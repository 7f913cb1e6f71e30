// node scripts/build.ts [--force]: builds what is older than its sources; with nothing to do it takes milliseconds.
import fs from 'node:fs';
import path from 'node:path';
import { type Bundle, bundles, externals, rootFolder } from './bundles.ts';

const untouched = new Set(['node_modules', 'out', 'dist']);
const inRoot = (relative: string): string => path.join(rootFolder, relative);

/** Newest change below `place` in ms; folders count too, so that a deleted file is a change. Tests are no source. */
function newestChangeMs(place: string): number {
  const status = fs.statSync(place, { throwIfNoEntry: false });
  if (!status) return 0;
  if (!status.isDirectory()) return status.mtimeMs;
  let newestMs = 0;
  let hasSources = false;
  for (const child of fs.readdirSync(place, { withFileTypes: true })) {
    if (untouched.has(child.name) || /\.test\.tsx?$/.test(child.name)) continue;
    hasSources = true;
    newestMs = Math.max(newestMs, newestChangeMs(path.join(place, child.name)));
  }
  return hasSources ? Math.max(newestMs, status.mtimeMs) : newestMs;
}

function isStale(bundle: Bundle): boolean {
  const built = fs.statSync(inRoot(bundle.output), { throwIfNoEntry: false });
  if (!built) return true;
  return bundle.sources.some((source) => newestChangeMs(inRoot(source)) > built.mtimeMs);
}

/** The bundle appears whole under its name: several commands may build at the same time. */
async function buildScript(bundle: Bundle, format: 'cjs' | 'esm', target: string): Promise<void> {
  const { rolldown } = await import('rolldown');
  const build = await rolldown({
    input: inRoot(bundle.entry),
    cwd: rootFolder,
    external: [...externals],
    platform: 'node',
    tsconfig: false,
    transform: { target, define: { 'process.env.NODE_ENV': '"production"' } },
    moduleTypes: { '.sql': 'text' },
  });
  const output = inRoot(bundle.output);
  const unfinished = `${output}.${process.pid}`;
  const written = await build.write({ file: unfinished, format, sourcemap: true, codeSplitting: false });
  await build.close();
  const mapName = `${path.basename(unfinished)}.map`;
  const code = written.output[0].code.replace(mapName, `${path.basename(output)}.map`);
  fs.writeFileSync(unfinished, code);
  fs.renameSync(`${unfinished}.map`, `${output}.map`);
  fs.renameSync(unfinished, output);
}

async function buildPages(bundle: Bundle): Promise<void> {
  const { build } = await import('vite');
  const output = inRoot(bundle.output);
  const unfinished = `${output}.${process.pid}`;
  await build({
    configFile: inRoot('vite.config.ts'),
    logLevel: 'warn',
    build: { outDir: unfinished, emptyOutDir: true },
  });
  const old = `${output}.old.${process.pid}`;
  if (fs.existsSync(output)) fs.renameSync(output, old);
  fs.renameSync(unfinished, output);
  fs.rmSync(old, { recursive: true, force: true });
}

async function buildOne(bundle: Bundle): Promise<void> {
  const startedAt = new Date();
  fs.mkdirSync(path.dirname(inRoot(bundle.output)), { recursive: true });
  if (bundle.form.kind === 'pages') await buildPages(bundle);
  else await buildScript(bundle, bundle.form.format, bundle.form.target);
  // A source that was saved while the build ran must be newer than the bundle.
  fs.utimesSync(inRoot(bundle.output), startedAt, startedAt);
}

/**
 * Builds everything that is older than its sources and returns the names of what was built.
 * @throws when an entry is missing or does not compile; what was built before stays in place.
 */
export async function buildStale(options: { force: boolean; log: (line: string) => void }): Promise<readonly string[]> {
  const stale: Bundle[] = [];
  for (const bundle of bundles) {
    if (!fs.existsSync(inRoot(bundle.entry))) throw new Error(`build: ${bundle.name} has no ${bundle.entry}`);
    if (options.force || isStale(bundle)) stale.push(bundle);
  }
  if (stale.length > 0) options.log(`building ${stale.map((bundle) => bundle.name).join(', ')}`);
  const results = await Promise.allSettled(stale.map(buildOne));
  const failures = results.flatMap((result, at) =>
    result.status === 'rejected' ? [`build: ${stale[at]?.name} failed: ${String(result.reason)}`] : [],
  );
  if (failures.length > 0) throw new Error(failures.join('\n'));
  return stale.map((bundle) => bundle.name);
}

if (import.meta.main) {
  const startedMs = performance.now();
  try {
    const built = await buildStale({ force: process.argv.includes('--force'), log: console.log });
    const lasted = `${Math.round(performance.now() - startedMs)} ms`;
    console.log(built.length > 0 ? `built in ${lasted}` : `up to date (${lasted})`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
