import { z } from 'zod';
import { seqSchema, terminalTransactionNumberSchema } from './identifiers.ts';
import { backendStateSchema } from './words.ts';

/** How many transactions, and how many rejected entries, one call may ask about. */
export const outcomesMax = 50;

/**
 * Why the backend has a transaction in its state (requirements.md 3): terminal replication, terminal online call, tag data,
 * backend job, webhook, timeout, admin, customer web. What a till may take as proof depends on it (Q9).
 */
export const stateCauses = ['TR', 'TO', 'TD', 'BJ', 'WH', 'TM', 'AD', 'CU'] as const;
export type StateCause = (typeof stateCauses)[number];

const list = z.string().regex(/^(?:[1-9]\d{0,14}(?:,[1-9]\d{0,14}){0,49})?$/);

/**
 * Query of `GET /v1/assignments/{id}/outcomes`: what became of transactions that this till cannot settle alone, and of
 * entries of it that were rejected. Both are numbers, separated by commas; either may be absent.
 */
export const outcomesQuerySchema = z.object({
  /** Terminal transaction numbers. */
  transactions: list.optional(),
  /** Journal positions. */
  entries: list.optional(),
});
export type OutcomesQuery = z.infer<typeof outcomesQuerySchema>;

const transactionOutcomeSchema = z
  .object({
    terminalTransactionNumber: terminalTransactionNumberSchema,
    backendTransactionId: z.int().min(1),
    state: backendStateSchema,
    cause: z.enum(stateCauses),
  })
  .meta({ id: 'TransactionOutcome' });

/** What the backend has not heard of is not in the answer. */
export const outcomesAnswerSchema = z
  .object({
    transactions: z.array(transactionOutcomeSchema),
    /** Rejected entries, with what an operator did about each; null while nobody has (protocol.md, ingest rule 4). */
    rejections: z.array(z.object({ seq: seqSchema, resolution: z.enum(['booking', 'dismissal']).nullable() })),
  })
  .meta({ id: 'OutcomesAnswer' });
export type OutcomesAnswer = z.infer<typeof outcomesAnswerSchema>;
