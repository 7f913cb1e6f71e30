import { z } from 'zod';
import { transactionTypes } from '../wire/words.ts';

/**
 * What a supervisor has to look at (protocol.md, ingest rule 4; money rules 3 and 4), by what there is to do:
 * - `show-tag`: it is unknown whether the tag was written; the same tag tells, or another till that sees it
 * - `ask-operator`: the backend would not take an entry, and somebody has to resolve it there
 * - `finish-payment`: a card may have paid, and the tag is not charged
 * - `give-cash-back`: the customer paid cash for a top-up that was aborted
 * - `give-part-back`: a tag paid its part of a sale that nobody has paid the rest of; it is taken back at a tap of that tag
 */
export const attentionKinds = [
  'show-tag',
  'ask-operator',
  'finish-payment',
  'give-cash-back',
  'give-part-back',
] as const;
export type AttentionKind = (typeof attentionKinds)[number];

export const attentionItemSchema = z.object({
  todo: z.enum(attentionKinds),
  /** Why: `OUTCOME_UNKNOWN`, `PAYMENT_OPEN`, `PART_PAID`, the reason of the abort, or the backend's code of a rejected entry. */
  code: z.string(),
  /** In words, for support, where there are any. */
  detail: z.string().nullable(),
  /** Since when. */
  at: z.string(),
  /** Null where a rejected entry is not of a transaction, or cannot be read. */
  terminalTransactionNumber: z.int().nullable(),
  type: z.enum(transactionTypes).nullable(),
  amountMinor: z.int().nullable(),
  uid: z.string().nullable(),
  /** Whether the backend has been told of it. */
  sent: z.boolean(),
});
export type AttentionItem = z.infer<typeof attentionItemSchema>;
