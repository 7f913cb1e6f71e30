import { z } from 'zod';
import { itemKinds } from '../wire/accounts.ts';
import { terminalTransactionNumberSchema } from '../wire/identifiers.ts';
import { paymentMethods, terminalStates, transactionTypes } from '../wire/words.ts';

/** A transaction of this till as its list shows it. */
export const listedTransactionSchema = z.object({
  terminalTransactionNumber: terminalTransactionNumberSchema,
  type: z.enum(transactionTypes),
  paymentMethod: z.enum(paymentMethods),
  state: z.enum(terminalStates),
  amountMinor: z.int(),
  balanceDeltaMinor: z.int(),
  uid: z.string(),
  openedAt: z.string(),
  abortReason: z.string().nullable(),
  /** Whether the backend has acknowledged it. */
  sent: z.boolean(),
  /** The backend would not take it, and nobody has resolved it yet. */
  rejected: z.boolean(),
});
export type ListedTransaction = z.infer<typeof listedTransactionSchema>;

/** One line of what was sold, topped up or paid out. */
const transactionLineSchema = z.object({
  /** From 1; what `chargeback` names its lines by. */
  line: z.int(),
  kind: z.enum(itemKinds),
  name: z.string().nullable(),
  productId: z.string().nullable(),
  quantity: z.int(),
  amountMinor: z.int(),
  /** Pieces that may still come back (R5); 0 where nothing may. */
  returnableQuantity: z.int(),
});

/** All of it, with every state it went through. */
export const transactionDetailsSchema = listedTransactionSchema.extend({
  balanceBeforeMinor: z.int(),
  balanceAfterMinor: z.int(),
  merchantId: z.string().nullable(),
  cashierId: z.string().nullable(),
  approvedBy: z.string().nullable(),
  groupId: z.string().nullable(),
  lines: z.array(transactionLineSchema),
  states: z.array(z.object({ state: z.enum(terminalStates), at: z.string(), cause: z.string() })),
});
export type TransactionDetails = z.infer<typeof transactionDetailsSchema>;

/** What one tag has paid of a sale: all of it, unless several did. */
export const salePartSchema = transactionDetailsSchema.extend({
  /** Whether it can be taken back whole: not while its outcome is unknown, nor once anything of it has come back. */
  undo: z.enum(['possible', 'returned', 'unknown']),
});
export type SalePart = z.infer<typeof salePartSchema>;

/** Newest first, a page at a time. */
export const transactionsRequestSchema = z.object({
  /** Only numbers below this one; absent: from the newest. */
  before: terminalTransactionNumberSchema.optional(),
  limit: z.int().min(1).max(100).default(50),
});
export const transactionsAnswerSchema = z.object({
  transactions: z.array(listedTransactionSchema),
  hasMore: z.boolean(),
});
