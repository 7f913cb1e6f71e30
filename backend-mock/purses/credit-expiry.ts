import type { CanteenEdition } from './canteen-edition.ts';
import type { Purse } from './purses.ts';

/**
 * The first moment at which a credit is there no more, or null where it stays: the local midnight at the start of the day that is
 * `expiryDuration` calendar days after it came (R99, R100, Q36). A purse may ask for its end of session instead (R114, Q35): then on its
 * last day the credit goes when the last session it is for is over.
 */
export function expiryOf(
  {
    expiryDurationDays,
    sweepAfterSession,
    validSessions,
  }: Pick<Purse, 'expiryDurationDays' | 'sweepAfterSession' | 'validSessions'>,
  grantedAt: Date,
  { clock, sessions }: Pick<CanteenEdition, 'clock' | 'sessions'>,
): Date | null {
  if (expiryDurationDays === null) return null;
  const midnight = clock.startOf(clock.daysAfter(clock.dayOf(grantedAt), expiryDurationDays));
  if (!sweepAfterSession) return midnight;
  const lastDay = clock.daysAfter(clock.dayOf(grantedAt), expiryDurationDays - 1);
  const ends = sessions
    .filter(({ session }) => validSessions === null || validSessions.includes(session))
    // A session over midnight belongs to the day on which it began; the day's last moment is the bound.
    .map(({ from, to }) => (to > from ? clock.at(lastDay, to).getTime() : midnight.getTime()));
  if (ends.length === 0) return midnight;
  const end = new Date(Math.min(midnight.getTime(), Math.max(...ends)));
  // One that comes after its last session is over lives to midnight rather than not at all.
  return end.getTime() > grantedAt.getTime() ? end : midnight;
}
