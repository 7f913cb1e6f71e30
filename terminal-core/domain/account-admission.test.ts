/**
 * Goal: what a till may book on an account on its own word is exactly Q52: cached balance less holds, plus overdraft, within
 * the limits of a tag and of the till.
 * Method: each bound at its edge; and random cases against the sum written down another way.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AccountCase, denyOnOwnWord } from './account-admission.ts';

const generous = { offlinePerTagMinor: 100_000, offlinePerTillMinor: 100_000, overdraftMinor: 0 };
const ordinary: AccountCase = {
  balanceDeltaMinor: -500,
  mealMinor: 0,
  known: { balanceMinor: 800, freeMinor: 500, creditMinor: 0 },
  maximumBalanceMinor: 10_000,
  exposureOfTagMinor: 0,
  exposureOfTillMinor: 0,
  limits: generous,
};
const code = (change: Partial<AccountCase>): string | null => denyOnOwnWord({ ...ordinary, ...change })?.code ?? null;

describe('Q52: what may be spent', () => {
  test('what is free, to the last unit, and not what others hold', () => {
    expect(code({})).toBeNull();
    expect(denyOnOwnWord({ ...ordinary, balanceDeltaMinor: -501 })).toEqual({
      code: 'INSUFFICIENT_FUNDS',
      details: { balanceMinor: 800, missingMinor: 1 },
    });
  });

  test('the overdraft is added, also for an account nobody has told the till of', () => {
    const limits = { ...generous, overdraftMinor: 200 };
    expect(code({ limits, balanceDeltaMinor: -700 })).toBeNull();
    expect(code({ limits, balanceDeltaMinor: -701 })).toBe('INSUFFICIENT_FUNDS');
    expect(code({ limits, known: null, balanceDeltaMinor: -200 })).toBeNull();
    expect(code({ limits, known: null, balanceDeltaMinor: -201 })).toBe('BALANCE_UNKNOWN');
  });

  test('the limits of a tag and of the till count what is unsent already', () => {
    const limits = { ...generous, offlinePerTagMinor: 700, offlinePerTillMinor: 900 };
    expect(code({ limits, exposureOfTagMinor: 200, exposureOfTillMinor: 400 })).toBeNull();
    expect(code({ limits, exposureOfTagMinor: 201, exposureOfTillMinor: 201 })).toBe('OFFLINE_TAG_LIMIT');
    expect(code({ limits, exposureOfTillMinor: 401 })).toBe('OFFLINE_TILL_LIMIT');
  });

  test('without limits of its own only the balance counts', () => {
    expect(code({ limits: null, exposureOfTagMinor: 99_999, exposureOfTillMinor: 99_999 })).toBeNull();
    expect(code({ limits: null, balanceDeltaMinor: -501 })).toBe('INSUFFICIENT_FUNDS');
  });

  test('R109: credit pays for meals and for nothing else; R108: more only where cash is there', () => {
    const known = { balanceMinor: 100, freeMinor: 100, creditMinor: 250 };
    expect(code({ known, balanceDeltaMinor: -350, mealMinor: 350 })).toBeNull();
    expect(denyOnOwnWord({ ...ordinary, known, balanceDeltaMinor: -351, mealMinor: 351 })).toEqual({
      code: 'INSUFFICIENT_FUNDS',
      details: { balanceMinor: 100, missingMinor: 1 },
    });
    expect(code({ known, balanceDeltaMinor: -350, mealMinor: 250 })).toBeNull();
    expect(denyOnOwnWord({ ...ordinary, known, balanceDeltaMinor: -350, mealMinor: 200 })?.details).toMatchObject({
      missingMinor: 50,
    });
    expect(code({ known, balanceDeltaMinor: -101 })).toBe('INSUFFICIENT_FUNDS');
  });

  test('what is allowed never leaves an account below the overdraft, nor the till above its share', () => {
    const amount = fc.integer({ min: 0, max: 2_000 });
    const someCase = fc.record({
      freeMinor: amount,
      spent: amount,
      tag: amount,
      others: amount,
      limit: amount,
      share: amount,
      overdraft: amount,
      credit: amount,
      meal: amount,
    });
    fc.assert(
      fc.property(someCase, ({ freeMinor, spent, tag, others, limit, share, overdraft, credit, meal }) => {
        const mealMinor = Math.min(spent, meal);
        const denial = denyOnOwnWord({
          balanceDeltaMinor: -spent,
          mealMinor,
          known: { balanceMinor: freeMinor, freeMinor, creditMinor: credit },
          maximumBalanceMinor: 10_000,
          exposureOfTagMinor: tag,
          exposureOfTillMinor: tag + others,
          limits: { offlinePerTagMinor: limit, offlinePerTillMinor: share, overdraftMinor: overdraft },
        });
        // R109: cash pays for everything that is no meal, and credit only for meals.
        const cash = spent - mealMinor + Math.max(0, mealMinor - credit);
        const isWithin = cash <= freeMinor + overdraft && tag + spent <= limit && tag + others + spent <= share;
        expect(denial === null).toBe(spent === 0 || isWithin);
      }),
    );
  });
});

test('what adds is refused only above the highest balance', () => {
  const rich = { balanceMinor: 9_800, freeMinor: 9_800, creditMinor: 0 };
  expect(code({ known: rich, balanceDeltaMinor: 200 })).toBeNull();
  expect(denyOnOwnWord({ ...ordinary, known: rich, balanceDeltaMinor: 201 })).toEqual({
    code: 'BALANCE_LIMIT',
    details: { balanceMinor: 9_800, maximumBalanceMinor: 10_000, excessMinor: 1 },
  });
  expect(code({ known: { balanceMinor: -500, freeMinor: -500, creditMinor: 0 }, balanceDeltaMinor: 100 })).toBeNull();
});
