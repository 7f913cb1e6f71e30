import { z } from 'zod';
import { accountNameSchema, itemKinds } from './accounts.ts';
import { allergenListSchema } from './allergens.ts';
import {
  adjustmentNumberSchema,
  assignmentIdSchema,
  instantSchema,
  shortTextSchema,
  tagGenerationSchema,
  tagTransactionNumberSchema,
  tagUidSchema,
  terminalTransactionNumberSchema,
} from './identifiers.ts';
import { amountMinorSchema, currencySchema, signedAmountMinorSchema } from './money.ts';
import { paymentMethodSchema, readStateSchema, transactionTypeSchema } from './words.ts';

/** One booking of a transaction: the debit account receives, the credit account pays (R2). */
export const transactionItemSchema = z
  .object({
    kind: z.enum(itemKinds),
    debit: accountNameSchema,
    credit: accountNameSchema,
    amountMinor: amountMinorSchema.min(1),
    productId: shortTextSchema.optional(),
    name: shortTextSchema.optional(),
    quantity: z.int().min(1).max(10_000).optional(),
    unitPriceMinor: amountMinorSchema.optional(),
    /** Percent with up to two decimals as text, e.g. `8.1`. */
    taxRate: z
      .string()
      .regex(/^\d{1,2}(?:\.\d{1,2})?$/)
      .optional(),
  })
  .meta({ id: 'TransactionItem' });
export type TransactionItem = z.infer<typeof transactionItemSchema>;

/** What the tag showed before and what it shows when this transaction is written. */
export const transactionTagSchema = z
  .object({
    uid: tagUidSchema,
    generation: tagGenerationSchema,
    /** The number the transaction has on the tag; null in account mode. */
    transactionNumber: tagTransactionNumberSchema.nullable(),
    balanceBeforeMinor: signedAmountMinorSchema,
    balanceAfterMinor: signedAmountMinorSchema,
  })
  .meta({ id: 'TransactionTag' });

/**
 * Payload of a journal entry of kind `transaction` (protocol.md, "Journal"). Fields it does not know are ignored, so that
 * a newer till can speak to an older backend; the content check compares what was sent, not what was understood.
 */
export const transactionPayloadSchema = z
  .object({
    terminalTransactionNumber: terminalTransactionNumberSchema,
    /** +1 at each change of state on the till; what tells a stale retry from news (Q9). */
    stateVersion: z.int().min(1).max(1_000),
    state: readStateSchema,
    type: transactionTypeSchema,
    paymentMethod: paymentMethodSchema,
    currency: currencySchema,
    /** Gross and unsigned: cash or card amount of a top-up, price of a purchase. */
    amountMinor: amountMinorSchema,
    /** Signed: what is written to the tag and into its history. */
    balanceDeltaMinor: signedAmountMinorSchema,
    adjustmentNumber: adjustmentNumberSchema.nullish(),
    /** `TagAdjustment` only: what it did to the blocked flag, where it did anything. */
    setBlocked: z.boolean().nullish(),
    items: z.array(transactionItemSchema).max(200),
    tag: transactionTagSchema,
    /** Both halves of an open loop purchase carry the same one (R13). */
    groupId: shortTextSchema.nullish(),
    cashierId: shortTextSchema.nullish(),
    shiftId: shortTextSchema.nullish(),
    /** The supervisor who confirmed it for the cashier, where one had to. */
    approvedBy: shortTextSchema.nullish(),
    merchantId: shortTextSchema.nullish(),
    reference: z
      .object({
        assignmentId: assignmentIdSchema,
        terminalTransactionNumber: terminalTransactionNumberSchema,
      })
      .nullish(),
    openedAt: instantSchema,
    endedAt: instantSchema.nullish(),
    abortReason: shortTextSchema.nullish(),
    /** Of an aborted cash top-up: true when the cash was handed back, null while nobody has said so. */
    cashReturned: z.boolean().nullish(),
    session: shortTextSchema.nullish(),
    /** Account mode: meals, which credit may pay for (R109, Q50). What else was bought is a transaction of its own. */
    meal: z.boolean().nullish(),
    /** Account mode: what in it the member is allergic to; it was served all the same, on the word of `approvedBy` or `cashierId`. */
    acknowledgedAllergens: allergenListSchema.nullish(),
  })
  .meta({ id: 'TransactionPayload' });
export type TransactionPayload = z.infer<typeof transactionPayloadSchema>;
