import { z } from 'zod';

/** Sessions that have a name in every language of the screens; a school may have others, which are shown as they are spelt. */
export const namedSessions = ['breakfast', 'break', 'lunch', 'afternoon', 'tea', 'supper', 'night'] as const;

/** What a session is called on the wire: in transactions and in what a credit is valid for. */
export const sessionNameSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);

/** A time of day as the clock on the wall shows it. */
export const timeOfDaySchema = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);

/**
 * A part of the day of a canteen, by the wall clock of the edition's time zone: `from` belongs to it and `to` does not. One
 * that ends before it begins goes over midnight, and belongs to the day on which it began.
 */
export const sessionSchema = z
  .object({ session: sessionNameSchema, from: timeOfDaySchema, to: timeOfDaySchema })
  .refine(({ from, to }) => from !== to, { error: 'a session that ends when it begins is none.', path: ['to'] })
  .meta({ id: 'Session' });
export type Session = z.infer<typeof sessionSchema>;

/** Where two overlap, the first of the list is meant. */
export const sessionListSchema = z.array(sessionSchema).max(20);
