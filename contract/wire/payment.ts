import { z } from 'zod';
import { shortTextSchema } from './identifiers.ts';
import { amountMinorSchema, currencySchema } from './money.ts';

/** What a card payment has come to; `unknown` is the one that needs patience and never a second charge (Q13). */
export const paymentStatuses = ['pending', 'approved', 'declined', 'voided', 'unknown'] as const;
export type PaymentStatus = (typeof paymentStatuses)[number];

/** Card top-up through the payment provider; the same request again never charges twice. */
export const paymentRequestSchema = z
  .object({ amountMinor: amountMinorSchema.min(1), feeMinor: amountMinorSchema, currency: currencySchema })
  .meta({ id: 'PaymentRequest' });
export type PaymentRequest = z.infer<typeof paymentRequestSchema>;

export const paymentAnswerSchema = z
  .object({
    status: z.enum(paymentStatuses),
    /** The provider's own name for the payment, for the receipt and for support. */
    reference: shortTextSchema,
    /** After how long to ask again while it is `pending`. */
    askAgainMs: z.int().min(0).max(900_000),
  })
  .meta({ id: 'PaymentAnswer' });
export type PaymentAnswer = z.infer<typeof paymentAnswerSchema>;
