/**
 * Goal: a till knows by the wall clock of its edition which session is on and to which day a moment belongs, also over
 * midnight and when summer time comes and goes (R89, R114, Q36).
 * Method: moments at the edges of a school's day; and random ones against an implementation of the calendar that is not ours.
 */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import type { Session } from '../../contract/wire/sessions.ts';
import { canteenMoment, nextSessionChangeMs } from './canteen-day.ts';

const london = 'Europe/London';
const school: readonly Session[] = [
  { session: 'breakfast', from: '07:30', to: '09:00' },
  { session: 'lunch', from: '11:45', to: '13:30' },
];
const works: readonly Session[] = [
  { session: 'day', from: '06:00', to: '22:00' },
  { session: 'night', from: '22:00', to: '06:00' },
];
const sessionAt = (at: string, sessions = school, zone = london) => canteenMoment(Date.parse(at), sessions, zone);

describe('the session that is on', () => {
  test.each([
    ['2026-09-14T06:29:59.999Z', null],
    ['2026-09-14T06:30:00.000Z', 'breakfast'],
    ['2026-09-14T07:59:59.999Z', 'breakfast'],
    ['2026-09-14T08:00:00.000Z', null],
    ['2026-09-14T10:45:00.000Z', 'lunch'],
    ['2026-09-14T12:30:00.000Z', null],
  ])('at %s, which is an hour later on the wall: %s', (at, session) => {
    expect(sessionAt(at)).toMatchObject({ session, day: '2026-09-14', calendarDay: '2026-09-14' });
  });

  test('says until when', () => {
    expect(sessionAt('2026-09-14T11:00:00.000Z').until).toBe('13:30');
    expect(sessionAt('2026-09-14T13:00:00.000Z').until).toBeNull();
  });

  test('Q36: in winter the same wall clock is another moment', () => {
    expect(sessionAt('2026-12-14T11:44:00.000Z').session).toBeNull();
    expect(sessionAt('2026-12-14T11:45:00.000Z').session).toBe('lunch');
  });

  test('R89: one that goes over midnight belongs to the day on which it began', () => {
    expect(sessionAt('2026-09-14T22:30:00.000Z', works)).toMatchObject({ session: 'night', day: '2026-09-14' });
    const after = sessionAt('2026-09-15T02:00:00.000Z', works);
    expect(after).toMatchObject({ session: 'night', day: '2026-09-14', calendarDay: '2026-09-15' });
    expect(sessionAt('2026-09-15T05:00:00.000Z', works)).toMatchObject({ session: 'day', day: '2026-09-15' });
  });

  test('of two that overlap the first is meant, and a day without any is one', () => {
    const both = [{ session: 'tea', from: '12:00', to: '12:30' }, ...school] as const;
    expect(sessionAt('2026-09-14T11:10:00.000Z', both).session).toBe('tea');
    expect(sessionAt('2026-09-14T11:40:00.000Z', both).session).toBe('lunch');
    expect(sessionAt('2026-09-14T11:10:00.000Z', [])).toMatchObject({ session: null, day: '2026-09-14' });
  });
});

const moments = fc.integer({ min: Date.parse('2025-01-01T00:00:00Z'), max: Date.parse('2028-01-01T00:00:00Z') });
const zones = fc.constantFrom(london, 'Europe/Zurich', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu');

test('Q36: day and minute of any moment are those of the calendar', () => {
  fc.assert(
    fc.property(moments, zones, (atMs, zone) => {
      const wall = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(zone);
      const from = wall.toPlainTime().toString().slice(0, 5);
      const to = wall.toPlainTime().add({ minutes: 1 }).toString().slice(0, 5);
      const moment = canteenMoment(atMs, [{ session: 'now', from, to }], zone);
      expect(moment).toMatchObject({ session: 'now', calendarDay: wall.toPlainDate().toString() });
    }),
  );
});

test('the next change is never missed: between now and then the session is the same', () => {
  const sessions = fc.constantFrom(school, works);
  fc.assert(
    fc.property(moments, sessions, fc.double({ min: 0, max: 0.999, noNaN: true }), (atMs, of, part) => {
      const nextMs = nextSessionChangeMs(atMs, of, 'Asia/Kathmandu') ?? 0;
      expect(nextMs).toBeGreaterThan(atMs);
      const between = Math.floor(atMs + (nextMs - 1 - atMs) * part);
      const at = (ms: number) => canteenMoment(ms, of, 'Asia/Kathmandu').session;
      expect(at(between)).toBe(at(atMs));
      expect(at(nextMs)).not.toBe(at(nextMs - 1));
    }),
  );
  expect(nextSessionChangeMs(0, [], london)).toBeNull();
});
