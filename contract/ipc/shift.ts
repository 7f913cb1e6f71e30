import { z } from 'zod';

const turnoverSchema = z.object({ count: z.int(), amountMinor: z.int() });

const shiftCashSchema = z.object({
  floatMinor: z.int(),
  topUpsMinor: z.int(),
  refundsMinor: z.int(),
  /** Refunds put back whose cash was not handed out. */
  reversalsMinor: z.int(),
  /** Float and everything that is Committed. */
  expectedMinor: z.int(),
  /** Cash of transactions whose outcome is unknown: on a line of its own, never part of `expectedMinor`. */
  unknownMinor: z.int(),
});

/** The X report: a shift so far. */
export const shiftReportSchema = z.object({
  shiftId: z.string(),
  cashierId: z.string(),
  openedAt: z.string(),
  /** Purchases less deposits paid back. */
  sales: turnoverSchema,
  chargebacks: turnoverSchema,
  unknownCount: z.int(),
  /** For a supervisor only: whoever counts the drawer must not know what should be in it. */
  cash: shiftCashSchema.nullable(),
});
export type ShiftReport = z.infer<typeof shiftReportSchema>;

/** The Z report: a closed shift, which never changes any more. */
export const closedShiftSchema = shiftReportSchema.extend({
  cash: shiftCashSchema,
  closedAt: z.string(),
  closedBy: z.string(),
  /** Gap-free from 1. */
  zNumber: z.int(),
  countedCashMinor: z.int(),
  /** Counted less expected; negative where cash is missing. */
  differenceMinor: z.int(),
});
export type ClosedShiftReport = z.infer<typeof closedShiftSchema>;
