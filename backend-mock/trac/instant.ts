import { z } from 'zod';
import { ProblemError, problem } from '../http/problems.ts';
import type { WallClock } from '../purses/wall-clock.ts';

/** With a zone, or without one, which is UTC: the filters and `If-Unmodified-Since` of the sources carry none. */
const writtenSchema = z.union([z.iso.datetime({ local: true, offset: true }), z.iso.date()]);

const earliestMs = Date.UTC(1970, 0, 1);
const latestMs = Date.UTC(2200, 0, 1);

/**
 * An instant as the Trac-compatible API writes it: ISO 8601, a time without a zone and a date without a time are UTC. `undefined` for
 * what no calendar has, and for what lies outside the years 1970 to 2199.
 */
export function instantOf(text: string): Date | undefined {
  if (!writtenSchema.safeParse(text).success) return undefined;
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) && text.includes('T');
  const at = new Date(text.includes('T') && !hasZone ? `${text}Z` : text);
  const ms = at.getTime();
  return ms >= earliestMs && ms < latestMs ? at : undefined;
}

/** The same for a field of an entity, where a day without a time is that day's beginning in the organisation's zone (Q36). */
export function instantIn(text: string, clock: WallClock): Date {
  const at = instantOf(text);
  if (at === undefined) throw new ProblemError(problem('BAD_REQUEST', `${text} is no time between 1970 and 2199.`));
  return text.includes('T') ? at : clock.startOf(text);
}
