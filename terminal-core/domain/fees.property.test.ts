/**
 * Goal: an amount grossed up for its fee leaves what is wanted, and not a minor unit more than it must (Q16).
 * Method: random fee rules and amounts; one minor unit less must not be enough.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { feeMinor, grossMinor } from './fees.ts';

const rules = fc.record({
  fixedMinor: fc.integer({ min: 0, max: 5_000 }),
  rateBasisPoints: fc.oneof(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 9_990 })),
});

test('Q16: the smallest amount whose rest is enough', () => {
  fc.assert(
    fc.property(rules, fc.integer({ min: 1, max: 1_000_000 }), (rule, netMinor) => {
      const amountMinor = grossMinor(rule, netMinor);
      if (amountMinor === null) throw new Error('every such rule leaves something');
      const restOf = (gross: number) => gross - feeMinor(rule, gross);
      expect(restOf(amountMinor)).toBeGreaterThanOrEqual(netMinor);
      expect(restOf(amountMinor - 1)).toBeLessThan(netMinor);
    }),
    { numRuns: 2_000 },
  );
});

test('a fee that takes everything leaves nothing, however much is paid; nothing wanted costs nothing', () => {
  expect(grossMinor({ fixedMinor: 0, rateBasisPoints: 10_000 }, 1)).toBeNull();
  expect(grossMinor({ fixedMinor: 500, rateBasisPoints: 0 }, 0)).toBe(0);
});
