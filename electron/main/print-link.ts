import { fromPrintHostSchema, type PrintEnd, type PrintJob, type RawPrinter } from '../../contract/ipc/printing.ts';
import type { ReceiptSettings } from '../../contract/settings/receipt-settings.ts';
import { type HostProcess, startHost } from './host-process.ts';
import { log } from './log.ts';

/** Longer than the print host's own patience with a printer: it does not even answer that it failed. */
const stuckMs = 45_000;

/** The print host, started when something is to be printed and again when it has died; one attempt at a time. */
export class PrintLink {
  private host: HostProcess | null = null;
  private lastId = 0;
  private answer: ((end: PrintEnd) => void) | null = null;

  /** Never rejects: a host that hangs is ended, and nobody knows then what it has printed. */
  attempt(printer: RawPrinter, columns: ReceiptSettings['columns'], job: PrintJob): Promise<PrintEnd> {
    this.lastId += 1;
    const id = this.lastId;
    const host = this.host ?? this.start();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        log('error', 'the print host is stuck and is ended');
        host.kill();
      }, stuckMs);
      this.answer = (end) => {
        clearTimeout(timer);
        this.answer = null;
        resolve(end);
      };
      host.post({ kind: 'print', id, printer, columns, job });
    });
  }

  stop(): void {
    this.host?.kill();
  }

  private start(): HostProcess {
    const host = startHost('print-host');
    this.host = host;
    host.onMessage((raw) => {
      const message = fromPrintHostSchema.safeParse(raw);
      if (!message.success) log('error', 'the print host said something out of the contract');
      else if (message.data.id === this.lastId) this.answer?.(message.data.end);
    });
    host.onExit((reason) => {
      log('warn', 'the print host is gone', { reason });
      this.host = null;
      const message = `The process that prints is gone (${reason}).`;
      this.answer?.({ outcome: 'unsure', fault: { code: 'PRINT_UNSURE', message } });
    });
    return host;
  }
}
