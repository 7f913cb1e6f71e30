import {
  changeReceiptSettingsChannel,
  printerCommandChannel,
  printerViewChannel,
  receiptSettingsChannel,
  screenLanguageChannel,
} from '../../contract/ipc/channels.ts';
import { printerCommandSchema } from '../../contract/ipc/printing.ts';
import { receiptLanguages } from '../../contract/ipc/receipt.ts';
import { receiptSettingsSchema } from '../../contract/settings/receipt-settings.ts';
import type { ReceiptDesk } from './receipt-desk.ts';
import { type HandleCall, refused } from './window-calls.ts';

/** What a window may ask of receipts, each parsed with the contract's schema. */
export function answerPrinterCalls(receipts: ReceiptDesk, handle: HandleCall): void {
  handle(printerCommandChannel, (request) => {
    const parsed = printerCommandSchema.safeParse(request);
    return parsed.success ? receipts.command(parsed.data) : refused(`printer: ${parsed.error.message}`);
  });
  handle(printerViewChannel, () => ({ ok: true, result: receipts.view }));
  handle(receiptSettingsChannel, () => ({ ok: true, result: receipts.receiptSettings }));
  handle(changeReceiptSettingsChannel, (request) => {
    const parsed = receiptSettingsSchema.safeParse(request);
    return parsed.success ? receipts.changeSettings(parsed.data) : refused(`receipts: ${parsed.error.message}`);
  });
  handle(screenLanguageChannel, (request) => {
    const language = receiptLanguages.find((candidate) => candidate === request);
    if (language === undefined) return refused('screenLanguage: en, de or fr');
    receipts.speak(language);
    return { ok: true, result: {} };
  });
}
