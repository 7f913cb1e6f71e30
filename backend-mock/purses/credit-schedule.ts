import { Cron } from 'croner';

/** Why a crontab cannot say when a credit comes. */
export type ScheduleFlaw = 'unreadable' | 'never' | 'more-than-once-a-day';

/** With the last answer it gave: the purses of a school ask the same, one after the other. */
type Schedule = { cron: Cron; afterMs: number | undefined; nextMs: number | undefined };

/** The one schedule of a crontab and zone in this process: a school's purses share a handful of them. */
const schedules = new Map<string, Schedule>();
const schedulesKeptMax = 1_000;

function scheduleOf(creditApply: string, zone: string): Schedule {
  const key = `${zone} ${creditApply}`;
  const known = schedules.get(key);
  if (known !== undefined) return known;
  // Five fields (R94): with a field of seconds, a credit could come sixty times a minute. Paused: croner only reckons here.
  const cron = new Cron(creditApply, { mode: '5-part', timezone: zone, paused: true });
  const made = { cron, afterMs: undefined, nextMs: undefined };
  if (schedules.size >= schedulesKeptMax) schedules.clear();
  schedules.set(key, made);
  return made;
}

const anyDay = new Date('2026-01-01T00:00:00Z');

/**
 * What is wrong with a crontab as a purse's `creditApply` (R94, Q37), or `undefined`. It is looked at in UTC, where every day has 24
 * hours: hours and minutes are the same on each day that it names, so that the first such day tells of all.
 */
export function scheduleFlaw(creditApply: string): ScheduleFlaw | undefined {
  let schedule: Cron;
  try {
    schedule = scheduleOf(creditApply, 'UTC').cron;
  } catch (error) {
    if (error instanceof Error) return 'unreadable';
    throw error;
  }
  const first = schedule.nextRun(anyDay);
  if (first === null) return 'never';
  const second = schedule.nextRun(first);
  const isTwice = second !== null && second.toISOString().slice(0, 10) === first.toISOString().slice(0, 10);
  return isTwice ? 'more-than-once-a-day' : undefined;
}

/** The first occurrence after an instant by the clock of the zone, or `undefined` where none comes any more. */
export function nextOccurrence(creditApply: string, zone: string, after: Date): Date | undefined {
  const schedule = scheduleOf(creditApply, zone);
  const afterMs = after.getTime();
  if (schedule.afterMs !== afterMs) {
    schedule.nextMs = schedule.cron.nextRun(after)?.getTime();
    schedule.afterMs = afterMs;
  }
  return schedule.nextMs === undefined ? undefined : new Date(schedule.nextMs);
}

/** The next occurrence after an instant, or null where the purse is valid no more by then. */
export function nextApplication(creditApply: string, zone: string, after: Date, validTo: Date | null): Date | null {
  const next = nextOccurrence(creditApply, zone, after);
  return next === undefined || (validTo !== null && next.getTime() >= validTo.getTime()) ? null : next;
}
