import { z } from 'zod';
import { calendarDaySchema as day } from './identifiers.ts';
import { reportHeadSchema } from './report-head.ts';

const count = z.int().min(0);

/** Days of the canteen, by the wall clock of the edition's zone, both included; null: from the first, or to the last, there is. */
const periodSchema = z.object({ from: day.nullable(), to: day.nullable() });
export type ReportPeriod = z.infer<typeof periodSchema>;

/** A period as it is asked for: a day that is absent is open. */
export const periodQuerySchema = z.object({ from: day.optional(), to: day.optional() });

/** Who used their meal credits (R116): by day, class and kind of credit, which is the purse's title (R68). */
export const mealCreditUptakeReportSchema = reportHeadSchema
  .extend(periodSchema.shape)
  .extend({
    report: z.literal('meal-credit-uptake'),
    rows: z.array(
      z.object({
        day,
        /** The class that the member is in now; null: none is known. */
        className: z.string().nullable(),
        title: z.string(),
        /** Members with such a credit on that day. */
        entitledCount: count,
        /** Members for whom it paid on that day, goods that came back taken off. */
        usedCount: count,
        usedMinor: z.int(),
      }),
    ),
    /** What credits paid on the days of the report, and on all others. */
    usedMinor: z.int(),
    otherDaysMinor: z.int(),
    /** Both together: what was granted and neither cleared nor is still there, by the accounts. */
    totalMinor: z.int(),
  })
  .meta({ id: 'MealCreditUptakeReport' });

/** What became of credits, by kind: granted, used, cleared. */
export const creditsReportSchema = reportHeadSchema
  .extend(periodSchema.shape)
  .extend({
    report: z.literal('credits'),
    rows: z.array(
      z.object({
        title: z.string(),
        /** Members who have, or had, such a purse. */
        membersCount: count,
        openingMinor: z.int(),
        grantedMinor: z.int(),
        usedMinor: z.int(),
        clearedMinor: z.int(),
        closingMinor: z.int(),
      }),
    ),
    /** What has moved after the last day of the report. */
    laterMinor: z.int(),
    /** What credit purses hold now: the sum of their accounts. */
    totalMinor: z.int(),
  })
  .meta({ id: 'CreditsReport' });

/**
 * What a member's parents see (R110, R111): everything that was bought, and of each only what it did to the cash, so that the lines
 * add up to the balance. No credit stands in it.
 */
export const statementReportSchema = reportHeadSchema
  .extend(periodSchema.shape)
  .extend({
    report: z.literal('statement'),
    memberId: z.string(),
    displayName: z.string(),
    className: z.string().nullable(),
    openingMinor: z.int(),
    rows: z.array(
      z.object({
        day,
        /** When it was, RFC 3339 in UTC. */
        at: z.iso.datetime(),
        session: z.string().nullable(),
        kind: z.string(),
        /** Every item with its number, e.g. `1 × Curry; 2 × Milk`; else what was said about it. */
        items: z.string(),
        /** Of the cash; null: a sale that is not processed yet, whose part of the cash nobody knows. */
        cashMinor: z.int().nullable(),
        balanceMinor: z.int(),
      }),
    ),
    closingMinor: z.int(),
    /** What has moved the cash after the last day of the statement. */
    laterMinor: z.int(),
    /** The cash balance now, as the accounts have it. */
    totalMinor: z.int(),
  })
  .meta({ id: 'StatementReport' });
export type StatementReport = z.infer<typeof statementReportSchema>;
