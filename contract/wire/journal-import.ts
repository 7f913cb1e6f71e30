import { z } from 'zod';
import { batchEntriesMax } from './batch.ts';
import { journalEntrySchema } from './journal.ts';

/**
 * A piece of a journal that was taken off a till (`klink export`), in order: what the backend refused as forked, or never got.
 * The chain of its hashes must hold within the piece; the same piece again brings nothing twice.
 */
export const journalImportRequestSchema = z
  .object({ entries: z.array(journalEntrySchema).min(1).max(batchEntriesMax) })
  .meta({ id: 'JournalImportRequest' });

export const journalImportAnswerSchema = z
  .object({
    /** Entries that the backend had already: in the journal, or from an import before. */
    known: z.int().min(0),
    /** Kept as evidence now. */
    imported: z.int().min(0),
    /** Of those, transactions that stand in the transition log (`JOURNAL_IMPORTED`) until an operator settles each. */
    listed: z.int().min(0),
  })
  .meta({ id: 'JournalImportAnswer' });
export type JournalImportAnswer = z.infer<typeof journalImportAnswerSchema>;
