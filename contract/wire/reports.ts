import { z } from 'zod';
import { creditsReportSchema, mealCreditUptakeReportSchema } from './canteen-reports.ts';
import { reportHeadSchema } from './report-head.ts';

/** Every report of an edition (protocol.md, "Operator API"). Amounts are minor units; a total is the ledger's own balance. */
export const reportNames = [
  'settlement',
  'top-ups',
  'fees',
  'liabilities',
  'shifts',
  'meal-credit-uptake',
  'credits',
] as const;
export type ReportName = (typeof reportNames)[number];
export const reportNameSchema = z.enum(reportNames).meta({ id: 'ReportName' });

const count = z.int().min(0);

/** What each merchant is owed: its account. */
export const settlementReportSchema = reportHeadSchema
  .extend({
    report: z.literal('settlement'),
    rows: z.array(
      z.object({
        /** `unallocated`: goods that nobody knows who sold (money rule 3). */
        merchantId: z.string(),
        name: z.string(),
        salesCount: count,
        salesMinor: z.int(),
        /** Goods and deposits that came back, and discounts: what lowers it. */
        returnsMinor: z.int(),
        netMinor: z.int(),
      }),
    ),
    /** The sum of all merchants' accounts. */
    totalMinor: z.int(),
  })
  .meta({ id: 'SettlementReport' });

/** What came in and went out by each channel, on each till; a row without a till was made in the backend. */
export const topUpsReportSchema = reportHeadSchema
  .extend({
    report: z.literal('top-ups'),
    rows: z.array(
      z.object({
        channel: z.string(),
        assignmentId: z.int().nullable(),
        terminalName: z.string().nullable(),
        topUpsCount: count,
        topUpsMinor: z.int(),
        refundsMinor: z.int(),
        /** Refunds taken back, because they were not handed out. */
        reversalsMinor: z.int(),
        /** Cash of aborted top-ups that nobody was given back. */
        unclaimedMinor: z.int(),
        netMinor: z.int(),
      }),
    ),
    /** What the channels hold together: the top-up accounts, with their sign turned. */
    totalMinor: z.int(),
  })
  .meta({ id: 'TopUpsReport' });

export const feesReportSchema = reportHeadSchema
  .extend({
    report: z.literal('fees'),
    rows: z.array(
      z.object({
        kind: z.string(),
        assignmentId: z.int().nullable(),
        terminalName: z.string().nullable(),
        count,
        amountMinor: z.int(),
      }),
    ),
    /** The fee account. */
    totalMinor: z.int(),
  })
  .meta({ id: 'FeesReport' });

/** What the festival owes: balances that customers have not spent, and cash without an owner. */
export const liabilitiesReportSchema = reportHeadSchema
  .extend({
    report: z.literal('liabilities'),
    rows: z.array(
      z.object({
        /**
         * Account mode has three more. `overspend`: what customers were sold above their limit, which is owed besides what is below zero
         * within it; `unprocessed-sales`: what the balances will pay yet (R64); `unused-credit`: what nobody is owed in money (R69).
         */
        kind: z.enum([
          'customer-balances',
          'customers-below-zero',
          'overspend',
          'unprocessed-sales',
          'unused-credit',
          'cash-without-owner',
          'written-off',
        ]),
        count,
        amountMinor: z.int(),
      }),
    ),
    /** Customers' accounts, `unclaimed` and `loss`. */
    totalMinor: z.int(),
  })
  .meta({ id: 'LiabilitiesReport' });

export const shiftsReportSchema = reportHeadSchema
  .extend({
    report: z.literal('shifts'),
    rows: z.array(
      z.object({
        assignmentId: z.int(),
        terminalName: z.string(),
        shiftId: z.string(),
        cashierId: z.string(),
        zNumber: z.int().nullable(),
        openedAt: z.string().nullable(),
        closedAt: z.string().nullable(),
        floatMinor: z.int().nullable(),
        /** Cash that the ledger has booked for the shift. */
        bookedCashMinor: z.int(),
        /** What the till expected, and what was counted, at the closing. */
        expectedCashMinor: z.int().nullable(),
        countedCashMinor: z.int().nullable(),
        unknownCashMinor: z.int().nullable(),
        /** Counted less expected. */
        differenceMinor: z.int().nullable(),
        /** Float and booked cash less what the till expected: other than 0 where the ledger and the till disagree. */
        ledgerDifferenceMinor: z.int().nullable(),
      }),
    ),
    /** Cash booked for shifts and cash booked for none, together: what `top-up:cash` holds, with its sign turned. */
    totalMinor: z.int(),
    withoutShiftMinor: z.int(),
  })
  .meta({ id: 'ShiftsReport' });

export const reportSchema = z
  .discriminatedUnion('report', [
    settlementReportSchema,
    topUpsReportSchema,
    feesReportSchema,
    liabilitiesReportSchema,
    shiftsReportSchema,
    mealCreditUptakeReportSchema,
    creditsReportSchema,
  ])
  .meta({ id: 'Report' });
export type Report = z.infer<typeof reportSchema>;
