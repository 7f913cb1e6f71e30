import { z } from 'zod';
import { adjustmentNumberSchema, tagUidSchema } from './identifiers.ts';
import { amountMinorSchema } from './money.ts';

const reasonSchema = z.string().trim().min(1).max(500);

/** Money the festival gives a customer (R14); sent with an `Idempotency-Key`. */
export const adminTopUpRequestSchema = z
  .object({ editionId: z.int().min(1), uid: tagUidSchema, amountMinor: amountMinorSchema.min(1), reason: reasonSchema })
  .meta({ id: 'AdminTopUpRequest' });

export const adminTopUpAnswerSchema = z
  .object({
    backendTransactionId: z.int().min(1),
    /** The adjustment that brings it onto the tag (Q20); null in account mode, where the tag holds no balance. */
    adjustmentNumber: adjustmentNumberSchema.nullable(),
  })
  .meta({ id: 'AdminTopUpAnswer' });
export type AdminTopUpAnswer = z.infer<typeof adminTopUpAnswerSchema>;

export const tagBlockRequestSchema = z
  .object({ editionId: z.int().min(1), reason: reasonSchema })
  .meta({ id: 'TagBlockRequest' });

export const tagBlockAnswerSchema = z
  .object({ uid: tagUidSchema, blocked: z.boolean() })
  .meta({ id: 'TagBlockAnswer' });

/** An operator's word that `newUid` takes the place of a lost tag; the answer is what a till writes onto it. */
export const adminTagReplacementRequestSchema = z
  .object({ editionId: z.int().min(1), newUid: tagUidSchema, reason: reasonSchema })
  .meta({ id: 'AdminTagReplacementRequest' });

/** A key that the caller draws for one deed: the same request with it is done once. */
export const idempotencyKeySchema = z.string().regex(/^[\x21-\x7e]{8,200}$/);
