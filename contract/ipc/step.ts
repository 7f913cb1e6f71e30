import { z } from 'zod';
import { terminalStates, transactionTypes } from '../wire/words.ts';
import { faultSchema } from './fault.ts';

/** What the till reports while it works; `klink --json` prints one such object a line. */
export const stepEvents = [
  'readerState',
  'waitingForTag',
  'tagRead',
  'tagRefused',
  'allergensShown',
  'tagGone',
  'transactionOpened',
  'checkoutStarted',
  'paymentChanged',
  'writing',
  'waitingForSameTag',
  'transactionCommitted',
  'transactionAborted',
  'transactionUnknown',
  'tagIssued',
  'tagRepaired',
  'tagReplaced',
  'staffEntered',
  'shiftOpened',
  'shiftReported',
  'shiftClosed',
  'balance',
  'payments',
  'enrolled',
  'replicated',
  'entryRejected',
  'status',
  'cleanup',
  'resolved',
  'cashReturned',
  'attention',
  'exported',
  'receipt',
  'diagnosed',
  'supportExported',
  'backendStarted',
  'installations',
  'connections',
  'openingBalances',
  'members',
  'creditPurses',
  'report',
  'tills',
  'fault',
] as const;
export type StepEvent = (typeof stepEvents)[number];

export const stepSchema = z.object({
  at: z.iso.datetime(),
  event: z.enum(stepEvents),
  transaction: z
    .object({
      terminalTransactionNumber: z.int(),
      type: z.enum(transactionTypes),
      state: z.enum(terminalStates),
      amountMinor: z.int(),
      balanceDeltaMinor: z.int(),
    })
    .optional(),
  tag: z
    .object({
      uid: z.string(),
      generation: z.int(),
      /** Null in account mode: the tag has no numbers. */
      transactionNumber: z.int().nullable(),
      balanceMinor: z.int(),
    })
    .optional(),
  error: faultSchema.optional(),
  /** What one event alone has to say, e.g. the counts of `status`. */
  details: z.record(z.string(), z.json()).optional(),
});
export type Step = z.infer<typeof stepSchema>;
