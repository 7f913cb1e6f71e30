// Goal: a crontab says when credits come, by the clock on the wall, at most once a day (R94, R96, Q36, Q37).
// Method: patterns of the seeds and such as people write, and the days on which the clocks change.
import { describe, expect, test } from 'vitest';
import { nextOccurrence, scheduleFlaw } from './credit-schedule.ts';

describe('Q37: what is taken and what is refused', () => {
  test.each(['30 9 * * 1-5', '0 0 * * *', '15 8 1,15 * *', '0 12 * 9-12 MON', '5 7 29 2 *', '*/60 9 * * *'])(
    '%s',
    (creditApply) => {
      expect(scheduleFlaw(creditApply)).toBeUndefined();
    },
  );
  test.each([
    ['30 9,12 * * 1-5', 'more-than-once-a-day'],
    ['0,30 9 * * 1-5', 'more-than-once-a-day'],
    ['* * * * *', 'more-than-once-a-day'],
    ['*/20 9 1 1 *', 'more-than-once-a-day'],
    ['0 9 30 2 *', 'never'],
    ['0 30 9 * * 1-5', 'unreadable'],
    ['@hourly', 'more-than-once-a-day'],
    ['at half past nine', 'unreadable'],
    ['', 'unreadable'],
    ['61 9 * * *', 'unreadable'],
  ] as const)('%s is %s', (creditApply, flaw) => {
    expect(scheduleFlaw(creditApply)).toBe(flaw);
  });
});

function occurrences(creditApply: string, from: string, count: number): string[] {
  const found: string[] = [];
  let after = new Date(from);
  for (let index = 0; index < count; index += 1) {
    const next = nextOccurrence(creditApply, 'Europe/London', after);
    if (next === undefined) break;
    found.push(next.toISOString());
    after = next;
  }
  return found;
}

test('R94: 30 9 * * 1-5 is half past nine from Monday to Friday on the wall, over the change of the clocks', () => {
  expect(occurrences('30 9 * * 1-5', '2026-10-22T12:00:00Z', 3)).toEqual([
    '2026-10-23T08:30:00.000Z',
    '2026-10-26T09:30:00.000Z',
    '2026-10-27T09:30:00.000Z',
  ]);
});

test('R96: a time that the clocks show twice, or not at all, comes once on that day', () => {
  const days = (from: string) => occurrences('30 1 * * *', from, 3).map((instant) => instant.slice(0, 10));
  expect(days('2026-10-24T12:00:00Z')).toEqual(['2026-10-25', '2026-10-26', '2026-10-27']);
  expect(days('2026-03-28T12:00:00Z')).toEqual(['2026-03-29', '2026-03-30', '2026-03-31']);
});

test('R94: what is asked again, and by other purses, crontabs and zones in between, has the same answer', () => {
  const day = new Date('2026-07-01T12:00:00Z');
  const answers = () => [
    nextOccurrence('30 9 * * *', 'Europe/London', day)?.toISOString(),
    nextOccurrence('30 9 * * *', 'Europe/London', new Date('2026-07-02T12:00:00Z'))?.toISOString(),
    nextOccurrence('30 9 * * *', 'Asia/Tokyo', day)?.toISOString(),
    nextOccurrence('0 10 * * *', 'Europe/London', day)?.toISOString(),
  ];
  const expected = [
    '2026-07-02T08:30:00.000Z',
    '2026-07-03T08:30:00.000Z',
    '2026-07-02T00:30:00.000Z',
    '2026-07-02T09:00:00.000Z',
  ];
  expect(answers()).toEqual(expected);
  expect(answers()).toEqual(expected);
  const asked = [day, day].map((at) => nextOccurrence('30 9 * * *', 'Europe/London', at));
  asked[0]?.setTime(0);
  expect(asked[1]?.toISOString()).toBe(expected[0]);
});
