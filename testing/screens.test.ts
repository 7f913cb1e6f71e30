/**
 * Goal: no screen without a picture that axe has judged, none without an end-to-end test; what docs/screens-tests.md says of
 * them is so (screens.md).
 * Method: the page's table is held against the renderer's files, the contract's screens, the window's places, and the names in
 * the specs.
 */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { screens } from '../contract/ipc/till-view.ts';
import { makeViews } from './e2e/renderer/views.ts';

const rootFolder = path.resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(path.join(rootFolder, file), 'utf8');

/** The rows of the design's table that are screens of their own. */
const designed = [
  ...[
    'Enrolment',
    'Login',
    'Sale',
    'Tap',
    'Done',
    'Not enough',
    'Top-up',
    'Refund',
    'Chargeback',
    'Tag',
    'Canteen sale',
  ],
  ...[
    'Transactions',
    'Needs attention',
    'Shift',
    'Diagnostics',
    'Customer display',
    'Training mode',
    'Simulated reader',
  ],
  ...['Receipts', 'First run'],
];

interface Row {
  readonly screen: string;
  readonly files: readonly string[];
  readonly pictures: readonly string[];
  readonly tests: readonly { readonly spec: string; readonly words: string }[];
}

const quoted = (cell: string): readonly string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

function rowOf(line: string): Row {
  const [, screen = '', files = '', pictures = '', tests = ''] = line.split('|').map((cell) => cell.trim());
  return {
    screen,
    files: quoted(files),
    pictures: quoted(pictures),
    tests: tests.split('<br>').map((each) => {
      const [, spec = '', words = ''] = /^`([^`]+)` (.+)$/.exec(each.trim()) ?? [];
      return { spec, words };
    }),
  };
}

const rows = read('docs/screens-tests.md')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| screen'))
  .map(rowOf);
const textOf = (files: string): string => globSync(files, { cwd: rootFolder }).map(read).join('\n');
/** Made of the window alone, in every theme, each judged by axe. */
const inEveryTheme = textOf('testing/e2e/renderer/{*.spec,views}.ts');
const specs = inEveryTheme + textOf('testing/e2e/electron/*.spec.ts');
const pictures = rows.flatMap((row) => row.pictures);

function isMadeBy(makers: string, picture: string): boolean {
  return picture in makeViews() || makers.includes(`'${picture}'`) || makers.includes(`${picture}_`);
}

/** The ways a spec has to ask the operator, and to read a tag by other means than the till's. */
const looksAtLedger = /\b(expectBooked|expectBookedAndShown|expectEnd|balances|totals)\(/;
const looksAtTag = /\b(witness|witnessMemory|memory|expectEnd|expectBookedAndShown)\(/;

/** One test of a spec, from its name to the next one. */
function bodyOf(spec: string, words: string): string {
  const from = spec.indexOf(words);
  const next = spec.slice(from).search(/\n {0,2}test\(/);
  return next < 0 ? spec.slice(from) : spec.slice(from, from + next);
}

describe('docs/screens-tests.md', () => {
  test('has a row for every screen of the design', () => {
    const named = rows.map(({ screen }) => screen);
    expect(designed.filter((screen) => !named.includes(screen))).toEqual([]);
  });

  test('names every file of the renderer that draws a screen, and only files that are there', () => {
    const files = globSync('renderer/{till,customer-display,receipt}/*.tsx', { cwd: rootFolder });
    const drawing = files
      .filter((file) => /export function \w+(Screen|Page|Entry|Panel|Drawer|Display)\(/.test(read(file)))
      .map((file) => path.basename(file, '.tsx'))
      // What several pages are made of.
      .filter((name) => !['page', 'amount-entry', 'pin-entry'].includes(name));
    const named = rows.flatMap((row) => row.files);
    expect(drawing.filter((name) => !named.includes(name))).toEqual([]);
    expect(named.filter((name) => !files.some((file) => path.basename(file, '.tsx') === name))).toEqual([]);
  });

  test('knows a picture in every theme of every state of the till and of every page of the window', () => {
    const [, union = ''] = /export type Place =([^;]+);/.exec(read('renderer/till/store.ts')) ?? [];
    const places = [...union.matchAll(/'([^']+)'/g)].map(([, place = '']) => place);
    expect(places).toContain('sale');
    const isPictured = (name: string): boolean =>
      pictures.some(
        (picture) => (picture === name || picture.startsWith(`${name}-`)) && isMadeBy(inEveryTheme, picture),
      );
    expect([...screens, ...places].filter((name) => !isPictured(name))).toEqual([]);
  });

  test('names no picture that nobody makes', () => {
    expect(pictures.filter((name) => !isMadeBy(specs, name.replace(/-afresh$/, '')))).toEqual([]);
  });

  test('names a test that is there for every row', () => {
    const missing = rows.flatMap(({ screen, tests }) =>
      tests
        .filter(({ spec, words }) => spec === '' || !read(`testing/e2e/electron/${spec}`).includes(words))
        .map(({ spec, words }) => `${screen}: ${spec} ${words}`),
    );
    expect(missing).toEqual([]);
  });

  test('each test it names looks at the ledger and at the tag in the end', () => {
    const blind = rows.flatMap(({ screen, tests }) =>
      tests.flatMap(({ spec, words }) => {
        const body = bodyOf(read(`testing/e2e/electron/${spec}`), words);
        return [
          ...(looksAtLedger.test(body) ? [] : [`${screen}: ${spec} ${words}: no ledger`]),
          ...(looksAtTag.test(body) ? [] : [`${screen}: ${spec} ${words}: no tag`]),
        ];
      }),
    );
    expect(blind).toEqual([]);
  });
});
