// Goal: whoever looks for a decision finds it: the index has every page of docs/decisions once, by its title.
// Method: the pages that there are are held against the index.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { rootFolder } from './bundles.ts';

const folder = path.join(rootFolder, 'docs/decisions');

test('the index of the decisions has every page, by its title', () => {
  const pages = globSync('*.md', { cwd: folder }).filter((file) => file !== 'README.md');
  const lines = pages.map((file) => {
    const [title = ''] = readFileSync(path.join(folder, file), 'utf8').split('\n');
    return `- [${title.replace('# ', '')}](${file})`;
  });
  const index = readFileSync(path.join(folder, 'README.md'), 'utf8').split('\n');
  expect(index.filter((line) => line.startsWith('- ')).sort()).toEqual(lines.sort());
});
