import type { Session } from '../../contract/wire/sessions.ts';

/** A moment as a canteen sees it. */
export interface CanteenMoment {
  readonly atMs: number;
  /** `YYYY-MM-DD` on the wall. */
  readonly calendarDay: string;
  /** The day on which its session began: the day before where that goes over midnight. */
  readonly day: string;
  /** Null between two sessions, and where a day has none. */
  readonly session: string | null;
  /** When it ends, `HH:MM` on the wall; null where none is on. */
  readonly until: string | null;
}

interface WallClock {
  readonly calendarDay: string;
  readonly minuteOfDay: number;
}

const minutesOfDay = 24 * 60;

/**
 * Day and session of a moment by the wall clock of the edition (R89, R114, Q36).
 * @param sessions of the edition, the first that fits is meant; empty where a day is one
 * @param timeZone IANA name
 */
export function canteenMoment(atMs: number, sessions: readonly Session[], timeZone: string): CanteenMoment {
  const { calendarDay, minuteOfDay } = wallClock(atMs, timeZone);
  const on = sessions.find((session) => isOn(session, minuteOfDay));
  if (!on) return { atMs, calendarDay, day: calendarDay, session: null, until: null };
  const beganYesterday = minuteOfDay < minuteOf(on.from);
  const day = beganYesterday ? dayBefore(calendarDay) : calendarDay;
  return { atMs, calendarDay, day, session: on.session, until: on.to };
}

/** The next moment at which another session may be on; an hour that summer time takes or gives is not counted. */
export function nextSessionChangeMs(atMs: number, sessions: readonly Session[], timeZone: string): number | null {
  const { minuteOfDay } = wallClock(atMs, timeZone);
  const ahead = sessions
    .flatMap(({ from, to }) => [minuteOf(from), minuteOf(to)])
    .map((minute) => (minute - minuteOfDay + minutesOfDay - 1) % minutesOfDay)
    .map((minutes) => minutes + 1);
  if (ahead.length === 0) return null;
  const minuteMs = 60_000;
  return (Math.floor(atMs / minuteMs) + Math.min(...ahead)) * minuteMs;
}

function isOn({ from, to }: Session, minute: number): boolean {
  const [start, end] = [minuteOf(from), minuteOf(to)];
  return start < end ? start <= minute && minute < end : start <= minute || minute < end;
}

function minuteOf(timeOfDay: string): number {
  return Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3));
}

function dayBefore(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) - minutesOfDay * 60_000).toISOString().slice(0, 10);
}

/** Making one takes far longer than using it, and a till has one zone. */
const formats = new Map<string, Intl.DateTimeFormat>();

function wallClock(atMs: number, timeZone: string): WallClock {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-CA', {
      timeZone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    });
  formats.set(timeZone, format);
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return {
    calendarDay: `${part('year')}-${part('month')}-${part('day')}`,
    minuteOfDay: Number(part('hour')) * 60 + Number(part('minute')),
  };
}
