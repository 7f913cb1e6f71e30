import { z } from 'zod';
import { instantSchema, shortTextSchema } from './identifiers.ts';
import { amountMinorSchema, currencySchema } from './money.ts';

/** What a card payment has come to; `unknown` is the one that needs patience and never a second charge (Q13). */
export const paymentStatuses = ['pending', 'approved', 'declined', 'voided', 'unknown'] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/**
 * Body of `PUT /v1/assignments/{id}/transactions/{number}/payment`: a card top-up through the payment provider. The same
 * request again never charges twice; another body under the same number is `PAYMENT_CONFLICT`. `GET` asks how it stands,
 * `DELETE` voids it. `amountMinor` is what the card pays, the fee included in it.
 */
export const paymentRequestSchema = z
  .object({ amountMinor: amountMinorSchema.min(1), feeMinor: amountMinorSchema, currency: currencySchema })
  .meta({ id: 'PaymentRequest' });
export type PaymentRequest = z.infer<typeof paymentRequestSchema>;

export const paymentAnswerSchema = z
  .object({
    status: z.enum(paymentStatuses),
    backendTransactionId: z.int().min(1),
    /** The provider's own name for the payment, for the receipt and for support; null while the provider has not spoken. */
    reference: shortTextSchema.nullable(),
    /** After how long to ask again while it is `pending`. */
    askAgainMs: z.int().min(0).max(900_000),
  })
  .meta({ id: 'PaymentAnswer' });
export type PaymentAnswer = z.infer<typeof paymentAnswerSchema>;

/** A payment as the operator sees it, with every status it had and why. */
export const paymentDetailSchema = z
  .object({
    status: z.enum(paymentStatuses),
    amountMinor: amountMinorSchema,
    feeMinor: amountMinorSchema,
    currency: currencySchema,
    reference: z.string().nullable(),
    /** Since when the money is asked back. */
    voidRequestedAt: instantSchema.nullable(),
    /** When the provider is asked next; null: nobody asks any more. */
    nextCheckAt: instantSchema.nullable(),
    steps: z.array(z.object({ from: z.string().nullable(), to: z.string(), cause: z.string(), at: instantSchema })),
  })
  .meta({ id: 'PaymentDetail' });
export type PaymentDetail = z.infer<typeof paymentDetailSchema>;
