import fs from 'node:fs';
import path from 'node:path';
import { app, type BrowserWindow, dialog } from 'electron';
import type { ResultEnvelope } from '../../contract/ipc/envelope.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { PrintEnd, PrinterCommand, PrinterView, PrintReceiptRequest } from '../../contract/ipc/printing.ts';
import {
  type ReceiptAnswer,
  type ReceiptDocument,
  type ReceiptLanguage,
  receiptAnswerSchema,
} from '../../contract/ipc/receipt.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import type { ReceiptSettings } from '../../contract/settings/receipt-settings.ts';
import { AutomaticReceipts } from './automatic-receipts.ts';
import { log } from './log.ts';
import { PrintLink } from './print-link.ts';
import { PrintQueue, type WantedPrint } from './print-queue.ts';
import { saveReceiptSettings } from './receipt-settings.ts';
import { withReceiptPage } from './receipt-window.ts';
import { testPage } from './test-page.ts';

/** How long the system's printing may take to say whether it has taken a receipt. */
const systemPrintMs = 20_000;

export interface ReceiptDeskParts {
  readonly dataFolder: string;
  readonly settings: ReceiptSettings;
  call(operation: 'receipt', request: unknown): Promise<ResultEnvelope>;
  window(): BrowserWindow | null;
  onChange(view: PrinterView): void;
}

type Made = { readonly ok: true; readonly value: ReceiptAnswer } | { readonly ok: false; readonly fault: Fault };

/**
 * Receipts outside the till's screen: onto paper, into a file, by themselves where that is wanted. The till host says what
 * stands on one; nothing here can hold it up.
 */
export class ReceiptDesk {
  private readonly parts: ReceiptDeskParts;
  private readonly link = new PrintLink();
  private readonly queue: PrintQueue;
  private readonly automatic = new AutomaticReceipts();
  private settings: ReceiptSettings;
  private screenLanguage: ReceiptLanguage = 'en';
  /** Whose receipt may be on paper already: the next one is a copy. */
  private readonly given = new Set<number>();

  constructor(parts: ReceiptDeskParts) {
    this.parts = parts;
    this.settings = parts.settings;
    const timers = {
      after: (delayMs: number, action: () => void) => {
        const timer = setTimeout(action, delayMs);
        return () => clearTimeout(timer);
      },
    };
    this.queue = new PrintQueue(timers, () => this.parts.onChange(this.view));
  }

  get view(): PrinterView {
    const view = this.queue.view;
    const isNone = this.settings.printer.kind === 'none' && view.state === 'ready';
    return { ...view, state: isNone ? 'none' : view.state };
  }

  get receiptSettings(): ReceiptSettings {
    return this.settings;
  }

  /** What a window may change; where files go by themselves is for whoever may write `till.json`. */
  changeSettings(wanted: ReceiptSettings): ResultEnvelope {
    const settings = { ...wanted, folder: this.settings.folder };
    try {
      saveReceiptSettings(this.parts.dataFolder, settings);
    } catch (error) {
      return notWritten(error);
    }
    this.settings = settings;
    this.parts.onChange(this.view);
    return { ok: true, result: settings };
  }

  /** The language receipts are in where the settings leave it to the screen. */
  speak(language: ReceiptLanguage): void {
    this.screenLanguage = language;
  }

  viewChanged(view: TillView): void {
    const number = this.automatic.receiptOf(view);
    if (number === null || !this.settings.automatic || this.settings.printer.kind === 'none') return;
    this.print({ terminalTransactionNumber: number, language: this.screenLanguage, copy: false });
  }

  async command(command: PrinterCommand): Promise<ResultEnvelope> {
    switch (command.kind) {
      case 'print-receipt':
        if (this.settings.printer.kind === 'none') return noPrinter;
        this.print(command.request);
        return done;
      case 'print-test':
        if (this.settings.printer.kind === 'none') return noPrinter;
        this.queue.add({
          attempt: attempted(() => this.attempt(testPage(this.languageFor(command.language)))),
        });
        return done;
      case 'save-receipt':
        return await this.save(command.request);
      case 'retry':
        this.queue.retry();
        return done;
      case 'forget':
        this.queue.forget();
        return done;
      default:
        return command satisfies never;
    }
  }

  stop(): void {
    this.link.stop();
  }

  private print(request: PrintReceiptRequest): void {
    const { terminalTransactionNumber } = request;
    this.queue.add({
      attempt: attempted(async (mayBeOnPaper) => {
        const copy = request.copy || mayBeOnPaper || this.given.has(terminalTransactionNumber);
        const receipt = await this.receipt({ ...request, copy });
        if (!receipt.ok) return { outcome: 'not-printed', fault: receipt.fault };
        const end = await this.attempt(receipt.value.document);
        if (end.outcome !== 'not-printed') this.given.add(terminalTransactionNumber);
        return end;
      }),
    });
  }

