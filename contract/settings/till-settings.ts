import { z } from 'zod';
import { readerKinds } from '../ipc/reader.ts';
import { receiptSettingsSchema } from './receipt-settings.ts';

/** The folder inside a till's own where its training lives, with a database and simulated tags of its own. */
export const trainingFolderName = 'training';

/** `DIR/till.json`: what belongs to this till alone. A flag of the command line beats the file. */
export const tillSettingsSchema = z.strictObject({
  reader: z
    .strictObject({
      /** `auto`: PC/SC where a reader is found, else the simulated one (application only). */
      kind: z.enum([...readerKinds, 'auto']).default('auto'),
      /** Part of the PC/SC reader's name; empty takes the first one. */
      name: z.string().default(''),
    })
    .prefault({}),
  /** Whose products the grid shows; empty takes the first merchant. */
  merchantId: z.string().default(''),
  language: z.enum(['en', 'de', 'fr', 'auto']).default('auto'),
  theme: z.enum(['light', 'dark', 'high-contrast', 'auto']).default('auto'),
  sound: z.boolean().default(true),
  /** The customer's display: `auto` only where there is a second screen (application only). */
  customerDisplay: z.enum(['auto', 'window', 'off']).default('auto'),
  /** How a sale is paid: 1 – cart first, one tap; 2 – one tap opens it, a second one confirms (Q51; tag mode). */
  checkoutTaps: z.union([z.literal(1), z.literal(2)]).default(1),
  /** Canteens: a catering till shows and takes meal credit, another one neither (R112, R113). */
  catering: z.boolean().default(true),
  /** How long a tag is waited for. */
  tapTimeoutMs: z.int().min(1_000).max(600_000).default(60_000),
  /** How long the same tag is waited for after it left too early. */
  sameTagTimeoutMs: z.int().min(1_000).max(600_000).default(30_000),
  /** After so long without anything done the cashier has to log in again; 0 never. */
  idleLockMs: z.int().min(0).max(86_400_000).default(300_000),
  /** How long the result stays on the screen. */
  doneMs: z.int().min(0).max(60_000).default(4_000),
  receipts: receiptSettingsSchema.prefault({}),
});
export type TillSettings = z.infer<typeof tillSettingsSchema>;
