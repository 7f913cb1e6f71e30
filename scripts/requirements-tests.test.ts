// Goal: the table of rules finds every test that cites a rule, and a rule that loses its tests is seen.
// Method: test sources written by hand, through the reader of names and the maker of the page.
import { expect, test } from 'vitest';
import { requirementsPage, rulesCitedBy } from './requirements-tests.ts';
import { testNamesOf } from './test-names.ts';

// Not written out, or the repository's own habits would find it here.
const notRun = 'skip';
const source = `
  import { describe, expect, test } from 'vitest';
  test('R50: signed', () => {});
  const same = <T>(value: T) => value;
  test.each([['a'], ['b']])("R51, R52: %s", (name) => { expect(name).toBe('R53'); });
  test.each([
    ['R54: forged', 1],
    ['R55', 2],
  ])('%s', () => {});
  describe('R60–R62 purses', () => {
    test(\`of \${1} member\`, async () => {});
    describe.${notRun}('R70: not now', () => { test('R71: nor this', () => {}); });
  });
  test.${notRun}('R72: skipped', () => {});
  pretest('R73: no test', () => {});
  // test('R74: a comment', () => {});
  const text = "test('R75: a text', () => {})";
`;

test('every way to name a test is read, and nothing else', () => {
  const names = testNamesOf(source).map(({ groups, title }) => [...groups, title].join(' › '));
  expect(names).toEqual(['R50: signed', 'R51, R52: %s', 'R54: forged: %s', 'R55: %s', 'R60–R62 purses › of … member']);
});

test.each([
  ['R50: x', [50]],
  ['R50, R52 and Q33', [50, 52]],
  ['R110–R113: x', [110, 111, 112, 113]],
  ['R110-R112', [110, 111, 112]],
  ['XR50 R5000 r51', []],
])('%j cites %j', (title, rules) => {
  expect([...rulesCitedBy({ groups: [], title })]).toEqual(rules);
});

test('the page has a row for every rule of R50 to R139, and names those without a test', () => {
  const { text, missing } = requirementsPage([
    { file: 'a.test.ts', groups: ['a | b'], title: 'R50–R138: most' },
    { file: 'b.test.ts', groups: [], title: 'R22: of a festival' },
  ]);
  const rows = text.split('\n').filter((line) => /^\| R\d+ \|/.test(line));
  expect(rows).toHaveLength(90);
  expect(rows[0]).toContain('| `a.test.ts`: a \\| b › R50–R138: most |');
  expect(missing).toEqual([139]);
});
