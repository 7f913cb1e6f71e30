import { z } from 'zod';
import { adminTopUpRequestSchema } from './admin-tags.ts';
import {
  adjustmentNumberSchema,
  assignmentIdSchema,
  tagUidSchema,
  terminalTransactionNumberSchema,
} from './identifiers.ts';
import { amountMinorSchema, signedAmountMinorSchema } from './money.ts';
import { backendStateSchema } from './words.ts';

const editionIdSchema = z.int().min(1);
const reasonSchema = z.string().trim().min(1).max(500);
const merchantIdSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);
const transactionIdSchema = z.int().min(1);

/** Where goods whose seller nobody knows are booked, until somebody does (money rule 3). */
export const unallocatedMerchantId = 'unallocated';

/** Money back for goods, out of a merchant's account (R5, Q15); sent with an `Idempotency-Key`. */
export const adminChargebackRequestSchema = adminTopUpRequestSchema
  .extend({ merchantId: merchantIdSchema })
  .meta({ id: 'AdminChargebackRequest' });

/** What a customer owes below zero and nobody will pay (money rules 1 and 2); sent with an `Idempotency-Key`. */
export const writeOffRequestSchema = adminTopUpRequestSchema.meta({ id: 'WriteOffRequest' });
export type WriteOffRequest = z.infer<typeof writeOffRequestSchema>;

/** An admin's booking that touches no tag. */
export const adminBookingAnswerSchema = z
  .object({ backendTransactionId: transactionIdSchema })
  .meta({ id: 'AdminBookingAnswer' });

/** Customers below zero, the lowest first. */
export const overdrawnAnswerSchema = z
  .object({
    customers: z.array(z.object({ customerId: z.int(), uids: z.array(z.string()), balanceMinor: z.int() })),
  })
  .meta({ id: 'OverdrawnAnswer' });

/**
 * Brings a tag to what is booked already, where evidence shows that it differs (money rule 3): books nothing. `amountMinor` may
 * only lead towards the ledger, never past it. Sent with an `Idempotency-Key`.
 */
export const adminAdjustmentRequestSchema = z
  .object({ editionId: editionIdSchema, amountMinor: signedAmountMinorSchema, reason: reasonSchema })
  .meta({ id: 'AdminAdjustmentRequest' });
export const adminAdjustmentAnswerSchema = z
  .object({ adjustmentNumber: adjustmentNumberSchema })
  .meta({ id: 'AdminAdjustmentAnswer' });

/** What an operator knows about a transaction that its till left open (money rule 3). */
export const transactionResolutionRequestSchema = z
  .object({
    editionId: editionIdSchema,
    to: z.enum(['Committed', 'Aborted']),
    note: z.string().trim().min(1).max(1_000),
    /** Who sold, where only a tag has shown the sale; `unallocated` where nobody knows. */
    merchantId: merchantIdSchema.optional(),
    /** Whose card paid, where a till that never came back did not tell its tag. */
    uid: tagUidSchema.optional(),
  })
  .meta({ id: 'TransactionResolutionRequest' });
export type TransactionResolutionRequest = z.infer<typeof transactionResolutionRequestSchema>;
export const transactionResolutionAnswerSchema = z
  .object({ backendTransactionId: transactionIdSchema, state: backendStateSchema })
  .meta({ id: 'TransactionResolutionAnswer' });

/** A transaction that tags show and no till has sent, as `coherence` names it, is to be settled (money rule 3). */
export const missingListingRequestSchema = z
  .object({
    editionId: editionIdSchema,
    assignmentId: assignmentIdSchema,
    terminalTransactionNumber: terminalTransactionNumberSchema,
  })
  .meta({ id: 'MissingListingRequest' });
export type MissingListingRequest = z.infer<typeof missingListingRequestSchema>;
/** Its row of the transition log, where it is settled with a booking or a dismissal. */
export const missingListingAnswerSchema = z.object({ logId: z.int() }).meta({ id: 'MissingListingAnswer' });

/** Aborted cash top-ups whose cash no till has confirmed to have been given back (money rule 4). */
export const unreturnedCashAnswerSchema = z
  .object({
    topUps: z.array(
      z.object({
        backendTransactionId: z.int(),
        assignmentId: z.int(),
        terminalTransactionNumber: z.int(),
        uid: z.string().nullable(),
        amountMinor: z.int(),
        cashierId: z.string().nullable(),
        receivedAt: z.string(),
        /** Where it was booked to `unclaimed`. */
        unclaimedByTransactionId: z.int().nullable(),
      }),
    ),
  })
  .meta({ id: 'UnreturnedCashAnswer' });
export const unclaimedRequestSchema = z
  .object({ editionId: editionIdSchema, note: z.string().trim().min(1).max(1_000) })
  .meta({ id: 'UnclaimedRequest' });

/**
 * A refund that the backend makes: by hand (`manual`, paid by an operator) or back to a payment of the gateway. In tag mode it
 * is paid only after the tag has lost it (Q20). Sent with an `Idempotency-Key`.
 */
export const manualRefundRequestSchema = adminTopUpRequestSchema
  .extend({
    feeMinor: amountMinorSchema.default(0),
    /** The account that the money leaves by. */
    channel: z.enum(['cash', 'card', 'online', 'admin']).default('admin'),
  })
  .meta({ id: 'ManualRefundRequest' });
export const gatewayRefundRequestSchema = adminTopUpRequestSchema
  .extend({
    feeMinor: amountMinorSchema.default(0),
    channel: z.enum(['card', 'online']).default('card'),
    /** The gateway's own name of the payment that goes back. */
    paymentReference: z.string().min(1).max(200),
  })
  .meta({ id: 'GatewayRefundRequest' });

export const refundAnswerSchema = z
  .object({
    backendTransactionId: transactionIdSchema,
    state: backendStateSchema,
    /** The negative adjustment that takes it off the tag; null in account mode. */
    adjustmentNumber: adjustmentNumberSchema.nullable(),
    /** Whether it may be paid: nothing of it is on a tag any more. */
    collected: z.boolean(),
  })
  .meta({ id: 'RefundAnswer' });
export type RefundAnswer = z.infer<typeof refundAnswerSchema>;

export const refundEndRequestSchema = z
  .object({ editionId: editionIdSchema, note: z.string().trim().min(1).max(1_000) })
  .meta({ id: 'RefundEndRequest' });

export const refundRowSchema = refundAnswerSchema
  .extend({
    kind: z.enum(['manual', 'gateway']),
    uid: z.string().nullable(),
    amountMinor: z.int(),
    feeMinor: z.int(),
    channel: z.string(),
    requestedAt: z.string().nullable(),
    receivedAt: z.string(),
  })
  .meta({ id: 'RefundRow' });
export const refundsAnswerSchema = z.object({ refunds: z.array(refundRowSchema) }).meta({ id: 'RefundsAnswer' });
