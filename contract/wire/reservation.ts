import { z } from 'zod';
import { instantSchema, shortTextSchema } from './identifiers.ts';
import { amountMinorSchema, signedAmountMinorSchema } from './money.ts';
import { transactionTagSchema } from './transaction.ts';
import { backendStateSchema } from './words.ts';

/** Online checkout: holds what a purchase or a cash refund is about to take (R39, Q51 step 1). */
export const reservationRequestSchema = z
  .object({
    type: z.enum(['Purchase', 'Refund']),
    amountMinor: amountMinorSchema,
    balanceDeltaMinor: signedAmountMinorSchema,
    tag: transactionTagSchema,
    /** Account mode: meals, which credit may pay for (R109); absent: cash alone. */
    meal: z.boolean().optional(),
    /** Account mode: in which session it is sold. */
    session: shortTextSchema.nullish(),
  })
  .meta({ id: 'ReservationRequest' });
export type ReservationRequest = z.infer<typeof reservationRequestSchema>;

export const reservationAnswerSchema = z
  .object({
    backendTransactionId: z.int().min(1),
    /** `ReservePending`, or where the transaction has got to since. */
    state: backendStateSchema,
    expiresAt: instantSchema,
  })
  .meta({ id: 'ReservationAnswer' });
export type ReservationAnswer = z.infer<typeof reservationAnswerSchema>;
