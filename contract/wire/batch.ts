import { z } from 'zod';
import { journalIdSchema, seqSchema } from './identifiers.ts';
import { journalEntrySchema, sealSchema } from './journal.ts';
import { backendStateSchema } from './words.ts';

/** Bounds of one batch (protocol.md, "Ingest rules"); the body is measured after decompression. */
export const batchEntriesMax = 500;
export const batchBytesMax = 1_048_576;

export const batchRequestSchema = z
  .object({
    protocol: z.literal(1),
    journalId: journalIdSchema,
    entries: z.array(journalEntrySchema).min(1).max(batchEntriesMax),
  })
  .meta({ id: 'BatchRequest' });
export type BatchRequest = z.infer<typeof batchRequestSchema>;

/** `<first seq>-<last seq>`. */
export const batchIdSchema = z.string().regex(/^[1-9]\d{0,14}-[1-9]\d{0,14}$/);

/** Why an entry was rejected, highest precedence first. */
export const rejectionCodes = [
  'SCHEMA_INVALID',
  'NOT_REPLICABLE_STATE',
  'UNKNOWN_ACCOUNT',
  'UNBALANCED_ITEMS',
  'CONTENT_CONFLICT',
  'INVALID_TRANSITION',
] as const;
export type RejectionCode = (typeof rejectionCodes)[number];

export const entryResultSchema = z
  .object({
    seq: seqSchema,
    outcome: z.enum(['accepted', 'duplicate', 'rejected']),
    error: z.object({ code: z.enum(rejectionCodes), message: z.string() }).optional(),
    /** The unique number the backend gave the transaction (R16). */
    backendTransactionId: z.int().min(1).optional(),
    /** The backend's state of the transaction after this entry. */
    state: backendStateSchema.optional(),
  })
  .meta({ id: 'EntryResult' });
export type EntryResult = z.infer<typeof entryResultSchema>;

export const batchAnswerSchema = z
  .object({ results: z.array(entryResultSchema), seal: sealSchema })
  .meta({ id: 'BatchAnswer' });
export type BatchAnswer = z.infer<typeof batchAnswerSchema>;
