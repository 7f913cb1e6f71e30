/**
 * The clock on a wall in London, reckoned from the law alone: British Summer Time begins on the last Sunday of March and ends on the last
 * Sunday of October, both at 01:00 UTC. It stands here a second time, beside the product's own, so that a mistake has to be made twice.
 */
const hourMs = 60 * 60 * 1000;

function lastSunday(year: number, month: number): number {
  const lastDay = new Date(Date.UTC(year, month + 1, 0));
  return Date.UTC(year, month, lastDay.getUTCDate() - lastDay.getUTCDay(), 1);
}

/** The instant at which the wall shows this time of a day; for hours that every day has once. */
export function londonInstant(day: string, timeOfDay: string): Date {
  const ms = Date.parse(`${day}T${timeOfDay}:00Z`);
  return new Date(isSummer(ms - hourMs) ? ms - hourMs : ms);
}

function isSummer(ms: number): boolean {
  const year = new Date(ms).getUTCFullYear();
  return ms >= lastSunday(year, 2) && ms < lastSunday(year, 9);
}

/** The day on the wall. */
export function londonDay(instant: Date): string {
  const ms = instant.getTime();
  return new Date(isSummer(ms) ? ms + hourMs : ms).toISOString().slice(0, 10);
}

export function dayAfter(day: string, days = 1): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 24 * hourMs).toISOString().slice(0, 10);
}

/** 0: Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T12:00:00Z`).getUTCDay();
}
