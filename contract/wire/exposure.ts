import { z } from 'zod';
import { accountLimitsSchema } from './configuration.ts';
import { instantSchema } from './identifiers.ts';
import { currencySchema } from './money.ts';

/** What an account-mode edition risks, and what it has cost so far (Q52), in minor units. */
export const exposureAnswerSchema = z
  .object({
    editionId: z.int(),
    currency: currencySchema,
    at: instantSchema,
    limits: accountLimitsSchema.nullable(),
    /** What all tills together may sell while they cannot ask; null: each till has its own limit and no more. */
    offlineLimitMinor: z.int().nullable(),
    /** What tills that are not closed may be selling now without asking: the most that nobody has heard of yet. */
    outMinor: z.int(),
    tills: z.array(
      z.object({
        assignmentId: z.int(),
        terminalName: z.string(),
        /** Its part of it; a till whose token was taken back keeps it until it is closed. */
        shareMinor: z.int(),
        revoked: z.boolean(),
        /** When the backend last took an entry of its journal. */
        lastReceivedAt: instantSchema.nullable(),
        /** Booked on its own word, without a hold that was still good. */
        unheldMinor: z.int(),
      }),
    ),
    /** Customers further below zero than the edition lets them, what is held for them included, the lowest first. */
    overspent: z.array(
      z.object({ customerId: z.int(), uids: z.array(z.string()), availableMinor: z.int(), overspentMinor: z.int() }),
    ),
    overspentMinor: z.int(),
    /**
     * What stands on the customers' purses `overspend`, with its sign turned: sold above the limit that was in force at each one's last
     * booking, holds left out.
     */
    bookedOverspendMinor: z.int(),
    /** What was written off already: the account `loss` with its sign turned. */
    writtenOffMinor: z.int(),
  })
  .meta({ id: 'ExposureAnswer' });
export type ExposureAnswer = z.infer<typeof exposureAnswerSchema>;
