// Goal: amounts and times read as people of that language and country write them, exact to the minor unit.
// Method: known amounts in the currencies of the demo editions and in two with other numbers of digits.
import { describe, expect, it } from 'vitest';
import {
  amountParts,
  formatAge,
  formatAmount,
  formatBasisPoints,
  formatSpan,
  formatTime,
  localeOf,
  minorDigits,
} from './format.ts';

describe('screens.md: amounts by locale', () => {
  it.each([
    [5_500, 'CHF', 'en', 'CHF 55.00'],
    [-200, 'CHF', 'de', 'CHF −2.00'],
    [5, 'GBP', 'en', '£0.05'],
    [1_234_500, 'EUR', 'de', '€12.345,00'],
    [500, 'JPY', 'en', '¥500'],
    [1_500, 'KWD', 'en', 'KWD 1.500'],
  ] as const)('%i minor units of %s in %s are %s', (amountMinor, currency, language, expected) => {
    expect(formatAmount(amountMinor, currency, localeOf(language, currency)).replaceAll('\u00a0', ' ')).toBe(expected);
  });

  it('writes every minor unit of a great amount', () => {
    expect(formatAmount(2_147_483_647, 'CHF', 'en-GB')).toBe('CHF 21,474,836.47');
  });

  it('puts a plus before a rise only when asked', () => {
    expect(amountParts(100, 'CHF', 'en-CH', 'always').map((part) => part.text)).toContain('+');
    expect(amountParts(100, 'CHF', 'en-CH').map((part) => part.text)).not.toContain('+');
  });

  it('knows how many digits a currency has', () => {
    expect(['CHF', 'JPY', 'KWD'].map(minorDigits)).toEqual([2, 0, 3]);
  });
});

describe('screens.md: times by locale', () => {
  it('shows the time of the event, not of the computer', () => {
    expect(formatTime('2026-07-04T20:15:00.000Z', 'de-CH', 'Europe/Zurich')).toBe('22:15');
  });

  it('says how long ago in the largest whole unit, and never in the future', () => {
    const nowMs = Date.parse('2026-07-04T20:00:00.000Z');
    expect(formatAge('2026-07-04T19:58:10.000Z', nowMs, 'en-GB')).toContain('1');
    expect(formatAge('2026-07-04T19:58:10.000Z', nowMs, 'en-GB')).toContain('min');
    expect(formatAge('2026-07-04T21:00:00.000Z', nowMs, 'en-GB')).toBe('now');
  });

  it('says how long something is in the largest unit it has one of', () => {
    expect(formatSpan(-5 * 3_600_000, 'en-GB')).toBe('5 hrs');
    expect(formatSpan(12 * 60_000, 'de-CH').replaceAll(/\s/g, ' ')).toBe('12 Min.');
    expect(formatSpan(400, 'en-GB')).toBe('0 secs');
  });

  it('writes basis points as a percentage', () => {
    expect(formatBasisPoints(150, 'en-GB')).toBe('1.5%');
  });
});
