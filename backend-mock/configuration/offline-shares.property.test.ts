// Goal: INV-66: however tills came and limits changed, their shares together never exceed the limit, nobody has more than one
// till may, nobody loses a share for another's sake, and nothing is left over while somebody lacks it.
// Method: fast-check draws tills with any shares and any limits, the dealt-out ones before a change included.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dealShares } from './offline-shares.ts';

const minor = fc.integer({ min: 0, max: 1_000_000 });
const tills = fc
  .array(minor, { maxLength: 40 })
  .map((shares) => shares.map((shareMinor, index) => ({ assignmentId: index + 1, shareMinor })));

test('INV-66: the sum is never more than the limit, and nothing is left while somebody lacks it', () => {
  fc.assert(
    fc.property(tills, minor, minor, (before, limitMinor, perTillMinor) => {
      const after = dealShares(before, limitMinor, perTillMinor);
      const sum = after.reduce((total, { shareMinor }) => total + shareMinor, 0);
      expect(sum).toBe(Math.min(limitMinor, perTillMinor * before.length));
      expect(after.every(({ shareMinor }) => shareMinor >= 0 && shareMinor <= perTillMinor)).toBe(true);
      expect(after.map(({ assignmentId }) => assignmentId)).toEqual(before.map(({ assignmentId }) => assignmentId));
    }),
  );
});

test('INV-66: a till that comes takes nothing from those who are there', () => {
  fc.assert(
    fc.property(tills, minor, minor, (strangers, limitMinor, perTillMinor) => {
      const there = dealShares(strangers, limitMinor, perTillMinor);
      const after = dealShares([...there, { assignmentId: 1_000, shareMinor: 0 }], limitMinor, perTillMinor);
      expect(after.slice(0, -1)).toEqual(there);
    }),
  );
});
