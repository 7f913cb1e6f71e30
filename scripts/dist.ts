// node scripts/dist.ts [--dir] [--test-runtime] [--for-tests]: packages the application by electron-builder.yml.
// --dir leaves it unpacked in dist/; --test-runtime packages the test runtime, to try the packaging where nothing else is;
// --for-tests makes one in dist/for-tests that tests can attach to, of whatever runtime there is.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { rootFolder } from './bundles.ts';
import { findElectron } from './electron-runtime.ts';

const { values } = parseArgs({
  options: {
    dir: { type: 'boolean', default: false },
    'test-runtime': { type: 'boolean', default: false },
    'for-tests': { type: 'boolean', default: false },
  },
});

/** Tests attach to what they try; a release cannot be attached to, and lies elsewhere. */
const attachable = ['-c.electronFuses.enableNodeCliInspectArguments=true', '-c.directories.output=dist/for-tests'];

const runtime = await findElectron({ retry: false, log: console.error });
const isForTests = values.dir && (values['test-runtime'] || values['for-tests']);
if (runtime.kind !== 'official' && !isForTests) {
  console.error(
    [
      `A release needs the official Electron; here is only ${runtime.version} (${runtime.kind}).`,
      'npm run electron:install tries to download it and says why that fails.',
      'To try the packaging alone: npm run dist:dir -- --test-runtime (never to be sold with).',
    ].join('\n'),
  );
  process.exit(1);
}
const builder = path.join(rootFolder, 'node_modules/.bin/electron-builder');
const given = values['for-tests'] ? attachable : [];
const packed = spawnSync(
  builder,
  [
    ...(values.dir ? ['--dir'] : []),
    '--publish=never',
    `-c.electronDist=${runtime.folder}`,
    `-c.electronVersion=${runtime.version}`,
    ...given,
  ],
  { cwd: rootFolder, stdio: 'inherit', shell: process.platform === 'win32' },
);
process.exit(packed.status ?? 1);
