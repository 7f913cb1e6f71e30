// Goal: a credit goes at the local midnight its days are over, or at the end of its session where its purse asks for it (R99, R100, R114,
// Q35, Q36).
// Method: credits around both changes of summer time in London, and sessions of a school.
import { describe, expect, test } from 'vitest';
import { expiryOf } from './credit-expiry.ts';
import { wallClockOf } from './wall-clock.ts';

const edition = {
  clock: wallClockOf('Europe/London'),
  sessions: [
    { session: 'breakfast', from: '07:30', to: '09:00' },
    { session: 'lunch', from: '12:00', to: '13:30' },
    { session: 'night', from: '22:00', to: '02:00' },
  ],
};
const expiry = (
  grantedAt: string,
  expiryDurationDays: number | null,
  sweepAfterSession = false,
  validSessions: string[] | null = null,
) => expiryOf({ expiryDurationDays, sweepAfterSession, validSessions }, new Date(grantedAt), edition)?.toISOString();

describe('R99, R100: at the start of the day that is so many days after it came', () => {
  test.each([
    ['1: the next midnight', '2026-09-07T08:30:00Z', 1, '2026-09-07T23:00:00.000Z'],
    ['3: it rolls over', '2026-09-07T08:30:00Z', 3, '2026-09-09T23:00:00.000Z'],
    ['of a moment before midnight', '2026-09-07T22:59:59.999Z', 1, '2026-09-07T23:00:00.000Z'],
    ['of midnight itself', '2026-09-07T23:00:00Z', 1, '2026-09-08T23:00:00.000Z'],
    ['Q36: on the day of 25 hours', '2026-10-25T08:00:00Z', 1, '2026-10-26T00:00:00.000Z'],
    ['Q36: over the day of 25 hours', '2026-10-24T08:00:00Z', 2, '2026-10-26T00:00:00.000Z'],
    ['Q36: on the day of 23 hours', '2027-03-28T09:00:00Z', 1, '2027-03-28T23:00:00.000Z'],
    ['Q36: over the day of 23 hours', '2027-03-26T09:00:00Z', 3, '2027-03-28T23:00:00.000Z'],
  ] as const)('%s', (_, grantedAt, days, expected) => {
    expect(expiry(grantedAt, days)).toBe(expected);
  });
  test('R95: without a duration it stays', () => {
    expect(expiry('2026-09-07T08:30:00Z', null)).toBeUndefined();
  });
});

describe('R114, Q35: swept when its last session of its last day is over', () => {
  test('of the sessions it is valid for', () => {
    expect(expiry('2026-09-07T08:30:00Z', 1, true, ['breakfast', 'lunch'])).toBe('2026-09-07T12:30:00.000Z');
    expect(expiry('2026-09-07T06:00:00Z', 1, true, ['breakfast'])).toBe('2026-09-07T08:00:00.000Z');
  });
  test('one that rolls over is swept on its last day', () => {
    expect(expiry('2026-10-23T08:30:00Z', 4, true, ['lunch'])).toBe('2026-10-26T13:30:00.000Z');
  });
  test('at midnight where no session of the edition is meant, one goes over midnight, or its last one is over when it comes', () => {
    const midnight = '2026-09-07T23:00:00.000Z';
    expect(expiry('2026-09-07T08:30:00Z', 1, true, ['tea'])).toBe(midnight);
    expect(expiry('2026-09-07T08:30:00Z', 1, true)).toBe(midnight);
    expect(expiry('2026-09-07T15:00:00Z', 1, true, ['lunch'])).toBe(midnight);
    expect(expiry('2026-09-07T12:30:00Z', 1, true, ['lunch'])).toBe(midnight);
  });
});
