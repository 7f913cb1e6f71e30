/**
 * Goal: what a till knows of a member is what the backend said, less what the till itself has served since: meals take of the
 * credits that were valid then, the earliest first, and of cash for the rest (R73–R80, Q29, Q52); a day has its limit.
 * Method: small stories by hand; random ones against a reckoning penny by penny.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MemberCredit, MemberLookup } from '../../contract/wire/member-lookup.ts';
import { canteenMoment } from './canteen-day.ts';
import { dailyLeftMinor, denyBeyondDay, memberStanding, type OwnServing, usableCreditMinor } from './member-account.ts';

const sessions = [
  { session: 'breakfast', from: '07:00', to: '09:00' },
  { session: 'lunch', from: '11:00', to: '14:00' },
];
const at = (time: string, day = '2026-09-14') => canteenMoment(Date.parse(`${day}T${time}Z`), sessions, 'UTC');
const noon = at('12:00');

function credit(availableMinor: number, more: Partial<MemberCredit> = {}): MemberCredit {
  return { title: 'Free School Meals', availableMinor, validFrom: null, expiresAt: null, sessions: null, ...more };
}
function member(credits: MemberCredit[], dailyLimit: MemberLookup['dailyLimit'] = null): MemberLookup {
  return { displayName: 'Mia', className: '4B', allergens: [], dailyLimit, credits };
}
function served(number: number, balanceDeltaMinor: number, more: Partial<OwnServing> = {}): OwnServing {
  return { terminalTransactionNumber: number, at: noon, isMeal: true, balanceDeltaMinor, saleNumber: null, ...more };
}
const left = (of: MemberLookup, own: readonly OwnServing[] = [], when = noon) => {
  const standing = memberStanding(of, own);
  return { creditMinor: usableCreditMinor(standing, when), mealCashMinor: standing.mealCashMinor };
};

describe('credit', () => {
  test('R70–R72: counts within its validity and its sessions alone', () => {
    expect(left(member([credit(250, { expiresAt: '2026-09-15T00:00:00Z' })])).creditMinor).toBe(250);
    expect(left(member([credit(250, { expiresAt: '2026-09-14T12:00:00Z' })])).creditMinor).toBe(0);
    expect(left(member([credit(250, { validFrom: '2026-09-14T12:00:01Z' })])).creditMinor).toBe(0);
    expect(left(member([credit(250, { sessions: ['breakfast'] })])).creditMinor).toBe(0);
    expect(left(member([credit(250, { sessions: ['breakfast', 'lunch'] })])).creditMinor).toBe(250);
  });

  test('Q34: between two sessions, and where a day has none, a session of the purse narrows nothing', () => {
    expect(left(member([credit(250, { sessions: ['lunch'] })]), [], at('10:00')).creditMinor).toBe(250);
  });

  test('R80, R86: own meals take the earliest first, then the next, then cash', () => {
    const both = member([credit(100), credit(250)]);
    expect(left(both, [served(1, -80)])).toEqual({ creditMinor: 270, mealCashMinor: 0 });
    expect(left(both, [served(1, -80), served(2, -300)])).toEqual({ creditMinor: 0, mealCashMinor: 30 });
  });

  test('R109: what is no meal takes none of it', () => {
    const own = [served(1, -300, { isMeal: false })];
    expect(left(member([credit(250)]), own)).toEqual({ creditMinor: 250, mealCashMinor: 0 });
  });

  test('a meal of breakfast takes no credit of lunch, and yesterday’s none that came today', () => {
    const lunch = member([credit(250, { sessions: ['lunch'] })]);
    expect(left(lunch, [served(1, -200, { at: at('08:00') })])).toEqual({ creditMinor: 250, mealCashMinor: 200 });
    const today = member([credit(250, { validFrom: '2026-09-14T00:00:00Z' })]);
    expect(left(today, [served(1, -200, { at: at('12:00', '2026-09-13') })]).creditMinor).toBe(250);
  });

  test('Q29: goods taken back of an own sale make it as if only the rest had been sold: cash first, then credit', () => {
    const own = [served(1, -500), served(2, 200, { saleNumber: 1 })];
    expect(left(member([credit(250)]), own)).toEqual({ creditMinor: 0, mealCashMinor: 50 });
    expect(left(member([credit(250)]), [served(1, -500), served(2, 500, { saleNumber: 1 })])).toEqual({
      creditMinor: 250,
      mealCashMinor: 0,
    });
  });

  test('a meal taken back whose sale the backend knows already can pay for meals until it has said what it goes back to', () => {
    expect(left(member([credit(0)]), [served(7, 250, { saleNumber: 3 })])).toEqual({
      creditMinor: 250,
      mealCashMinor: 0,
    });
    const snack = served(7, 95, { saleNumber: 3, isMeal: false });
    expect(left(member([credit(0)]), [snack]).creditMinor).toBe(0);
  });
});

describe('the limit of a day', () => {
  const limit = { limitMinor: 600, spentMinor: 200, day: '2026-09-14' };

  test('counts what the backend knows of that day and what this till has served on it, returns taken off', () => {
    const standing = memberStanding(member([], limit), [
      served(1, -150, { isMeal: false }),
      served(2, 50, { saleNumber: 1, isMeal: false }),
      served(3, -100, { at: at('12:00', '2026-09-13') }),
    ]);
    expect(dailyLeftMinor(standing, noon)).toBe(300);
    expect(denyBeyondDay(standing, 300, noon)).toBeNull();
    expect(denyBeyondDay(standing, 301, noon)).toEqual({
      code: 'DAILY_LIMIT',
      details: { limitMinor: 600, leftMinor: 300 },
    });
  });

  test('begins anew on the next day, also for a till that was told yesterday', () => {
    expect(dailyLeftMinor(memberStanding(member([], limit), []), at('08:00', '2026-09-15'))).toBe(600);
  });

  test('who has none may buy for everything there is', () => {
    expect(denyBeyondDay(memberStanding(member([]), []), 1_000_000, noon)).toBeNull();
  });
});

test('R77–R80: whatever was served, every penny of it was taken once, of credit that was valid then or of cash', () => {
  const credits = fc.array(
    fc.record({
      availableMinor: fc.nat(400),
      sessions: fc.constantFrom<string[] | null>(null, ['lunch'], ['breakfast']),
    }),
    { maxLength: 4 },
  );
  const meals = fc.array(fc.record({ amountMinor: fc.nat(500), time: fc.constantFrom('08:00', '12:00') }), {
    maxLength: 6,
  });
  fc.assert(
    fc.property(credits, meals, (given, bought) => {
      const own = bought.map(({ amountMinor, time }, index) => served(index + 1, -amountMinor, { at: at(time) }));
      const standing = memberStanding(
        member(given.map(({ availableMinor, sessions: of }) => credit(availableMinor, { sessions: of }))),
        own,
      );
      // Penny by penny: each is paid by the first credit that has one left and is valid, else by cash.
      const purses = given.map(({ availableMinor, sessions: of }) => ({ pence: availableMinor, of }));
      let cash = 0;
      for (const { amountMinor, time } of bought)
        for (let penny = 0; penny < amountMinor; penny += 1) {
          const session = time === '08:00' ? 'breakfast' : 'lunch';
          const purse = purses.find(({ pence, of }) => pence > 0 && (of === null || of.includes(session)));
          if (purse) purse.pence -= 1;
          else cash += 1;
        }
      expect(standing.mealCashMinor).toBe(cash);
      expect(standing.credits.map(({ availableMinor }) => availableMinor)).toEqual(purses.map(({ pence }) => pence));
    }),
  );
});
