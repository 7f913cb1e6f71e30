/**
 * Goal: a till says the release it is.
 * Method: the constant against the package.
 */
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { release } from './release.ts';

test('the release is the one of the package', () => {
  const described = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, '../package.json'), 'utf8'));
  expect(release).toBe(described.version);
});
