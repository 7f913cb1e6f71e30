// node scripts/test-packaged.ts [NAME …]: packages the application, and tries the package by the end-to-end tests of its window
// (those whose files begin with the names given, else the ones below).
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { buildStale } from './build.ts';
import { rootFolder } from './bundles.ts';
import { electronEnvironment, findElectron, withScreen } from './electron-runtime.ts';

const usual = ['first-sale', 'window', 'faults'];
const outputFolder = path.join(rootFolder, 'dist/for-tests');

/** The program of the unpacked application, by electron-builder's names for each system. */
const programs: Readonly<Record<string, string>> = {
  linux: 'linux-unpacked/klink-till',
  win32: 'win-unpacked/Klink.exe',
  darwin: `mac${process.arch === 'arm64' ? '-arm64' : ''}/Klink.app/Contents/MacOS/Klink`,
};

function run(command: readonly string[], environment: NodeJS.ProcessEnv): number {
  const [program = '', ...programArguments] = command;
  const { status } = spawnSync(program, programArguments, { cwd: rootFolder, stdio: 'inherit', env: environment });
  return status ?? 1;
}

function packagedProgram(): string {
  const program = path.join(outputFolder, programs[process.platform] ?? '');
  if (!fs.existsSync(program)) throw new Error(`electron-builder left no ${program}`);
  return program;
}

await buildStale({ force: false, log: console.log });
const runtime = await findElectron({ retry: false, log: console.error });
fs.rmSync(outputFolder, { recursive: true, force: true });
const packed = run([process.execPath, 'scripts/dist.ts', '--dir', '--for-tests'], process.env);
if (packed !== 0) process.exit(packed);
const names = process.argv.length > 2 ? process.argv.slice(2) : usual;
const specs = names.map((name) => `testing/e2e/electron/${name}`);
const tests = [process.execPath, path.join(rootFolder, 'node_modules/@playwright/test/cli.js'), 'test'];
const command = withScreen([...tests, '--project=electron', ...specs], console.error);
process.exit(run(command, { ...electronEnvironment(runtime), KLINK_PACKAGED: packagedProgram() }));
