/**
 * Goal: `npm run simulate:mutants` plants what it says. Method: every planted bug fits exactly one place of today's sources; one
 * that fits none would be a mistake that nobody looks for any more.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { plantedBugs } from './planted-bugs.ts';

const root = path.resolve(import.meta.dirname, '../..');

test.each(plantedBugs)('the planted bug "$name" fits one place of $file', ({ file, find, put }) => {
  const source = readFileSync(path.join(root, file), 'utf8');
  expect(source.split(find)).toHaveLength(2);
  expect(source.replace(find, put)).not.toBe(source);
});

test('there are at least twenty, each with a name of its own', () => {
  expect(new Set(plantedBugs.map(({ name }) => name)).size).toBeGreaterThanOrEqual(20);
});
