/**
 * Goal: a forbidden import cannot slip in, whichever way it is written (architecture.md, "Who may import whom").
 * Method: plants each kind of forbidden import in a small tree of its own and sees the border check refuse it; the same
 * tree without the import passes, so that nothing is refused by accident.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { checkBorders } from './borders.ts';

const innocent: Readonly<Record<string, string>> = {
  'contract/words.ts': 'export const word = 1;\nexport type Word = number;\n',
  'terminal-core/domain/money.ts': "import { word } from '../../contract/words.ts';\nexport const money = word;\n",
  'terminal-core/checkout/ports.ts': 'export interface Store {}\n',
  'terminal-core/store/journal.ts': "import fs from 'node:fs';\nexport const journal = fs;\nexport type Journal = 1;\n",
  'terminal-core/replication/uplink.ts': "import { money } from '../domain/money.ts';\nexport const uplink = money;\n",
  'terminal-core/main/till-host.ts': "import { journal } from '../store/journal.ts';\nexport const host = journal;\n",
  'terminal-core/till.ts': "import { money } from './domain/money.ts';\nexport const till = money;\n",
  'backend-mock/main.ts': "import { word } from '../contract/words.ts';\nexport const backend = word;\n",
  'cli/klink.ts': "import { backend } from '../backend-mock/main.ts';\nexport const klink = backend;\n",
  'electron/main/main.ts': "import { word } from '../../contract/words.ts';\nexport const main = word;\n",
  'renderer/till.tsx': "import { button } from '../ui/button.tsx';\nexport const screen = button;\n",
  'ui/button.tsx': 'export const button = 1;\n',
};

const folders: string[] = [];

function plant(planted: Readonly<Record<string, string>>): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'klink-borders-'));
  folders.push(folder);
  for (const [name, text] of Object.entries({ ...innocent, ...planted })) {
    const file = path.join(folder, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, text);
  }
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

describe('the border check', () => {
  test('sees every module and lets the allowed imports pass', async () => {
    const report = await checkBorders(plant({}));
    expect(report.violations).toEqual([]);
    expect(report.moduleCount).toBe(Object.keys(innocent).length);
  });

  test.each([
    [
      'a pure folder imports Node',
      'terminal-core/domain/clock.ts',
      "import fs from 'node:fs';\nexport default fs;",
      'pure-folders-use-no-node',
    ],
    [
      'a pure folder imports Node without its prefix',
      'terminal-core/tag/clock.ts',
      "import fs from 'fs';\nexport default fs;",
      'pure-folders-use-no-node',
    ],
    [
      'an adapter imports another adapter',
      'terminal-core/replication/short-cut.ts',
      "import { journal } from '../store/journal.ts';\nexport default journal;",
      'adapters-never-import-each-other',
    ],
    [
      'an adapter imports a type of another adapter',
      'terminal-core/readers/short-cut.ts',
      "import type { Journal } from '../store/journal.ts';\nexport type A = Journal;",
      'adapters-never-import-each-other',
    ],
    [
      'the till imports an adapter',
      'terminal-core/till.ts',
      "import { journal } from './store/journal.ts';\nexport const till = journal;",
      'till-knows-no-adapter',
    ],
    [
      'the till imports the backend',
      'terminal-core/main/short-cut.ts',
      "import { backend } from '../../backend-mock/main.ts';\nexport default backend;",
      'terminal-core-imports-only-its-own',
    ],
    [
      'the backend imports the till',
      'backend-mock/short-cut.ts',
      "import { money } from '../terminal-core/domain/money.ts';\nexport default money;",
      'backend-mock-imports-only-its-own',
    ],
    [
      'the command line imports past the entries',
      'cli/short-cut.ts',
      "import { money } from '../terminal-core/domain/money.ts';\nexport default money;",
      'cli-imports-only-its-own',
    ],
    [
      'the command line imports dynamically',
      'cli/short-cut.ts',
      "export default () => import('../terminal-core/till.ts');",
      'cli-imports-only-its-own',
    ],
    [
      'main imports a host',
      'electron/main/short-cut.ts',
      "import { host } from '../../terminal-core/main/till-host.ts';\nexport default host;",
      'electron-main-imports-only-its-own',
    ],
    [
      'the renderer imports the till',
      'renderer/short-cut.tsx',
      "import { till } from '../terminal-core/till.ts';\nexport default till;",
      'renderer-imports-only-its-own',
    ],
    [
      'the renderer imports Node',
      'renderer/short-cut.tsx',
      "import os from 'node:os';\nexport default os;",
      'window-code-uses-no-node',
    ],
    [
      'the design language imports the contract',
      'ui/short-cut.ts',
      "export { word } from '../contract/words.ts';",
      'ui-imports-only-its-own',
    ],
    [
      'the contract imports a type of the till',
      'contract/short-cut.ts',
      "import type { Store } from '../terminal-core/checkout/ports.ts';\nexport type A = Store;",
      'contract-imports-only-its-own',
    ],
    [
      'the model of the sessions imports a type of the till',
      'testing/model/till-model.ts',
      "import type { Store } from '../../terminal-core/checkout/ports.ts';\nexport type A = Store;",
      'the-model-knows-only-the-contract',
    ],
    [
      'a file imports what is not there',
      'cli/short-cut.ts',
      "import { no } from './nowhere.ts';\nexport default no;",
      'every-import-resolves',
    ],
  ])('refuses: %s', async (_what, file, text, rule) => {
    const report = await checkBorders(plant({ [file]: `${text}\n` }));
    expect(report.violations.map((violation) => violation.split(':')[0])).toContain(rule);
  });

  test('refuses a circle', async () => {
    const report = await checkBorders(
      plant({
        'contract/a.ts': "export { b } from './b.ts';\nexport const a = 1;\n",
        'contract/b.ts': "export { a } from './a.ts';\nexport const b = 1;\n",
      }),
    );
    expect(report.violations.some((violation) => violation.startsWith('no-circle'))).toBe(true);
  });

  test('counts no module where there is none, which the caller refuses', async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'klink-borders-'));
    folders.push(folder);
    fs.mkdirSync(path.join(folder, 'contract'));
    expect((await checkBorders(folder)).moduleCount).toBe(0);
  });
});
