/**
 * Goal: the judge of a long run sees a leak, however slow, and does not cry at noise.
 * Method: series made by hand: flat, noisy, growing, stepping, warming up.
 */
import { describe, expect, test } from 'vitest';
import { type FlatnessBounds, flatnessOf } from './flatness.ts';

const bounds: FlatnessBounds = { warmUp: 0.2, lastToFirstMax: 1.1, gainMax: 0.1, slack: 0 };
const series = (value: (at: number) => number) => ({
  name: 'it',
  values: Array.from({ length: 50 }, (_, at) => value(at)),
});
/** Always the same noise, between −1 and 1. */
const noise = (at: number): number => Math.sin(at * 12.9898);

describe('flat', () => {
  test.each([
    ['the same all the time', () => 100],
    ['noise', (at: number) => 100 + 5 * noise(at)],
    ['it grows while it warms up', (at: number) => Math.min(100, 40 + at * 6)],
    ['it shrinks', (at: number) => 200 - at],
    ['nothing at all', () => 0],
  ])('%s', (_, value) => {
    expect(flatnessOf(series(value), bounds)).toMatchObject({ isFlat: true });
  });

  test('a difference below the slack is none', () => {
    const oneMore = series((at) => (at < 40 ? 4 : 5));
    expect(flatnessOf(oneMore, bounds).isFlat).toBe(false);
    expect(flatnessOf(oneMore, { ...bounds, slack: 2 }).isFlat).toBe(true);
  });
});

describe('not flat', () => {
  test.each([
    ['a slow leak below noise', (at: number) => 100 + at * 0.5 + 5 * noise(at)],
    ['a step in the middle', (at: number) => (at < 30 ? 100 : 115)],
    ['from nothing to something', (at: number) => (at < 35 ? 0 : 1)],
  ])('%s', (_, value) => {
    expect(flatnessOf(series(value), bounds)).toMatchObject({ isFlat: false });
  });

  test('a leak gains what it gains', () => {
    const { gain, lastToFirst } = flatnessOf(
      series((at) => 100 + at),
      bounds,
    );
    expect(gain).toBeCloseTo(39 / 129.5, 5);
    expect(lastToFirst).toBeCloseTo(144.5 / 115.5, 1);
  });
});

test('too little to judge is an error, not a pass', () => {
  expect(() => flatnessOf({ name: 'it', values: [1, 2, 3] }, bounds)).toThrow(RangeError);
});
