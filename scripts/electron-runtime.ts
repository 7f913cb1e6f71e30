// node scripts/electron-runtime.ts [--retry]: which Electron is used here; --retry downloads the official one again.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { hasTestRuntime, installTestRuntime, testRuntimeFolder, testRuntimeVersion } from './electron-test-runtime.ts';

const require = createRequire(import.meta.url);
const downloadTimeoutMs = 600_000;

/** An Electron that can be started: `folder` holds the binary. Only an `official` one may be shipped. */
export interface ElectronRuntime {
  readonly kind: 'official' | 'given' | 'test';
  readonly folder: string;
  readonly version: string;
}

/** Version of an unpacked Electron, or null where there is none. */
function versionIn(folder: string): string | null {
  const file = path.join(folder, 'version');
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().replace(/^v/, '') : null;
}

function wantedVersion(packageFolder: string): string {
  const manifest: unknown = JSON.parse(fs.readFileSync(path.join(packageFolder, 'package.json'), 'utf8'));
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest) {
    if (typeof manifest.version === 'string') return manifest.version;
  }
  throw new Error('node_modules/electron has no version: run npm ci');
}

/**
 * Finds an Electron: the one given by ELECTRON_OVERRIDE_DIST_PATH, else the official one (downloaded at its first use),
 * else the test runtime. With `retry` the official download is tried even though the test runtime is there.
 * @throws when there is none for this machine.
 */
export async function findElectron(options: { retry: boolean; log: (line: string) => void }): Promise<ElectronRuntime> {
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (given !== undefined && given !== '') return givenRuntime(given);
  const packageFolder = path.dirname(require.resolve('electron/package.json'));
  const version = wantedVersion(packageFolder);
  const folder = path.join(packageFolder, 'dist');
  if (versionIn(folder) !== version && (options.retry || !hasTestRuntime())) {
    options.log(`electron ${version}: downloading …`);
    downloadOfficial(packageFolder, options.retry);
  }
  if (versionIn(folder) === version) return { kind: 'official', folder, version };
  return testRuntime(version, options.log);
}

function givenRuntime(folder: string): ElectronRuntime {
  const version = versionIn(folder);
  if (version === null) throw new Error(`ELECTRON_OVERRIDE_DIST_PATH=${folder} holds no Electron`);
  const isTestRuntime = path.resolve(folder) === testRuntimeFolder || version === testRuntimeVersion;
  return { kind: isTestRuntime ? 'test' : 'given', folder, version };
}

function downloadOfficial(packageFolder: string, showErrors: boolean): void {
  spawnSync(process.execPath, [path.join(packageFolder, 'install.js')], {
    stdio: ['ignore', 'ignore', showErrors ? 'inherit' : 'ignore'],
    timeout: downloadTimeoutMs,
  });
}

async function testRuntime(version: string, log: (line: string) => void): Promise<ElectronRuntime> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `electron ${version} could not be downloaded; npm run electron:install tries again and says why it failed`,
    );
  }
  if (!hasTestRuntime()) {
    log(`electron ${version} cannot be downloaded here; fetching the test runtime (Electron ${testRuntimeVersion}) …`);
    await installTestRuntime();
  }
  return { kind: 'test', folder: testRuntimeFolder, version: testRuntimeVersion };
}

/** The binary of a runtime. */
export function electronBinary(runtime: ElectronRuntime): string {
  if (process.platform === 'win32') return path.join(runtime.folder, 'electron.exe');
  if (process.platform === 'darwin') return path.join(runtime.folder, 'Electron.app/Contents/MacOS/Electron');
  return path.join(runtime.folder, 'electron');
}

/**
 * Environment under which `electron`, Playwright and the application agree on this runtime. KLINK_NODE is the Node that
 * runs the hosts where Electron is too old for the database's native module (platform.md, "Electron").
 */
export function electronEnvironment(runtime: ElectronRuntime): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = { ...process.env, KLINK_NODE: process.execPath };
  if (runtime.kind !== 'official') environment['ELECTRON_OVERRIDE_DIST_PATH'] = runtime.folder;
  // A virtual screen has no graphics driver; on a busy machine Chromium then sometimes waits for one for ever.
  if (!hasScreen()) environment['KLINK_NO_GPU'] = '1';
  // Chromium refuses its sandbox to root; tests in containers run as root, events do not.
  if (process.platform === 'linux' && process.getuid?.() === 0) environment['ELECTRON_DISABLE_SANDBOX'] = '1';
  return environment;
}

function hasScreen(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);
}

/** Puts a virtual screen around a command where there is none, and says so. */
export function withScreen(command: readonly string[], log: (line: string) => void): readonly string[] {
  if (hasScreen()) return command;
  if (spawnSync('xvfb-run', ['--help'], { stdio: 'ignore' }).error) {
    throw new Error('there is no display and no xvfb-run; scripts/setup-debian.sh installs it');
  }
  log('no display here: a virtual one is used (xvfb-run)');
  return ['xvfb-run', '-a', '-s', '-screen 0 1920x1200x24', ...command];
}

if (import.meta.main) {
  const runtime = await findElectron({ retry: process.argv.includes('--retry'), log: console.error });
  console.log(`${runtime.kind} electron ${runtime.version} in ${runtime.folder}`);
}
