import { z } from 'zod';
import { anyJsonSchema } from './any-json.ts';
import {
  adjustmentNumberSchema,
  assignmentIdSchema,
  instantSchema,
  seqSchema,
  sha256Schema,
  shortTextSchema,
  tagGenerationSchema,
  tagTransactionNumberSchema,
  tagUidSchema,
  terminalTransactionNumberSchema,
} from './identifiers.ts';
import { amountMinorSchema, signedAmountMinorSchema } from './money.ts';
import { transactionTypeSchema } from './words.ts';

export const journalKinds = ['transaction', 'tagSnapshot', 'tagEvent', 'shift'] as const;
export type JournalKind = (typeof journalKinds)[number];

/** One line of a tag's own history: which transaction wrote tag number N − index. */
export const tagHistoryEntrySchema = z
  .object({
    assignmentId: assignmentIdSchema,
    terminalTransactionNumber: terminalTransactionNumberSchema,
    /** Signed change of the balance. */
    amountMinor: signedAmountMinorSchema,
    type: transactionTypeSchema,
  })
  .meta({ id: 'TagHistoryEntry' });

/** What an authenticated tag showed when it was read: the evidence of Q6. */
export const tagSnapshotPayloadSchema = z
  .object({
    uid: tagUidSchema,
    generation: tagGenerationSchema,
    transactionNumber: tagTransactionNumberSchema,
    balanceMinor: signedAmountMinorSchema,
    blocked: z.boolean().optional(),
    adjustmentNumber: adjustmentNumberSchema,
    /** Newest first; `null` where the tag has none. */
    history: z.array(tagHistoryEntrySchema.nullable()).max(3),
    readAt: instantSchema,
  })
  .meta({ id: 'TagSnapshotPayload' });
export type TagSnapshotPayload = z.infer<typeof tagSnapshotPayloadSchema>;

export const tagEvents = ['issue', 'repair', 'replace', 'corruptSeen', 'cloneSeen'] as const;
export const tagEventPayloadSchema = z
  .object({
    event: z.enum(tagEvents),
    uid: tagUidSchema,
    /** 0 where no authenticated generation could be read (`corruptSeen`). */
    generation: z.int().min(0).max(255),
    detail: z.string().max(500).nullish(),
  })
  .meta({ id: 'TagEventPayload' });
export type TagEventPayload = z.infer<typeof tagEventPayloadSchema>;

export const shiftPayloadSchema = z
  .object({
    shiftId: shortTextSchema,
    event: z.enum(['opened', 'closed']),
    cashierId: shortTextSchema,
    /** What was counted: into the drawer at the opening (the float), out of it at the closing. */
    countedCashMinor: amountMinorSchema.nullable(),
    /** Cash of transactions whose outcome is unknown, on a line of its own. */
    unknownCashMinor: signedAmountMinorSchema,
    /** At the closing: the float and all cash that is Committed, as the till knows it. */
    expectedCashMinor: signedAmountMinorSchema.optional(),
    /** At the closing: gap-free from 1 for an assignment. */
    zNumber: z.int().min(1).optional(),
  })
  .meta({ id: 'ShiftPayload' });
export type ShiftPayload = z.infer<typeof shiftPayloadSchema>;

/**
 * One fact of a till, as it is hashed, stored and sent. `hash` is the lower-case hex SHA-256 over the five lines
 * previous hash, seq, kind, at, canonical JSON of payload (RFC 8785), joined by a line feed. The payload is opaque here:
 * a payload that does not parse is that entry's `SCHEMA_INVALID`, never a failure of the batch (ingest rule 3).
 */
export const journalEntrySchema = z
  .object({
    seq: seqSchema,
    kind: z.string().min(1).max(40),
    at: z.string().min(1).max(40),
    payload: anyJsonSchema,
    hash: sha256Schema,
  })
  .meta({ id: 'JournalEntry' });
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** Highest contiguous position of a journal and its hash; seq 0 carries the hash of the `journalId`. */
export const sealSchema = z.object({ seq: z.int().min(0), hash: sha256Schema }).meta({ id: 'Seal' });
export type Seal = z.infer<typeof sealSchema>;
