// Goal: sources of funds are shared out and named as seed 003 says (R122, R126, Q24, Q30).
// Method: its examples, and names as people write them.
import { describe, expect, test } from 'vitest';
import { shareOutFunds, slugOf, titleOf } from './source-of-funds.ts';

describe('Q30: in the order of the keys', () => {
  test('R123: 2.50 of a sale of 10.00, the rest is the cash’s', () => {
    expect(shareOutFunds([{ name: 'free school meals', amountMinor: 2_50 }], 10_00)).toEqual({
      shares: [{ name: 'free school meals', amountMinor: 2_50 }],
      restMinor: 7_50,
      excessIgnoredMinor: 0,
    });
  });
  test('R122: the one that crosses pays a part, the ones after it nothing; what was too much is told', () => {
    const sources = [
      { name: 'a', amountMinor: 6_00 },
      { name: 'b', amountMinor: 6_00 },
      { name: 'c', amountMinor: 1_00 },
    ];
    expect(shareOutFunds(sources, 10_00)).toEqual({
      shares: [
        { name: 'a', amountMinor: 6_00 },
        { name: 'b', amountMinor: 4_00 },
      ],
      restMinor: 0,
      excessIgnoredMinor: 3_00,
    });
  });
  test('a source of nothing pays nothing and is no excess', () => {
    expect(shareOutFunds([{ name: 'a', amountMinor: 0 }], 1_00)).toEqual({
      shares: [],
      restMinor: 1_00,
      excessIgnoredMinor: 0,
    });
  });
});

test.each([
  ['free school meals', 'free-school-meals', 'Free School Meals'],
  ['  Free  School--Meals ', 'free-school-meals', 'Free  School--Meals'],
  ['FSM (year 3)', 'fsm-year-3', 'Fsm (Year 3)'],
  ['repas à thème', 'repas-à-thème', 'Repas À Thème'],
  ['42', '42', '42'],
  ['—', '', '—'],
])('R126, Q24: %s is the purse %s with the title %s', (name, slug, title) => {
  expect(slugOf(name)).toBe(slug);
  expect(titleOf(name)).toBe(title);
});
