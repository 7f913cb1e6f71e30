/**
 * Goal: the coverage table of a soak asks for every row that a run can reach. Method: what is left out has to be a row of the
 * backend's tables, with a test that is there; every other row is required, by the name under which it is counted.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { backendRows, cleanupRows, elsewhere, requiredRows, unreachedRows } from './coverage.ts';
import { Figures } from './figures.ts';
import { Tally } from './tally.ts';

const root = path.resolve(import.meta.dirname, '../..');

test.each(elsewhere)('3.4: "$row" is a row of the tables, and is played by $test', ({ row, test: file }) => {
  expect(backendRows).toContain(row);
  expect(existsSync(path.join(root, file))).toBe(true);
});

test('3.1, 3.2, 3.4: every other row is required, and one that was never reached is named', () => {
  expect(requiredRows()).toHaveLength(8 + cleanupRows.length + backendRows.length - elsewhere.length);
  const tally = new Tally();
  for (const row of requiredRows().slice(1)) tally.reach(row);
  expect(unreachedRows(tally)).toEqual(requiredRows().slice(0, 1));
  expect(requiredRows()[0]).toBe('till: [*] → Open');
  tally.reach('till: [*] → Open (checkout)');
  expect(unreachedRows(tally)).toEqual([]);
});

test('the figures of two pieces of a soak, each read from its file, are added up', () => {
  const piece = (seed: number, row: string) => {
    const figures = new Figures();
    figures.seeds.push(seed);
    figures.steps = 10;
    figures.tally.reach(row);
    figures.tally.fault('night');
    return Figures.parse(figures.text);
  };
  const sum = new Figures();
  const [one = '', other = ''] = requiredRows();
  sum.add(piece(1, one));
  sum.add(piece(2, other));
  expect(sum).toMatchObject({ seeds: [1, 2], steps: 20 });
  expect(sum.tally.faults.get('night')).toBe(2);
  expect(sum.unreached).toEqual(requiredRows().slice(2));
  expect(sum.summary).toContain('20 steps over 2 seeds');
});
