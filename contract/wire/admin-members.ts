import { z } from 'zod';
import { allergenListSchema } from './allergens.ts';
import { memberTypeSchema, purseTypes } from './canteen.ts';
import { calendarDaySchema, instantSchema, shortTextSchema, tagUidSchema } from './identifiers.ts';
import { amountMinorSchema, currencySchema } from './money.ts';
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

/** Part of a name, or the whole of a class, MIS id, UPN, member id or tag; capital and small letters are the same. */
export const memberSearchSchema = z.string().trim().min(1).max(120);

export const memberTagRequestSchema = z
  .object({ editionId: editionIdSchema, uid: tagUidSchema })
  .meta({ id: 'MemberTagRequest' });

/** A purse as an operator sees it (R58, R62, R65–R72). */
export const purseRowSchema = z
  .object({
    /** Opaque (Q23). */
    purseId: z.string(),
    type: z.enum(purseTypes),
    title: z.string(),
    /** Cash: what there is. Credit: what is available (R69). Sales: what is not processed yet (R64). */
    balanceMinor: z.int(),
    validFrom: z.string().nullable(),
    /** The first moment at which it is valid no more. */
    validTo: z.string().nullable(),
    validSessions: z.array(z.string()).nullable(),
    /** What comes into a credit purse by itself (R93); null for Cash and Sales. */
    credit: z
      .object({
        amountMinor: z.int().nullable(),
        creditApply: z.string().nullable(),
        expiryDurationDays: z.int().nullable(),
        sweepAfterSession: z.boolean(),
      })
      .nullable(),
    createdAt: z.string(),
  })
  .meta({ id: 'PurseRow' });
export type PurseRow = z.infer<typeof purseRowSchema>;

/** A member with every purse: Cash and Sales first, then credits as they were made. */
export const memberAnswerSchema = z
  .object({ member: memberRowSchema, currency: currencySchema, purses: z.array(purseRowSchema) })
  .meta({ id: 'MemberAnswer' });
export type MemberAnswer = z.infer<typeof memberAnswerSchema>;

/** A year that calendars and the database have. */
const calendarInstantSchema = instantSchema.refine((text) => !text.startsWith('0000'), {
  error: 'There is no year 0.',
});

/** A day after which there is another one in a year of four digits. */
const purseDaySchema = calendarDaySchema.refine((text) => !text.startsWith('9999'), {
  error: 'The year 9999 is too far.',
});

/** What comes into a credit purse by itself; where one of the first three is absent, nothing does (R93–R99). */
const creditRulesSchema = z.object({
  amountMinor: amountMinorSchema.min(1).optional(),
  /** Crontab of five fields by the clock on the wall, at most once a day (R94, Q37). */
  creditApply: z.string().min(1).max(100).optional(),
  /** 1: gone at midnight (R99). */
  expiryDurationDays: z.int().min(1).max(3_660).optional(),
  sweepAfterSession: z.boolean().optional(),
});

/** A kind of credit for one member, and what comes into it by itself (R65–R72, R93–R99). */
export const creditPurseRequestSchema = creditRulesSchema
  .extend({
    editionId: editionIdSchema,
    title: shortTextSchema,
    validFrom: calendarInstantSchema.optional(),
    validTo: calendarInstantSchema.optional(),
    /** The same by days of the edition's calendar, both included (R115); not together with the instant. */
    firstDay: purseDaySchema.optional(),
    lastDay: purseDaySchema.optional(),
    validSessions: z.array(sessionNameSchema).min(1).max(20).optional(),
    /** A credit that is there at once: that of the day on which the purse is made, so that no other one comes on it (R96). */
    firstCreditMinor: amountMinorSchema.min(1).optional(),
  })
  .refine(({ validFrom, firstDay }) => validFrom === undefined || firstDay === undefined, {
    error: 'validFrom or firstDay, not both.',
  })
  .refine(({ validTo, lastDay }) => validTo === undefined || lastDay === undefined, {
    error: 'validTo or lastDay, not both.',
  })
  .meta({ id: 'CreditPurseRequest' });
export const creditPurseCreatedSchema = z.object({ purseId: z.string() }).meta({ id: 'CreditPurseCreated' });

/** Ends a credit purse (R74): after that day of the edition's calendar, or at once. What is in it stays until it expires. */
export const creditPurseClosingSchema = z
  .object({ editionId: editionIdSchema, lastDay: purseDaySchema.optional() })
  .meta({ id: 'CreditPurseClosing' });

/** Other details of a credit: the purse is closed and another one made (R74). What is absent is as it was. */
export const creditPurseReplacementSchema = creditRulesSchema
  .extend({ editionId: editionIdSchema })
  .meta({ id: 'CreditPurseReplacement' });
export const creditPurseReplacedSchema = z
  .object({ closed: purseRowSchema, opened: purseRowSchema })
  .meta({ id: 'CreditPurseReplaced' });
