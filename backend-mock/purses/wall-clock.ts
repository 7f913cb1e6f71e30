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
  /** Days and moments that were asked for, by the question: the credits of a day come and end together. */
  private readonly days = new Map<string, CalendarDay>();
  private readonly moments = new Map<string, number>();

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
    return new Date(remember(this.moments, day, () => this.startMs(Temporal.PlainDate.from(day))));
  }

  /** Calendar days are added, not 24 hours (Q36). */
  daysAfter(day: CalendarDay, days: number): CalendarDay {
    return remember(this.days, `${day} ${days}`, () => Temporal.PlainDate.from(day).add({ days }).toString());
  }

  /** When the clock on the wall shows `HH:MM` on that day; the earlier of two such moments, the next one where there is none. */
  at(day: CalendarDay, timeOfDay: string): Date {
    const moment = remember(this.moments, `${day} ${timeOfDay}`, () => {
      const local = Temporal.PlainDate.from(day).toPlainDateTime(Temporal.PlainTime.from(timeOfDay));
      return local.toZonedDateTime(this.zone, { disambiguation: 'compatible' }).epochMilliseconds;
    });
    return new Date(moment);
  }

  private startMs(date: Temporal.PlainDate): number {
    return date.toZonedDateTime(this.zone).epochMilliseconds;
  }
}

function remember<Answer>(answers: Map<string, Answer>, question: string, reckon: () => Answer): Answer {
  const known = answers.get(question);
  if (known !== undefined) return known;
  const answer = reckon();
  if (answers.size >= daysKeptMax) answers.clear();
  answers.set(question, answer);
  return answer;
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
