/**
 * Goal: no amount a person types is ever booked as another one (R1: integer minor units, never a float).
 * Method: fast-check draws amounts, currencies and arbitrary text; what is written comes back as the same integer, and
 * whatever is not plain decimal text is refused with a code and a message.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { amountMinorMax } from '../contract/wire/money.ts';
import { formatAmount, fractionDigits, parseAmount } from './amount.ts';

const currencies = fc.constantFrom('CHF', 'GBP', 'EUR', 'JPY', 'KWD');

describe('amounts of the command line', () => {
  test('R1: every amount a tag can hold is written and read back as the same integer', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: amountMinorMax }), currencies, (amountMinor, currency) => {
        expect(parseAmount(formatAmount(amountMinor, currency), currency)).toEqual({ ok: true, result: amountMinor });
      }),
    );
  });

  test('R1: trailing zeros may be left out without changing the amount', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9_999_999 }), (units) => {
        for (const text of [`${units}`, `${units}.0`, `${units}.00`]) {
          expect(parseAmount(text, 'CHF')).toEqual({ ok: true, result: units * 100 });
        }
      }),
    );
  });

  test('text that is not plain digits with at most one point is refused', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\d+(\.\d+)?$/.test(text));
        expect(parseAmount(text, 'CHF')).toMatchObject({ ok: false, fault: { code: 'AMOUNT_INVALID' } });
      }),
    );
  });

  test.each([
    '1.234',
    '1e3',
    '-5.00',
    '+5',
    '5,00',
    ' 5',
    '5.',
    '.5',
    '0',
    '0.00',
    '',
    '21474836.48',
    '99999999999',
    '٣',
  ])('"%s" is refused in CHF', (text) => {
    expect(parseAmount(text, 'CHF')).toMatchObject({ ok: false, fault: { code: 'AMOUNT_INVALID' } });
  });

  test('a currency has as many decimals as ISO 4217 gives it', () => {
    expect(['JPY', 'CHF', 'KWD'].map(fractionDigits)).toEqual([0, 2, 3]);
    expect(parseAmount('1.234', 'KWD')).toEqual({ ok: true, result: 1_234 });
    expect(parseAmount('1.5', 'JPY')).toMatchObject({ ok: false });
  });

  test('amounts below one unit and below zero keep their zeros and their sign', () => {
    expect(formatAmount(5, 'CHF')).toBe('0.05');
    expect(formatAmount(-50, 'CHF')).toBe('-0.50');
    expect(formatAmount(0, 'CHF')).toBe('0.00');
  });
});
