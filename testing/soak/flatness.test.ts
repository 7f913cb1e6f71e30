/**
 * Goal: the judge of a long run finds what leaks 1 KiB a sale, or one descriptor in a thousand, and does not cry at caches
 * that fill, at V8 when it takes its heap in steps, or at noise.
 * Method: runs of 5,000 sales made by hand, measured every 100 sales, with noise that is the same each time.
 */
import { describe, expect, test } from 'vitest';
import { type FigureName, judgeGrowth } from './bounds.ts';
import { growthOf } from './flatness.ts';

const salesPerValue = 100;
const mebibyte = 1_048_576;
/** Between −1 and 1, and without a rhythm. */
const noise = (sale: number): number => {
  const scattered = Math.sin((sale / salesPerValue) * 12.9898) * 43_758.545_3;
  return 2 * (scattered - Math.floor(scattered)) - 1;
};
/** What SQLite's cache of pages does: 1,650 bytes a sale, until it is full. */
const fillingCache = (sale: number): number => Math.min(2_048_000, sale * 1_650);
/** As much as a till host holds in all, and more restless. */
const memory = (sale: number): number => 190 * mebibyte + fillingCache(sale) + 0.3 * mebibyte * noise(sale);
const heap = (sale: number): number =>
  25 * mebibyte + Math.min(1, sale / 900) * mebibyte + 0.1 * mebibyte * noise(sale);

const run = (figure: FigureName, valueAt: (sale: number) => number) => ({
  name: `it ${figure}`,
  figure,
  salesPerValue,
  values: Array.from({ length: 50 }, (_, at) => valueAt((at + 1) * salesPerValue)),
});
const isFlat = (figure: FigureName, valueAt: (sale: number) => number) => judgeGrowth(run(figure, valueAt)).isFlat;

describe('flat', () => {
  test.each<[string, FigureName, (sale: number) => number]>([
    ['nothing at all', 'descriptors', () => 0],
    ['a cache that fills and is full', 'anonymousBytes', memory],
    ['code that is compiled at the beginning', 'heapBytes', heap],
    ['an arena more, early', 'anonymousBytes', (sale) => memory(sale) + (sale < 2_500 ? 0 : 1.2 * mebibyte)],
    ['an arena more, in the middle', 'anonymousBytes', (sale) => memory(sale) + (sale < 3_500 ? 0 : 1.2 * mebibyte)],
    ['an arena more, late', 'anonymousBytes', (sale) => memory(sale) + (sale < 4_500 ? 0 : 1.2 * mebibyte)],
    [
      'V8 keeps more, twice',
      'anonymousBytes',
      (sale) => memory(sale) + (sale < 2_200 ? 0 : 14 * mebibyte) + (sale < 4_200 ? 0 : 8 * mebibyte),
    ],
    [
      'the young generation doubled, twice',
      'reservedHeapBytes',
      (sale) => (sale < 2_500 ? 65 : sale < 4_000 ? 99 : 132) * mebibyte,
    ],
    [
      'a decompressor that is at work now and then, and ever oftener',
      'externalBytes',
      (sale) => 11.6 * mebibyte + (noise(sale) > 1.2 - sale / 3_500 ? 1.7 * mebibyte : 0),
    ],
    ['handles that come and go', 'handles', (sale) => 6 + Math.round(3 * noise(sale))],
    ['a socket more, once', 'descriptors', (sale) => (sale < 3_000 ? 30 : 31)],
    ['it shrinks', 'heapBytes', (sale) => 30 * mebibyte - sale * 500],
  ])('%s', (_, figure, valueAt) => {
    expect(isFlat(figure, valueAt)).toBe(true);
  });
});

describe('a leak', () => {
  test.each<[string, FigureName, (sale: number) => number]>([
    ['1 KiB a sale, wherever', 'anonymousBytes', (sale) => memory(sale) + sale * 1_024],
    [
      '1 KiB a sale, taken in pieces of an arena',
      'anonymousBytes',
      (sale) => memory(sale) + Math.floor(sale / 132) * 132 * 1_024,
    ],
    [
      '1 KiB a sale from a cleanup in the middle on',
      'anonymousBytes',
      (sale) => memory(sale) + Math.max(0, sale - 2_500) * 1_024,
    ],
    [
      '1 KiB a sale, and the heap doubled meanwhile',
      'heapBytes',
      (sale) => heap(sale) + sale * 1_024 + (sale < 3_500 ? 0 : 5 * mebibyte),
    ],
    [
      '1 KiB a sale, and V8 keeps more twice',
      'anonymousBytes',
      (sale) => memory(sale) + sale * 1_024 + (sale < 2_200 ? 0 : 14 * mebibyte) + (sale < 4_200 ? 0 : 8 * mebibyte),
    ],
    ['half a KiB a sale on the heap', 'heapBytes', (sale) => heap(sale) + sale * 512],
    [
      'a buffer of 600 bytes a sale',
      'externalBytes',
      (sale) => 12 * mebibyte + 0.2 * mebibyte * noise(sale) + sale * 600,
    ],
    ['a descriptor in a thousand sales', 'descriptors', (sale) => 30 + Math.floor(sale / 1_000)],
    ['two handles at each cleanup', 'handles', (sale) => 5 + 2 * Math.floor(sale / 500) + Math.round(noise(sale))],
    ['a log that is never copied back', 'writeAheadLogBytes', (sale) => sale * 20_000],
    ['a log that is too large, and stays so', 'writeAheadLogBytes', () => 9 * mebibyte],
    ['a heap that is too large, and stays so', 'reservedHeapBytes', () => 193 * mebibyte],
  ])('%s', (_, figure, valueAt) => {
    expect(isFlat(figure, valueAt)).toBe(false);
  });

  test('what it loses is said, in its unit, by sale', () => {
    const { perSale, first, last, highest } = growthOf(
      run('heapBytes', (sale) => sale * 1_024),
      0,
    );
    expect(perSale).toBeCloseTo(1_024, 6);
    expect({ first, last, highest }).toEqual({ first: 2_300 * 1_024, last: 4_400 * 1_024, highest: 5_000 * 1_024 });
    expect(judgeGrowth(run('descriptors', (sale) => 30 + sale / 1_000)).text).toMatch(
      /^GROWS it descriptors: 0\.0010 a sale/,
    );
  });
});

test('too little to judge is an error, not a pass', () => {
  expect(() => growthOf({ name: 'it', salesPerValue, values: [1, 2, 3] }, 0)).toThrow(RangeError);
});
