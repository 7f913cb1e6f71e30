// Goal: an amount out of a spreadsheet is read as what was meant, or not at all (R139).
// Method: amounts as people write them in three currencies, by hand; every amount in every way of writing it comes back (fast-check).
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readWrittenAmount } from './written-amount.ts';

const minorOf = (text: string, currency = 'GBP') => {
  const read = readWrittenAmount(text, currency);
  return read.outcome === 'amount' ? read.amountMinor : read.flaw;
};

test.each([
  ['12.50', 12_50],
  ['12,50', 12_50],
  ['12,5', 12_50],
  ['12', 12_00],
  ['0', 0],
  ['-0.00', 0],
  ['1,234.56', 1_234_56],
  ['1.234,56', 1_234_56],
  ["1'234.56", 1_234_56],
  ['1’234.56', 1_234_56],
  ['1 234,56', 1_234_56],
  ['1 234,56', 1_234_56],
  ['1,234,567.89', 1_234_567_89],
  ['12.500', 'AMOUNT_AMBIGUOUS'],
  ['1,234', 'AMOUNT_AMBIGUOUS'],
  ['1,234,567', 1_234_567_00],
  ['12.5000', 12_50],
  ['12.505', 'AMOUNT_AMBIGUOUS'],
  ['1234.505', 'AMOUNT_UNREADABLE'],
  ['-3.20', -3_20],
  ['−3,20', -3_20],
  ['3.20-', -3_20],
  ['(3.20)', -3_20],
  ['+3.20', 3_20],
  ['£12.50', 12_50],
  ['-£12.50', -12_50],
  ['£-12.50', -12_50],
  ['12.50 GBP', 12_50],
  ['gbp 12.50', 12_50],
  ['€12.50', 'AMOUNT_UNREADABLE'],
  ['12.50 CR', 'AMOUNT_UNREADABLE'],
  ['1.234.56', 'AMOUNT_UNREADABLE'],
  ['12,34,567.00', 'AMOUNT_UNREADABLE'],
  ['1e3', 'AMOUNT_UNREADABLE'],
  ['--5', 'AMOUNT_UNREADABLE'],
  ['#REF!', 'AMOUNT_UNREADABLE'],
  ['', 'AMOUNT_UNREADABLE'],
  ['99999999999', 'AMOUNT_TOO_LARGE'],
  ['21474836.48', 'AMOUNT_TOO_LARGE'],
  ['00012.50', 12_50],
])('R139: %j of GBP is %j', (text, expected) => {
  expect(minorOf(text)).toBe(expected);
});

test.each([
  ['1,234', 'JPY', 1_234],
  ['12.50', 'JPY', 'AMOUNT_UNREADABLE'],
  ['12.00', 'JPY', 12],
  ['Fr. 12.50', 'CHF', 12_50],
  ['12.50 SFr.', 'CHF', 12_50],
  ['12,50 €', 'EUR', 12_50],
])('R139: %j of %s is %j', (text, currency, expected) => {
  expect(minorOf(text, currency)).toBe(expected);
});

test('R139: every amount is read back from every way of writing it', () => {
  const ways = ['en-GB', 'de-DE', 'de-CH', 'fr-FR', 'de-AT', 'fr-CH'];
  fc.assert(
    fc.property(fc.integer({ min: -2_147_483_647, max: 2_147_483_647 }), fc.constantFrom(...ways), (minor, locale) => {
      const written = new Intl.NumberFormat(locale, {
        style: 'currency',
        currency: 'GBP',
        currencyDisplay: 'narrowSymbol',
      }).format(minor / 100);
      expect(minorOf(written)).toBe(minor);
    }),
  );
});
