import { z } from 'zod';
import { allergenListSchema } from './allergens.ts';
import { memberTypeSchema } from './canteen.ts';
import { instantSchema, shortTextSchema, tagUidSchema } from './identifiers.ts';
import { amountMinorSchema } from './money.ts';
import { sessionNameSchema } from './sessions.ts';

const editionIdSchema = z.int().min(1);

/** What a canteen has to know of somebody who eats there. */
const memberFactsSchema = z.object({
  displayName: shortTextSchema,
  className: shortTextSchema.nullable(),
  /** As the school's own system knows them. */
  misId: shortTextSchema.nullable(),
  upn: shortTextSchema.nullable(),
  /** Asked about before anything that has them is served. */
  allergens: allergenListSchema,
  /** What may be bought on one day; null: no limit. */
  dailyLimitMinor: amountMinorSchema.nullable(),
});

/** A member of an edition in account mode, with both purses (R57); one that stands for nobody in person is `system` (R56). */
export const memberRequestSchema = memberFactsSchema
  .partial()
  .required({ displayName: true })
  .extend({ editionId: editionIdSchema, memberType: memberTypeSchema })
  .meta({ id: 'MemberRequest' });
export const memberCreatedSchema = z
  .object({ memberId: z.string(), customerId: z.int() })
  .meta({ id: 'MemberCreated' });

/** What is absent stays. */
export const memberChangeSchema = memberFactsSchema
  .partial()
  .extend({ editionId: editionIdSchema, isActive: z.boolean().optional() })
  .meta({ id: 'MemberChange' });

export const memberRowSchema = z
  .object({
    memberId: z.string(),
    customerId: z.int(),
    memberType: memberTypeSchema,
    displayName: z.string(),
    className: z.string().nullable(),
    misId: z.string().nullable(),
    upn: z.string().nullable(),
    allergens: allergenListSchema,
    dailyLimitMinor: z.int().nullable(),
    isActive: z.boolean(),
    /** What opens the account at a till. */
    tagUids: z.array(z.string()),
  })
  .meta({ id: 'MemberRow' });
export type MemberRow = z.infer<typeof memberRowSchema>;
/** In the order in which they were made; `after` of the next page is the last `customerId` of this one. */
export const membersAnswerSchema = z.object({ members: z.array(memberRowSchema) }).meta({ id: 'MembersAnswer' });

export const memberTagRequestSchema = z
  .object({ editionId: editionIdSchema, uid: tagUidSchema })
  .meta({ id: 'MemberTagRequest' });

/** A year that calendars and the database have. */
const calendarInstantSchema = instantSchema.refine((text) => !text.startsWith('0000'), {
  error: 'There is no year 0.',
});

/** A kind of credit for one member, and what comes into it by itself (R65–R72, R93–R99). */
export const creditPurseRequestSchema = z
  .object({
    editionId: editionIdSchema,
    title: shortTextSchema,
    /** Each credit; where one of the three is absent, none comes by itself (R95). */
    amountMinor: amountMinorSchema.min(1).optional(),
    /** Crontab of five fields by the clock on the wall, at most once a day (R94, Q37). */
    creditApply: z.string().min(1).max(100).optional(),
    /** 1: gone at midnight (R99). */
    expiryDurationDays: z.int().min(1).max(3_660).optional(),
    validFrom: calendarInstantSchema.optional(),
    validTo: calendarInstantSchema.optional(),
    validSessions: z.array(sessionNameSchema).min(1).max(20).optional(),
    sweepAfterSession: z.boolean().optional(),
    /** A credit that is there at once: for the day on which the purse is made. */
    firstCreditMinor: amountMinorSchema.min(1).optional(),
  })
  .meta({ id: 'CreditPurseRequest' });
export const creditPurseCreatedSchema = z.object({ purseId: z.string() }).meta({ id: 'CreditPurseCreated' });