  private async attempt(document: ReceiptDocument): Promise<PrintEnd> {
    const { printer, columns, qrCode } = this.settings;
    switch (printer.kind) {
      case 'none':
        return { outcome: 'not-printed', fault: noPrinter.fault };
      case 'network':
      case 'device':
        return await this.link.attempt(printer, columns, {
          blocks: document.blocks,
          qrText: qrCode ? document.qrText : null,
        });
      case 'system':
        return await printOnSystem(document, qrCode, printer.name);
      default:
        return printer satisfies never;
    }
  }

  private async receipt(request: PrintReceiptRequest): Promise<Made> {
    const asked = { ...request, language: this.languageFor(request.language) };
    const envelope = await this.parts.call('receipt', asked);
    return envelope.ok ? { ok: true, value: receiptAnswerSchema.parse(envelope.result) } : envelope;
  }

  private languageFor(asked: ReceiptLanguage): ReceiptLanguage {
    return this.settings.language === 'auto' ? asked : this.settings.language;
  }

  private async save(request: PrintReceiptRequest): Promise<ResultEnvelope> {
    const receipt = await this.receipt(request);
    if (!receipt.ok) return receipt;
    const { document } = receipt.value;
    try {
      const file = await this.chooseFile(`klink-${document.identity}.pdf`);
      if (file === null) return { ok: true, result: { file: null } };
      const pdf = await receiptPdf(document, this.settings.qrCode);
      await fs.promises.writeFile(file, pdf);
      return { ok: true, result: { file } };
    } catch (error) {
      return notWritten(error);
    }
  }

  /** Null when the person changed their mind. */
  private async chooseFile(name: string): Promise<string | null> {
    const folder = this.settings.folder === '' ? path.join(app.getPath('documents'), 'Klink') : this.settings.folder;
    await fs.promises.mkdir(folder, { recursive: true });
    const defaultPath = path.join(folder, name);
    const window = this.parts.window();
    if (window === null) return null;
    const filters = [{ name: 'PDF', extensions: ['pdf'] }];
    const chosen = await dialog.showSaveDialog(window, { defaultPath, filters });
    return chosen.canceled || !chosen.filePath ? null : chosen.filePath;
  }
}

/** The queue has to go on whatever happens: a print host that cannot even be started prints nothing. */
function attempted(attempt: WantedPrint['attempt']): WantedPrint['attempt'] {
  return async (mayBeOnPaper) => {
    try {
      return await attempt(mayBeOnPaper);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      log('error', 'a receipt could not be printed', { reason: message });
      return { outcome: 'not-printed', fault: { code: 'INTERNAL', message } };
    }
  };
}

/** A PDF of one page, as high as the receipt is long. */
async function receiptPdf(document: ReceiptDocument, qrCode: boolean): Promise<Buffer> {
  return await withReceiptPage({ document, qrCode }, ({ contents, widthInches, heightInches }) =>
    contents.printToPDF({
      pageSize: { width: widthInches, height: heightInches },
      margins: { top: 0, bottom: 0, left: 0, right: 0 },
      printBackground: true,
    }),
  );
}

/** Onto a printer of the operating system, which says only that it has taken it. */
async function printOnSystem(document: ReceiptDocument, qrCode: boolean, name: string): Promise<PrintEnd> {
  try {
    return await withReceiptPage(
      { document, qrCode },
      ({ contents }) =>
        new Promise<PrintEnd>((resolve) => {
          const timer = setTimeout(() => resolve(systemUnsure), systemPrintMs);
          const device = name === '' ? {} : { deviceName: name };
          contents.print(
            { silent: true, printBackground: true, margins: { marginType: 'none' }, ...device },
            (isTaken, reason) => {
              clearTimeout(timer);
              resolve(isTaken ? { outcome: 'printed' } : unreachable(reason));
            },
          );
        }),
    );
  } catch (error) {
    log('error', 'a receipt could not be given to the system', { reason: String(error) });
    return unreachable(error instanceof Error ? error.message : String(error));
  }
}

function unreachable(reason: string): PrintEnd {
  const message = `The system does not take the receipt: ${reason}.`;
  return { outcome: 'not-printed', fault: { code: 'PRINTER_UNREACHABLE', message, details: { detail: reason } } };
}

const systemUnsure: PrintEnd = {
  outcome: 'unsure',
  fault: { code: 'PRINT_UNSURE', message: 'The system did not say whether it has taken the receipt.' },
};
const done: ResultEnvelope = { ok: true, result: {} };
const noPrinter = {
  ok: false,
  fault: { code: 'PRINTER_NONE', message: 'No receipt printer is chosen.' },
} as const satisfies ResultEnvelope;

function notWritten(error: unknown): ResultEnvelope {
  const reason = error instanceof Error ? error.message : String(error);
  log('error', 'a file could not be written', { reason });
  return { ok: false, fault: { code: 'FILE_NOT_WRITTEN', message: `The file cannot be written: ${reason}` } };
}
