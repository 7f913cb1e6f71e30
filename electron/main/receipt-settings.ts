import fs from 'node:fs';
import path from 'node:path';
import { type ReceiptSettings, receiptSettingsSchema } from '../../contract/settings/receipt-settings.ts';
import { tillSettingsSchema } from '../../contract/settings/till-settings.ts';
import { syncFolder } from './sync-folder.ts';

/**
 * Changes what `DIR/till.json` says about receipts and leaves everything else in it as somebody wrote it; the file is on the
 * disk, whole, before it returns.
 * @throws when the file cannot be read as settings or written
 */
export function saveReceiptSettings(dataFolder: string, receipts: ReceiptSettings): void {
  const file = path.join(dataFolder, 'till.json');
  const content: unknown = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
  // What is there must be settings, or a slip would be written over somebody's file.
  tillSettingsSchema.parse(content);
  const changed = { ...(typeof content === 'object' ? content : {}), receipts: receiptSettingsSchema.parse(receipts) };
  const unfinished = `${file}.unfinished`;
  const handle = fs.openSync(unfinished, 'w', 0o600);
  try {
    fs.writeFileSync(handle, `${JSON.stringify(changed, null, 2)}\n`);
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
  fs.renameSync(unfinished, file);
  syncFolder(path.dirname(file));
}
