/**
 * Goal: a till that cannot reach its backend neither hammers it nor forgets it.
 * Method: random failures, chance and wishes of the backend against the bounds of `limits.ts`.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../domain/limits.ts';
import { backoffMs } from './backoff.ts';

const { backoffFloorMs, backoffCapMs } = limits.replication;
const fraction = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const failures = fc.nat({ max: 1_000_000 });

test('never below the floor, never above the cap, always a whole number', () => {
  fc.assert(
    fc.property(failures, fraction, (count, chance) => {
      const delayMs = backoffMs(count, chance, null);
      expect(Number.isInteger(delayMs)).toBe(true);
      expect(delayMs).toBeGreaterThanOrEqual(backoffFloorMs);
      expect(delayMs).toBeLessThanOrEqual(backoffCapMs);
    }),
  );
});

test('never sooner than the backend asked for, and no later than that because of it', () => {
  fc.assert(
    fc.property(failures, fraction, fc.nat({ max: 10_000_000 }), (count, chance, retryAfterMs) => {
      const delayMs = backoffMs(count, chance, retryAfterMs);
      expect(delayMs).toBe(Math.max(retryAfterMs, backoffMs(count, chance, null)));
    }),
  );
});

test('does not shrink with another failure, and reaches the cap', () => {
  fc.assert(
    fc.property(fc.nat({ max: 40 }), fraction, (count, chance) => {
      expect(backoffMs(count + 1, chance, null)).toBeGreaterThanOrEqual(backoffMs(count, chance, null));
    }),
  );
  expect(backoffMs(20, 0.999_999, null)).toBeGreaterThan(backoffCapMs * 0.99);
});
