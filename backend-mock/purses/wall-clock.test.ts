// Goal: days, midnights and times of day are those on the wall of the school's zone, also when the clocks change (Q36, R100).
// Method: instants around both changes of summer time in London, and zones that do it at midnight.
import { expect, test } from 'vitest';
import { WallClock, wallClockOf } from './wall-clock.ts';

const london = wallClockOf('Europe/London');

test('Q36: the day of an instant is the one on the wall, minute by minute over both changes', () => {
  const cases = [
    ['2026-03-29T00:59:59.999Z', '2026-03-29'],
    ['2026-03-29T22:59:59.999Z', '2026-03-29'],
    ['2026-03-29T23:00:00.000Z', '2026-03-30'],
    ['2026-10-24T22:59:59.999Z', '2026-10-24'],
    ['2026-10-24T23:00:00.000Z', '2026-10-25'],
    ['2026-10-25T23:59:59.999Z', '2026-10-25'],
    ['2026-10-26T00:00:00.000Z', '2026-10-26'],
  ] as const;
  // Twice: the second time from what is remembered.
  for (const [instant, day] of [...cases, ...cases]) expect(london.dayOf(new Date(instant)), instant).toBe(day);
});

test('R100: a day begins at local midnight; days of 23 and 25 hours are days', () => {
  // Twice: the second time from what is remembered.
  for (let time = 1; time <= 2; time += 1) {
    expect(london.startOf('2026-03-29').toISOString()).toBe('2026-03-29T00:00:00.000Z');
    expect(london.startOf('2026-03-30').toISOString()).toBe('2026-03-29T23:00:00.000Z');
    expect(london.startOf('2026-10-25').toISOString()).toBe('2026-10-24T23:00:00.000Z');
    expect(london.startOf('2026-10-26').toISOString()).toBe('2026-10-26T00:00:00.000Z');
    expect(london.daysAfter('2026-10-24', 2)).toBe('2026-10-26');
    expect(london.daysAfter('2026-10-24', 12)).toBe('2026-11-05');
    expect(london.daysAfter('2028-02-28', 1)).toBe('2028-02-29');
  }
});

test('Q36: where the clocks jump over midnight, the day begins with its first moment', () => {
  const beirut = new WallClock('Asia/Beirut');
  expect(beirut.startOf('2026-03-29').toISOString()).toBe('2026-03-28T22:00:00.000Z');
  expect(beirut.dayOf(new Date('2026-03-28T21:59:59.999Z'))).toBe('2026-03-28');
  expect(beirut.dayOf(new Date('2026-03-28T22:00:00.000Z'))).toBe('2026-03-29');
});

test('R114: a time of day is the moment at which the wall shows it', () => {
  const cases = [
    ['2026-07-01', '14:00', '2026-07-01T13:00:00.000Z'],
    ['2026-07-01', '08:00', '2026-07-01T07:00:00.000Z'],
    ['2026-12-01', '14:00', '2026-12-01T14:00:00.000Z'],
  ] as const;
  // Twice: the second time from what is remembered.
  for (const [day, time, moment] of [...cases, ...cases]) expect(london.at(day, time).toISOString()).toBe(moment);
  expect(london.startOf('2026-07-01').toISOString()).toBe('2026-06-30T23:00:00.000Z');
});

test('a zone that is none is refused', () => {
  expect(() => wallClockOf('Europe/Nowhere')).toThrow(RangeError);
});
