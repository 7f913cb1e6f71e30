// Goal: a report as CSV is read by a spreadsheet as what it is: quoted where it must be, and never as a formula.
// Method: rows with every awkward text there is, compared with RFC 4180 written by hand.
import { expect, test } from 'vitest';
import { csvOf } from './csv.ts';

const head = { editionId: 1, currency: 'CHF', at: '2026-07-04T12:00:00.000Z', totalMinor: 0 };
const settlement = (name: string, netMinor = 0) =>
  csvOf({
    ...head,
    report: 'settlement',
    rows: [{ merchantId: 'bar', name, salesCount: 1, salesMinor: 0, returnsMinor: 0, netMinor }],
  });

test.each([
  ['Bar', 'Bar'],
  ['Bar, left', '"Bar, left"'],
  ['The "Long" Bar', '"The ""Long"" Bar"'],
  ['two\r\nlines', '"two\r\nlines"'],
  ['=HYPERLINK("x")', '"\'=HYPERLINK(""x"")"'],
  ['+41', "'+41"],
  ['@bar', "'@bar"],
])('a merchant called %j stands as %j', (name, written) => {
  expect(settlement(name)).toBe(
    `merchantId,name,salesCount,salesMinor,returnsMinor,netMinor,currency\r\nbar,${written},1,0,0,0,CHF\r\n`,
  );
});

test('an amount below zero is a number, not a formula; an empty cell is empty; no rows leave a header', () => {
  expect(settlement('Bar', -5)).toContain(',-5,CHF');
  const fees = { ...head, report: 'fees' as const };
  const row = { kind: 'topup-fee', assignmentId: null, terminalName: null, count: 1, amountMinor: 5 };
  expect(csvOf({ ...fees, rows: [row] })).toContain('topup-fee,,,1,5,CHF');
  expect(csvOf({ ...fees, rows: [] })).toBe('currency\r\n');
});
