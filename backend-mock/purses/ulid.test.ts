// Goal: ids that Klink makes for purses, members and transactions are ULIDs, and lead back to their row (R66, Q23).
// Method: fixed values, and texts that are none.
import { expect, test } from 'vitest';
import { numberOfUlid, ulidOf } from './ulid.ts';

const madeAt = new Date('2026-09-01T08:00:00.123Z');

test('R66: a ULID has 26 characters of Crockford’s alphabet, its time first', () => {
  expect(ulidOf(madeAt, 7)).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
  expect(ulidOf(madeAt, 7).slice(0, 10)).toBe(ulidOf(madeAt, 8).slice(0, 10));
  expect(ulidOf(new Date(0), 1)).toBe('00000000000000000000000001');
});

test('R66: they sort as they were made, and two rows never share one', () => {
  const made = [1, 2, 31, 32, 33, 1_000_000].map((number) => ulidOf(madeAt, number));
  expect([...made].sort()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
  expect(ulidOf(new Date(madeAt.getTime() + 1), 1) > (made.at(-1) ?? '')).toBe(true);
});

test('Q23: the row is found again; what this backend never made is nobody’s', () => {
  expect(numberOfUlid(ulidOf(madeAt, 123_456_789))).toBe(123_456_789);
  for (const text of [
    '',
    'default',
    'free-school-meals',
    ulidOf(madeAt, 7).toLowerCase(),
    '7ZZZZZZZZZZZZZZZZZZZZZZZZZ',
    'I'.repeat(26),
  ])
    expect(numberOfUlid(text), text).toBeUndefined();
});
