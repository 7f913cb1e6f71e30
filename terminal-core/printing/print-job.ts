import type { PrintEnd, PrintJob, RawPrinter } from '../../contract/ipc/printing.ts';
import { printOnDevice } from './device-printer.ts';
import { escposBytes } from './escpos.ts';
import { printOverNetwork } from './network-printer.ts';

/** One attempt to print one job; never rejects because of a printer. */
export function printJob(printer: RawPrinter, columns: number, job: PrintJob): Promise<PrintEnd> {
  const bytes = escposBytes(job, columns);
  switch (printer.kind) {
    case 'network':
      return printOverNetwork(printer, bytes);
    case 'device':
      return printOnDevice(printer, bytes);
  }
}
