import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { PrintEnd } from '../../contract/ipc/printing.ts';
import { fault } from '../domain/fault.ts';
import { type PrintingLimits, printingLimits } from './printing-limits.ts';

/** On Windows a shared printer takes bytes under its network name; anything else there is a file. */
const sharedPrinter = /^\\\\[^\\]+\\[^\\]+/;

/**
 * One attempt to print on a printer as the operating system offers it: a character device such as `/dev/usb/lp0`, a pipe, or
 * on Windows a shared printer. Never an ordinary file, which could be one that somebody needs.
 */
export async function printOnDevice(
  { path }: { readonly path: string },
  bytes: Uint8Array,
  limits: PrintingLimits = printingLimits,
): Promise<PrintEnd> {
  let device: FileHandle;
  try {
    if (!(await isPrinter(path))) return unreachable(`${path} is a file and no printer.`);
    // Without O_NONBLOCK a printer that is switched off would hold this process for ever.
    device = await open(path, process.platform === 'win32' ? 'w' : constants.O_WRONLY | constants.O_NONBLOCK);
  } catch (error) {
    return unreachable(`${messageOf(error)}.`);
  }
  try {
    return await writeAll(device, bytes, limits);
  } finally {
    await device.close();
  }
}

async function isPrinter(path: string): Promise<boolean> {
  if (process.platform === 'win32') return sharedPrinter.test(path);
  const found = await stat(path);
  return found.isCharacterDevice() || found.isFIFO();
}

/** As much as it takes at a time; one that takes nothing for `stalledMs` has stopped. */
async function writeAll(device: FileHandle, bytes: Uint8Array, limits: PrintingLimits): Promise<PrintEnd> {
  let written = 0;
  let takenAtMs = performance.now();
  while (written < bytes.length) {
    try {
      const { bytesWritten } = await device.write(bytes, written, bytes.length - written);
      written += bytesWritten;
      takenAtMs = performance.now();
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') return stopped(written, `${messageOf(error)}.`);
      if (performance.now() - takenAtMs > limits.stalledMs) return stopped(written, 'it takes nothing any more.');
      await new Promise((resolve) => setTimeout(resolve, limits.deviceRetryMs));
    }
  }
  return { outcome: 'printed' };
}

function stopped(written: number, detail: string): PrintEnd {
  if (written === 0) return unreachable(detail);
  return { outcome: 'unsure', fault: fault('PRINT_UNSURE') };
}

function unreachable(detail: string): PrintEnd {
  return { outcome: 'not-printed', fault: fault('PRINTER_UNREACHABLE', { detail }) };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
