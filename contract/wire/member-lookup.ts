import { z } from 'zod';
import { allergenListSchema } from './allergens.ts';
import { calendarDaySchema, instantSchema, shortTextSchema } from './identifiers.ts';
import { amountMinorSchema } from './money.ts';
import { sessionNameSchema } from './sessions.ts';

/**
 * A kind of meal credit of a member (R65–R72), with what is left of it once everything the backend knows of is taken off:
 * sales that are not processed yet, and holds.
 */
export const memberCreditSchema = z
  .object({
    /** E.g. `Free School Meals` (R68). */
    title: shortTextSchema,
    availableMinor: amountMinorSchema,
    /** Null: from the start of time (R70). */
    validFrom: instantSchema.nullable(),
    /** The first moment it can be used no more (R71, R100); null: until the end of time. */
    expiresAt: instantSchema.nullable(),
    /** Null: all sessions (R72). */
    sessions: z.array(sessionNameSchema).max(20).nullable(),
  })
  .meta({ id: 'MemberCredit' });
export type MemberCredit = z.infer<typeof memberCreditSchema>;

/** What a tag's owner is called while nobody has said who it is (R56). */
export function unnamedMember(uid: string): string {
  return `Tag ${uid}`;
}

/** Whose tag it is, as far as whoever serves has to know. */
export const memberLookupSchema = z
  .object({
    displayName: shortTextSchema,
    className: shortTextSchema.nullable(),
    allergens: allergenListSchema,
    /** What may be bought on one day, and what was on that of the answer, returns taken off; null: no limit. */
    dailyLimit: z
      .object({ limitMinor: amountMinorSchema, spentMinor: amountMinorSchema, day: calendarDaySchema })
      .nullable(),
    /** In the order in which they are used (R80), also those that are not valid now: a till may be offline later on. */
    credits: z.array(memberCreditSchema).max(50),
  })
  .meta({ id: 'MemberLookup' });
export type MemberLookup = z.infer<typeof memberLookupSchema>;
