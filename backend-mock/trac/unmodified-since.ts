import { instantOf } from './instant.ts';

/** Of a change: allowed, asked for without saying since when, or by somebody who has not seen the newest state (412). */
export type Precondition = 'holds' | 'unreadable' | 'stale';

/**
 * Whether a change may go on an entity that was last changed at `updatedAt`. The header carries whole seconds (`2022-02-07T16:18:33`,
 * ISO 8601), so two changes of one entity never share a second: {@link nextUpdate}.
 */
export function preconditionOf(header: string, updatedAt: Date): Precondition {
  const since = instantOf(header);
  if (since === undefined) return 'unreadable';
  const isWhole = since.getUTCMilliseconds() === 0;
  const changedMs = isWhole ? Math.floor(updatedAt.getTime() / 1000) * 1000 : updatedAt.getTime();
  return changedMs > since.getTime() ? 'stale' : 'holds';
}

/**
 * When a change counts as made: now, but never in the same second as the change before, else somebody who read between the two could
 * overwrite the second one without knowing.
 */
export function nextUpdate(updatedAt: Date, now: Date): Date {
  const nextSecondMs = (Math.floor(updatedAt.getTime() / 1000) + 1) * 1000;
  return new Date(Math.max(now.getTime(), nextSecondMs));
}
