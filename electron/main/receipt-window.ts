import path from 'node:path';
import { BrowserWindow, ipcMain, type WebContents } from 'electron';
import { receiptPageChannel, receiptShownChannel } from '../../contract/ipc/channels.ts';
import type { ReceiptPage } from '../../contract/ipc/receipt.ts';
import { appOrigin } from './app-address.ts';
import { log } from './log.ts';

/** 80 mm of paper, in the pixels of a page: 96 to the inch. */
const pageWidthPx = 302;
const pxPerInch = 96;
const shownTimeoutMs = 10_000;

/** A receipt as a page that is never seen, only printed. */
export interface ShownReceipt {
  readonly contents: WebContents;
  readonly widthInches: number;
  readonly heightInches: number;
}

const pages = new Map<number, { readonly page: ReceiptPage; readonly shown: (heightPx: number) => void }>();

/** Once, before the first receipt: such a page may ask for its one receipt and say how high it is, and nothing else. */
export function answerReceiptPages(): void {
  ipcMain.handle(receiptPageChannel, (event): ReceiptPage | null => pages.get(event.sender.id)?.page ?? null);
  ipcMain.handle(receiptShownChannel, (event, heightPx: unknown) => {
    if (typeof heightPx === 'number' && Number.isFinite(heightPx)) pages.get(event.sender.id)?.shown(heightPx);
  });
}

/**
 * Shows a receipt in a hidden, sandboxed window, uses it, and lets it go.
 * @throws when the page does not appear in time, or what `use` throws
 */
export async function withReceiptPage<T>(page: ReceiptPage, use: (shown: ShownReceipt) => Promise<T>): Promise<T> {
  const window = new BrowserWindow({
    show: false,
    width: pageWidthPx,
    height: 1_000,
    useContentSize: true,
    webPreferences: {
      preload: path.join(__dirname, 'receipt-preload.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      backgroundThrottling: false,
    },
  });
  const { id } = window.webContents;
  try {
    const heightPx = await shown(window, page);
    return await use({
      contents: window.webContents,
      widthInches: pageWidthPx / pxPerInch,
      // A page that is a hair too short would become two.
      heightInches: (Math.ceil(heightPx) + 4) / pxPerInch,
    });
  } finally {
    pages.delete(id);
    if (!window.isDestroyed()) window.destroy();
  }
}

function shown(window: BrowserWindow, page: ReceiptPage): Promise<number> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the receipt did not appear')), shownTimeoutMs);
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    pages.set(window.webContents.id, { page, shown: (heightPx) => end(() => resolve(heightPx)) });
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      log('error', 'the page of a receipt crashed', { reason });
      end(() => reject(new Error(`the page of the receipt is gone: ${reason}`)));
    });
    const address = new URL(`${appOrigin}/index.html`);
    const { language } = page.document;
    for (const [key, value] of Object.entries({ display: 'receipt', theme: 'light', language, sound: 'off' }))
      address.searchParams.set(key, value);
    window.loadURL(address.href).catch((error: unknown) => end(() => reject(error)));
  });
}
