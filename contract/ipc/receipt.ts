import { z } from 'zod';
import { itemKinds } from '../wire/accounts.ts';
import { assignmentIdSchema, terminalTransactionNumberSchema } from '../wire/identifiers.ts';
import { paymentMethods, transactionTypes } from '../wire/words.ts';

export const receiptLanguages = ['en', 'de', 'fr'] as const;
export type ReceiptLanguage = (typeof receiptLanguages)[number];

/** What the sum of a receipt's lines means: the price, money back to the customer, or a change of what is on the tag. */
export const receiptTotals = ['price', 'to-customer', 'onto-tag', 'off-tag'] as const;

const receiptLineSchema = z.object({
  kind: z.enum(itemKinds),
  /** Null where kind and mark say it all (a fee, a free amount, a discount). */
  name: z.string().nullable(),
  /** What stands between the goods without being any; `discountBasisPoints` where the discount had a rate. */
  mark: z.enum(['discount', 'part-payment']).nullable(),
  discountBasisPoints: z.int().nullable(),
  quantity: z.int(),
  /** Null where there is no price of one piece. */
  unitPriceMinor: z.int().nullable(),
  /** Signed, so that the lines come to `totalMinor`. */
  amountMinor: z.int(),
  /** Percent as text, e.g. `8.1`. */
  taxRate: z.string().nullable(),
});
export type ReceiptLine = z.infer<typeof receiptLineSchema>;

/** What of the price is tax, at one rate; prices include it. `grossMinor` of all rates comes to the total. */
const receiptTaxSchema = z.object({
  /** Null for what has no rate: deposits, free amounts. */
  taxRate: z.string().nullable(),
  grossMinor: z.int(),
  netMinor: z.int(),
  taxMinor: z.int(),
});
export type ReceiptTax = z.infer<typeof receiptTaxSchema>;

/** Everything a receipt says, before it is put into words (screens.md, "Receipts"). */
export const receiptSchema = z.object({
  assignmentId: assignmentIdSchema,
  terminalTransactionNumber: terminalTransactionNumberSchema,
  /** Canteens: what the same tap has paid for besides, as transactions of their own (Q50). */
  furtherNumbers: z.array(terminalTransactionNumberSchema).optional(),
  terminalName: z.string(),
  editionName: z.string(),
  /** Whose goods these are; empty where no merchant is concerned. */
  merchantNames: z.array(z.string()),
  type: z.enum(transactionTypes),
  paymentMethod: z.enum(paymentMethods),
  currency: z.string(),
  timeZone: z.string(),
  /** When it was committed. */
  at: z.string(),
  lines: z.array(receiptLineSchema),
  total: z.enum(receiptTotals),
  totalMinor: z.int(),
  /** Of sales and returns; empty where nothing has a rate. */
  taxes: z.array(receiptTaxSchema),
  /** What went over the counter or off the card; null where only the tag paid. */
  paidMinor: z.int().nullable(),
  tag: z.object({
    uid: z.string(),
    /** Null in account mode: the tag has no numbers. */
    transactionNumber: z.int().nullable(),
    balanceBeforeMinor: z.int(),
    balanceAfterMinor: z.int(),
  }),
  cashierName: z.string().nullable(),
  /** The transaction this one goes back on. */
  reference: z
    .object({ assignmentId: assignmentIdSchema, terminalTransactionNumber: terminalTransactionNumberSchema })
    .nullable(),
  training: z.boolean(),
  /** Not the first one of this transaction. */
  copy: z.boolean(),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** A receipt in words, from top to bottom: what screen, PDF, printer and command line all render, each in its own way. */
export const receiptBlockSchema = z.discriminatedUnion('kind', [
  /** Largest: who sold it. */
  z.object({ kind: z.literal('title'), text: z.string() }),
  /** In the middle of its line. */
  z.object({ kind: z.literal('centred'), text: z.string() }),
  /** Must not be overlooked: a copy, training. */
  z.object({ kind: z.literal('mark'), text: z.string() }),
  z.object({
    kind: z.literal('row'),
    left: z.string(),
    right: z.string(),
    weight: z.enum(['plain', 'small', 'total']),
  }),
  z.object({ kind: z.literal('rule') }),
]);
export type ReceiptBlock = z.infer<typeof receiptBlockSchema>;

export const receiptDocumentSchema = z.object({
  language: z.enum(receiptLanguages),
  /** For a window's title and a file's name: `41-118`. */
  identity: z.string(),
  blocks: z.array(receiptBlockSchema),
  /** The same, short, as the text of a QR code: readable without a network (docs/decisions/receipts.md). */
  qrText: z.string(),
});
export type ReceiptDocument = z.infer<typeof receiptDocumentSchema>;

export const receiptRequestSchema = z.object({
  terminalTransactionNumber: terminalTransactionNumberSchema,
  language: z.enum(receiptLanguages).default('en'),
  /** It was given out before, or is looked up later: it says that it is a copy. */
  copy: z.boolean().default(false),
});
export const receiptAnswerSchema = z.object({ receipt: receiptSchema, document: receiptDocumentSchema });
export type ReceiptAnswer = z.infer<typeof receiptAnswerSchema>;

/** What the page of a receipt is made of that goes to a file or to a printer of the system. */
export const receiptPageSchema = z.object({ document: receiptDocumentSchema, qrCode: z.boolean() });
export type ReceiptPage = z.infer<typeof receiptPageSchema>;
