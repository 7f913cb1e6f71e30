// Goal: a caller may do a burst and then what comes back by time, callers do not pay for each other, and memory has a bound.
// Method: a bucket with a clock of the test.
import { expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { RateLimit } from './rate-limit.ts';

function limited(burst: number, perSecond: number) {
  let now = 0;
  const limit = new RateLimit({ burst, perSecond }, () => now);
  return {
    limit,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('a burst is allowed, then a wait is told that is long enough and not longer', () => {
  const { limit, pass } = limited(3, 2);
  expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 0]);
  expect(limit.take('a')).toBe(500);
  pass(499);
  expect(limit.take('a')).toBeGreaterThan(0);
  pass(1);
  expect(limit.take('a')).toBe(0);
  expect(limit.take('a')).toBe(500);
});

test('one caller’s haste is not another’s; looking takes nothing', () => {
  const { limit } = limited(1, 1);
  expect([limit.waitMs('a'), limit.waitMs('a'), limit.take('a')]).toEqual([0, 0, 0]);
  expect(limit.waitMs('a')).toBe(1_000);
  expect(limit.take('b')).toBe(0);
});

test('what was not used comes back up to the burst, never beyond', () => {
  const { limit, pass } = limited(2, 10);
  limit.take('a');
  pass(3_600_000);
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 0]);
  expect(limit.take('a')).toBe(100);
});

test('a flood of callers does not grow without a bound, and who is being held back stays so while there is room', () => {
  const { limit, pass } = limited(1, 0.001);
  limit.take('slow');
  pass(1);
  for (let caller = 0; caller < limits.rateCallersMax - 1; caller += 1) limit.waitMs(`idle-${caller}`);
  limit.take('one more');
  expect(limit.waitMs('slow')).toBeGreaterThan(0);
});
