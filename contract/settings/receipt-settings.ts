import { z } from 'zod';
import { receiptLanguages } from '../ipc/receipt.ts';

/** Letters a line of paper holds: 58 mm paper, 80 mm paper in the usual and in the narrow letter. */
export const receiptColumns = [32, 42, 48] as const;

/** The port on which printers take raw data. */
const rawPrinterPort = 9_100;

/** Where receipts are printed. */
export const receiptPrinterSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  /** An ESC/POS printer in the network. */
  z.strictObject({
    kind: z.literal('network'),
    host: z.string().trim().min(1).max(253),
    port: z.int().min(1).max(65_535).default(rawPrinterPort),
  }),
  /**
   * An ESC/POS printer as the operating system offers it: a device file such as `/dev/usb/lp0`, on Windows the path of a
   * shared printer (`\\COMPUTER\NAME`). An ordinary file is refused: receipts are not for overwriting one.
   */
  z.strictObject({ kind: z.literal('device'), path: z.string().trim().min(1).max(500) }),
  /** A printer of the operating system by its name there; empty is its standard printer (application only). */
  z.strictObject({ kind: z.literal('system'), name: z.string().trim().max(200).default('') }),
]);
export type ReceiptPrinter = z.infer<typeof receiptPrinterSchema>;

/** The part of `DIR/till.json` that is about receipts. */
export const receiptSettingsSchema = z.strictObject({
  printer: receiptPrinterSchema.default({ kind: 'none' }),
  columns: z.literal(receiptColumns).default(42),
  /** Every completed sale, top-up, return and refund is printed without being asked for. */
  automatic: z.boolean().default(false),
  /** Whether the QR code stands on the paper too. */
  qrCode: z.boolean().default(true),
  /** `auto`: the language of the screen. */
  language: z.enum([...receiptLanguages, 'auto']).default('auto'),
  /** Where PDF files go when nobody says otherwise; empty is the user's documents folder. */
  folder: z.string().max(1_000).default(''),
});
export type ReceiptSettings = z.infer<typeof receiptSettingsSchema>;
