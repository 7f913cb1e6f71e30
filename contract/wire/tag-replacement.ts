import { z } from 'zod';
import { adjustmentNumberSchema, tagGenerationSchema, tagUidSchema } from './identifiers.ts';
import { amountMinorSchema } from './money.ts';

/**
 * Body of `PUT /v1/assignments/{id}/tags/{uid}/replacement`, where `uid` is the lost tag: a blank tag takes its place
 * (protocol.md, money rule 2). From the answer on the lost tag is blocked for good and the new one belongs to its customer.
 */
export const tagReplacementRequestSchema = z.object({ newUid: tagUidSchema }).meta({ id: 'TagReplacementRequest' });
export type TagReplacementRequest = z.infer<typeof tagReplacementRequestSchema>;

/**
 * What is to be written onto the new tag. The same question gets the same answer, from any till, until a till has reported
 * the new tag as written; then, and for any other `newUid`, it is `TAG_REPLACED`: the balance is handed out once. A lost tag
 * that nobody has heard of is `NOT_FOUND`; a new tag that has a life of its own already is `TAG_IN_USE`.
 */
export const tagReplacementAnswerSchema = z
  .object({
    uid: tagUidSchema,
    newUid: tagUidSchema,
    /** What the new tag is issued with: 1 unless the backend has seen it written before. */
    generation: tagGenerationSchema,
    /** Booked less held when it was replaced, never below 0; always 0 in account mode, where tags hold no balance. */
    balanceMinor: amountMinorSchema,
    /** The new tag's last adjustment, 0 for one never seen: the next one fits (Q20). What the lost tag had not collected is in the balance. */
    adjustmentNumber: adjustmentNumberSchema,
  })
  .meta({ id: 'TagReplacementAnswer' });
export type TagReplacementAnswer = z.infer<typeof tagReplacementAnswerSchema>;
