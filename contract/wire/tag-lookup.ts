import { z } from 'zod';
import { adjustmentNumberSchema, tagUidSchema } from './identifiers.ts';
import { memberLookupSchema } from './member-lookup.ts';
import { signedAmountMinorSchema } from './money.ts';

/** A change booked in the backend that has not reached the tag yet (Q20). */
export const pendingAdjustmentSchema = z
  .object({
    /** Exactly the tag's last one + 1 may be applied; null only sets or clears the blocked flag. */
    adjustmentNumber: adjustmentNumberSchema.nullable(),
    amountMinor: signedAmountMinorSchema,
    /** Absent: the flag stays as it is. */
    setBlocked: z.boolean().optional(),
  })
  .meta({ id: 'PendingAdjustment' });
export type PendingAdjustment = z.infer<typeof pendingAdjustmentSchema>;

/** What the backend knows of a tag: balance for account mode, and what is to be brought onto it. */
export const tagLookupAnswerSchema = z
  .object({
    uid: tagUidSchema,
    /** False: no till has ever sent anything about it. */
    known: z.boolean(),
    blocked: z.boolean(),
    /** Highest one any till has reported, 0 where none has: a repair writes the next (R22). */
    generation: z.int().min(0).max(255),
    /** Highest adjustment known to be on the tag: a repair writes it, so that the next one fits (Q20). */
    collectedAdjustmentNumber: adjustmentNumberSchema.optional(),
    /** Cash: booked on the customer's default purse, less what sales that are not processed yet will take of it (Q52). */
    balanceMinor: signedAmountMinorSchema,
    /**
     * Booked less held. A repair in tag mode writes this less all `pendingAdjustments`, never below 0: what is still on its
     * way is not on the tag yet, and a negative adjustment (a refund of the backend) is held, not booked, until it is.
     */
    availableMinor: signedAmountMinorSchema,
    /** Meal credit that may be used now, beyond what is held and not processed; catering tills add it to the balance (R112). */
    creditMinor: signedAmountMinorSchema,
    /** Account mode: whose tag it is, where it is a member's. */
    member: memberLookupSchema.optional(),
    /** In the order in which they are to be applied. */
    pendingAdjustments: z.array(pendingAdjustmentSchema),
  })
  .meta({ id: 'TagLookupAnswer' });
export type TagLookupAnswer = z.infer<typeof tagLookupAnswerSchema>;
