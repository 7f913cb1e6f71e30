import { Temporal } from 'temporal-polyfill';

/** A day by the calendar on the wall of a time zone, e.g. `2026-10-25`. */
export type CalendarDay = string;

type Bounds = { day: CalendarDay; startMs: number; endMs: number };

const dayMs = 24 * 60 * 60 * 1000;
const daysKeptMax = 2_000;

/** The calendar of an IANA time zone (Q36): its days begin at local midnight and are 23, 24 or 25 hours long. */
export class WallClock {
  readonly zone: string;
  /** Days that were asked for, by the UTC days they touch: thousands of sales fall on a few of them. */
  private readonly known = new Map<number, Bounds[]>();

  constructor(zone: string) {
    this.zone = zone;
  }

  /** The local day of an instant. */
  dayOf(instant: Date): CalendarDay {
    const ms = instant.getTime();
    const utcDay = Math.floor(ms / dayMs);
    const found = this.known.get(utcDay)?.find(({ startMs, endMs }) => ms >= startMs && ms < endMs);
    if (found !== undefined) return found.day;
    const date = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(this.zone).toPlainDate();
    const bounds = {
      day: date.toString(),
      startMs: this.startMs(date),
      endMs: this.startMs(date.add({ days: 1 })),
    };
    if (this.known.size >= daysKeptMax) this.known.clear();
    this.known.set(utcDay, [...(this.known.get(utcDay) ?? []), bounds]);
    return bounds.day;
  }

  /** The first instant of a local day: midnight, or the first that exists where the clocks jump over it. */
  startOf(day: CalendarDay): Date {
    return new Date(this.startMs(Temporal.PlainDate.from(day)));
  }

  /** Calendar days are added, not 24 hours (Q36). */
  daysAfter(day: CalendarDay, days: number): CalendarDay {
    return Temporal.PlainDate.from(day).add({ days }).toString();
  }

  /** When the clock on the wall shows `HH:MM` on that day; the earlier of two such moments, the next one where there is none. */
  at(day: CalendarDay, timeOfDay: string): Date {
    const local = Temporal.PlainDate.from(day).toPlainDateTime(Temporal.PlainTime.from(timeOfDay));
    return new Date(local.toZonedDateTime(this.zone, { disambiguation: 'compatible' }).epochMilliseconds);
  }

  private startMs(date: Temporal.PlainDate): number {
    return date.toZonedDateTime(this.zone).epochMilliseconds;
  }
}

const clocks = new Map<string, WallClock>();

/** The one calendar of a zone in this process. Throws a `RangeError` where the zone is none. */
export function wallClockOf(zone: string): WallClock {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  const made = new WallClock(zone);
  made.dayOf(new Date(0));
  clocks.set(zone, made);
  return made;
}
