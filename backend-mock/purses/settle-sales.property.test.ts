// Goal: whatever waits and whatever could pay, not a penny is lost or made: sales are paid in full and once, no credit pays more than it
// has, and it makes no difference in which order things are listed (R77, Q29, INV-70).
// Method: random days of a member, judged by sums.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { settleSales, type UsableCredit, type WaitingSale } from './settle-sales.ts';

const minute = fc.integer({ min: 0, max: 1_439 });
const at = (of: number) => new Date(Date.UTC(2026, 8, 7, 0, of));
const sessions = ['breakfast', 'lunch'];
const saleArbitrary = fc.record({
  minute,
  amountMinor: fc.integer({ min: -600, max: 300 }).filter((amount) => amount !== 0),
  session: fc.option(fc.constantFrom(...sessions)),
  meal: fc.boolean(),
});
const creditArbitrary = fc.record({
  minute,
  availableMinor: fc.integer({ min: 0, max: 400 }),
  lastsMinutes: fc.option(fc.integer({ min: 1, max: 900 })),
  sessions: fc.option(fc.subarray(sessions)),
});
const rules = { drawsCredits: true, sessionCredits: true };

type SomeSale = { minute: number; amountMinor: number; session: string | null; meal: boolean };
type SomeCredit = { minute: number; availableMinor: number; lastsMinutes: number | null; sessions: string[] | null };

function worldOf(sales: SomeSale[], credits: SomeCredit[]) {
  const waiting = sales.map(
    ({ minute: of, amountMinor, session, meal }, index): WaitingSale => ({
      transactionId: 100 + index,
      amountMinor,
      transactionDate: at(of),
      createdAt: at(of),
      businessDate: '2026-09-07',
      session,
      meal,
    }),
  );
  const usable = credits.map(
    ({ minute: of, availableMinor, lastsMinutes, sessions: validSessions }, index): UsableCredit => ({
      transactionId: 1 + index,
      purseId: 'fsm',
      availableMinor,
      grantedAt: at(of),
      createdAt: at(of),
      expiresAt: lastsMinutes === null ? null : at(of + lastsMinutes),
      validFrom: null,
      validTo: null,
      validSessions,
    }),
  );
  return { waiting, usable };
}

test('R77, INV-70: what is drawn is what is sold less what comes back, and no credit pays more than it has', () => {
  fc.assert(
    fc.property(
      fc.array(saleArbitrary, { maxLength: 8 }),
      fc.array(creditArbitrary, { maxLength: 5 }),
      (sales, credits) => {
        const { waiting, usable } = worldOf(sales, credits);
        const settlements = settleSales(waiting, usable, [], rules);
        const sum = (amounts: number[]) => amounts.reduce((total, amount) => total + amount, 0);
        expect(sum(settlements.map(({ amountMinor }) => amountMinor))).toBe(
          -sum(waiting.map(({ amountMinor }) => amountMinor)) + 0,
        );
        for (const { transactionId, availableMinor } of usable) {
          const used = sum(
            settlements.filter(({ creditId }) => creditId === transactionId).map(({ amountMinor }) => amountMinor),
          );
          expect(used).toBeGreaterThanOrEqual(0);
          expect(used).toBeLessThanOrEqual(availableMinor);
        }
        for (const { transactionId, amountMinor, meal } of waiting) {
          const own = settlements.filter((settlement) => settlement.transactionId === transactionId);
          for (const settlement of own) {
            expect(Math.sign(settlement.amountMinor)).toBe(-Math.sign(amountMinor));
            if (!meal) expect(settlement.creditId).toBeUndefined();
          }
        }
        const turned = settleSales([...waiting].reverse(), [...usable].reverse(), [], rules);
        const text = (list: typeof settlements) => list.map((line) => JSON.stringify(line)).sort();
        expect(text(turned)).toEqual(text(settlements));
      },
    ),
    { numRuns: 500 },
  );
});
