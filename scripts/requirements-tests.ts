// npm run requirements: docs/requirements-tests.md, the rules R50 to R139 and the tests that prove each, out of the tests' own names.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rootFolder } from './bundles.ts';
import { canteenRequirements } from './canteen-requirements.ts';
import { type TestName, testNamesOf } from './test-names.ts';

const pageFile = path.join(rootFolder, 'docs/requirements-tests.md');
const testFiles = [
  '{backend-mock,cli,contract,electron,renderer,scripts,terminal-core,testing,ui}/**/*.test.{ts,tsx}',
  'testing/e2e/**/*.spec.ts',
];

/** Its names are examples, which prove nothing. */
const examplesFile = 'scripts/requirements-tests.test.ts';

export interface NamedTest extends TestName {
  /** From the root of the project, with `/`. */
  readonly file: string;
}

/** The rules that a name cites: `R50`, `R110–R113` and `R110-R113`. */
export function rulesCitedBy({ groups, title }: TestName): ReadonlySet<number> {
  const cited = new Set<number>();
  for (const [, first = '', last = first] of [...groups, title]
    .join(' ')
    .matchAll(/\bR(\d{1,3})(?:[–-]R(\d{1,3}))?\b/g))
    for (let number = Number(first); number <= Number(last); number += 1) cited.add(number);
  return cited;
}

/** The page, and the rules that no test cites. */
export function requirementsPage(tests: readonly NamedTest[]): { text: string; missing: readonly number[] } {
  const byRule = new Map<number, NamedTest[]>([...canteenRequirements.keys()].map((rule) => [rule, []]));
  for (const test of tests) for (const rule of rulesCitedBy(test)) byRule.get(rule)?.push(test);
  const rows = [...canteenRequirements].map(
    ([rule, says]) => `| R${rule} | ${says} | ${(byRule.get(rule) ?? []).map(cellOf).join('<br>')} |`,
  );
  const missing = [...byRule].filter(([, proving]) => proving.length === 0).map(([rule]) => rule);
  const head = [
    '# The rules of canteens and schools, and their tests',
    '',
    'Made by `npm run requirements` out of the names of the tests; `npm run check` fails where it is not current, and where a rule has no',
    'test.',
    '',
    '| rule | says | tests |',
    '|---|---|---|',
  ];
  return { text: `${[...head, ...rows].join('\n')}\n`, missing };
}

function cellOf({ file, groups, title }: NamedTest): string {
  return `\`${file}\`: ${[...groups, title].join(' › ').replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}`;
}

function readTests(): readonly NamedTest[] {
  const files = testFiles.flatMap((pattern) => globSync(pattern, { cwd: rootFolder, exclude: ['**/node_modules/**'] }));
  return files
    .map((file) => file.split(path.sep).join('/'))
    .filter((file) => file !== examplesFile)
    .sort()
    .flatMap((file) => {
      const source = readFileSync(path.join(rootFolder, file), 'utf8');
      // Most files prove nothing of this, and parsing is what takes the time.
      return /\bR\d{2,3}\b/.test(source)
        ? testNamesOf(source, file.endsWith('x')).map((name) => ({ ...name, file }))
        : [];
    });
}

/** What is wrong with the page, or null. */
export function requirementsComplaint(): string | null {
  const { text, missing } = requirementsPage(readTests());
  if (missing.length > 0) return `no test cites ${missing.map((rule) => `R${rule}`).join(', ')}`;
  return readFileSync(pageFile, 'utf8') === text
    ? null
    : 'docs/requirements-tests.md is not current: npm run requirements';
}

if (import.meta.main) {
  const { text, missing } = requirementsPage(readTests());
  writeFileSync(pageFile, text);
  console.log('docs/requirements-tests.md written');
  if (missing.length > 0) console.log(`no test cites ${missing.map((rule) => `R${rule}`).join(', ')}`);
}
