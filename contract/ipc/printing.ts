import { z } from 'zod';
import { receiptColumns } from '../settings/receipt-settings.ts';
import { terminalTransactionNumberSchema } from '../wire/identifiers.ts';
import { faultSchema } from './fault.ts';
import { receiptBlockSchema, receiptLanguages } from './receipt.ts';

/** What goes onto one piece of paper. */
export const printJobSchema = z.object({
  blocks: z.array(receiptBlockSchema),
  /** Null leaves the QR code away. */
  qrText: z.string().nullable(),
});
export type PrintJob = z.infer<typeof printJobSchema>;

/** The printers that are spoken to in their own language (ESC/POS), by the print host. */
export const rawPrinterSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('network'), host: z.string(), port: z.int() }),
  z.object({ kind: z.literal('device'), path: z.string() }),
]);
export type RawPrinter = z.infer<typeof rawPrinterSchema>;

/** How one attempt to print ended. `unsure`: some of it went out, and nobody can know whether paper came of it. */
export const printEndSchema = z.discriminatedUnion('outcome', [
  z.object({ outcome: z.literal('printed') }),
  z.object({ outcome: z.literal('not-printed'), fault: faultSchema }),
  z.object({ outcome: z.literal('unsure'), fault: faultSchema }),
]);
export type PrintEnd = z.infer<typeof printEndSchema>;

/** Composer → print host. One attempt a message; when to try again is the composer's to decide. */
export const toPrintHostSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('print'),
    id: z.int(),
    printer: rawPrinterSchema,
    columns: z.literal(receiptColumns),
    job: printJobSchema,
  }),
  z.object({ kind: z.literal('stop') }),
]);
export type ToPrintHost = z.infer<typeof toPrintHostSchema>;

/** Print host → composer. */
export const fromPrintHostSchema = z.object({ kind: z.literal('ended'), id: z.int(), end: printEndSchema });
export type FromPrintHost = z.infer<typeof fromPrintHostSchema>;

/**
 * What a window shows of the printer.
 * - `ready`: nothing is waiting; `printing`: one is on its way
 * - `waiting`: it did not work (`fault` says why) and is tried again by itself
 * - `failed`: given up; what was not printed can be printed again
 */
export const printerStates = ['none', 'ready', 'printing', 'waiting', 'failed'] as const;
export const printerViewSchema = z.object({
  state: z.enum(printerStates),
  fault: faultSchema.nullable(),
  /** On their way, the one that prints included. */
  waitingCount: z.int(),
  /** Given up, and kept until they are printed again or let go. */
  failedCount: z.int(),
});
export type PrinterView = z.infer<typeof printerViewSchema>;

/** What a window asks the application for, besides what the till host answers. */
export const printReceiptRequestSchema = z.object({
  terminalTransactionNumber: terminalTransactionNumberSchema,
  language: z.enum(receiptLanguages),
  copy: z.boolean(),
});
export type PrintReceiptRequest = z.infer<typeof printReceiptRequestSchema>;

/** `printTest` prints a page with every letter it has to be able to print; `retry` and `forget` are about what failed. */
export const printerCommandSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('print-receipt'), request: printReceiptRequestSchema }),
  z.object({ kind: z.literal('save-receipt'), request: printReceiptRequestSchema }),
  z.object({ kind: z.literal('print-test'), language: z.enum(receiptLanguages) }),
  z.object({ kind: z.literal('retry') }),
  z.object({ kind: z.literal('forget') }),
]);
export type PrinterCommand = z.infer<typeof printerCommandSchema>;

/** Of `save-receipt`: where it is now; null when the person changed their mind. */
export const savedReceiptSchema = z.object({ file: z.string().nullable() });
