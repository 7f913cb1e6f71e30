// Goal: the drawer of simulated wristbands keeps the order in which somebody wants to see them.
// Method: a drawer on a folder of its own, opened again from its file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TagDrawer } from './tag-drawer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'klink-drawer-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let seed = 0;
const open = () =>
  new TagDrawer(folder, (length) => {
    seed += 1;
    return new Uint8Array(length).fill(seed);
  });
const labels = () => open().tags.map(({ label }) => label);

test('screens.md: what is brought forward comes first and in its order, also after a restart, and nothing is lost', () => {
  const drawer = open();
  const [ella, mia] = [drawer.create('Ella'), drawer.create('Mia')];
  const memory = Uint8Array.from(mia.chip.memory);
  expect(labels()).toEqual(['Wristband 1', 'Wristband 2', 'Wristband 3', 'Ella', 'Mia']);
  drawer.bringForward([mia, ella]);
  expect(labels()).toEqual(['Mia', 'Ella', 'Wristband 1', 'Wristband 2', 'Wristband 3']);
  expect(open().findByLabel('Mia')?.chip.memory).toEqual(memory);
});
