// Goal: amounts cross the border of the Trac-compatible API exactly (Q46). Method: random amounts of currencies with no, two and three
// decimals go out and in again; what no amount looks like is refused, example by example.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amountMinorMax } from '../../contract/wire/money.ts';
import { decimalOfMinor, minorOfDecimal } from './decimal-amount.ts';

const currencies = fc.constantFrom('GBP', 'JPY', 'KWD');

test('Q46: every amount comes back as it went out, to the last minor unit', () => {
  fc.assert(
    fc.property(fc.integer({ min: -amountMinorMax, max: amountMinorMax }), currencies, (amountMinor, currency) => {
      expect(minorOfDecimal(decimalOfMinor(amountMinor, currency), currency)).toBe(amountMinor);
    }),
  );
});

test('Q46: amounts are written with all digits of their currency and their sign', () => {
  expect(decimalOfMinor(-10_00, 'GBP')).toBe('-10.00');
  expect(decimalOfMinor(2_50, 'GBP')).toBe('2.50');
  expect(decimalOfMinor(-5, 'GBP')).toBe('-0.05');
  expect(decimalOfMinor(0, 'GBP')).toBe('0.00');
  expect(decimalOfMinor(-700, 'JPY')).toBe('-700');
  expect(decimalOfMinor(1, 'KWD')).toBe('0.001');
});

test('Q46: fewer digits are read as what they mean; zero has no sign', () => {
  expect(minorOfDecimal('10', 'GBP')).toBe(10_00);
  expect(minorOfDecimal('-10.5', 'GBP')).toBe(-10_50);
  expect(Object.is(minorOfDecimal('-0.00', 'GBP'), 0)).toBe(true);
});

test.each([
  '',
  '-',
  '1.',
  '.5',
  '+1.00',
  '1,00',
  '1e3',
  ' 1.00',
  '1.00 ',
  '1.005',
  '0x10',
  '--1',
  '99999999999',
  '21474836.48',
])('Q46: %j is no amount of GBP', (text) => {
  expect(minorOfDecimal(text, 'GBP')).toBeUndefined();
});

test('Q46: a currency without decimals takes none', () => {
  expect(minorOfDecimal('7.0', 'JPY')).toBeUndefined();
});
