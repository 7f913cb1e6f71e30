import { z } from 'zod';
import { transactionRowSchema } from './admin.ts';
import { pendingAdjustmentSchema } from './tag-lookup.ts';

const reasonSchema = z.string().trim().min(1).max(500);

/** A tag as an operator looks at it. */
export const tagDetailSchema = z
  .object({
    uid: z.string(),
    customerId: z.int(),
    blockedReason: z.string().nullable(),
    /** The tag that took its place, and the one whose place it took (money rule 2). */
    replacedBy: z.string().nullable(),
    replaces: z.string().nullable(),
    firstSeenAt: z.string(),
    /** Each generation as last seen, the newest first (R22). */
    seen: z.array(
      z.object({
        generation: z.int(),
        transactionNumber: z.int(),
        balanceMinor: z.int(),
        seenAt: z.string(),
      }),
    ),
    pendingAdjustments: z.array(pendingAdjustmentSchema),
  })
  .meta({ id: 'TagDetail' });
export type TagDetail = z.infer<typeof tagDetailSchema>;

/** A customer with what belongs to them; the ledger's word, not the tags'. */
export const customerDetailSchema = z
  .object({
    customerId: z.int(),
    createdAt: z.string(),
    balanceMinor: z.int(),
    heldMinor: z.int(),
    availableMinor: z.int(),
    /** What has no end yet; while there is any, the backend refunds nothing (Q7). */
    unresolved: z.int(),
    tags: z.array(tagDetailSchema),
  })
  .meta({ id: 'CustomerDetail' });
export type CustomerDetail = z.infer<typeof customerDetailSchema>;

/** Every transaction of a tag with every state it had, newest first; `before` is the last number of the page before. */
export const tagHistoryAnswerSchema = z
  .object({
    transactions: z.array(
      transactionRowSchema.extend({
        states: z.array(
          z.object({ from: z.string().nullable(), to: z.string(), cause: z.string(), receivedAt: z.string() }),
        ),
      }),
    ),
  })
  .meta({ id: 'TagHistoryAnswer' });

/** Account mode: one more tag opens a customer's account. */
export const tagLinkRequestSchema = z
  .object({ editionId: z.int().min(1), customerId: z.int().min(1), reason: reasonSchema })
  .meta({ id: 'TagLinkRequest' });
