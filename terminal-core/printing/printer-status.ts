import type { Fault } from '../../contract/ipc/fault.ts';
import { fault } from '../domain/fault.ts';

/**
 * ESC/POS: DLE EOT n is answered at once, also while the printer cannot print, by one byte a question; bits 1 and 4 of it are
 * set and bits 0 and 7 are not. 2: why it is offline. 4: the paper.
 */
export const statusQuestion: Uint8Array = Uint8Array.of(0x10, 0x04, 0x02, 0x10, 0x04, 0x04);
/** GS r 1: answered only when everything before it is on paper; bits 4 and 7 of the answer are not set. */
export const finishedQuestion: Uint8Array = Uint8Array.of(0x1d, 0x72, 0x01);

const coverOpen = 0x04;
const stoppedForPaper = 0x20;
const errorOccurred = 0x40;
const paperEnd = 0x60;

/** How many bytes answer `statusQuestion`. */
export const statusLength = 2;

/** True for a byte that can be an answer to DLE EOT. */
export function isStatusByte(byte: number): boolean {
  return (byte & 0x93) === 0x12;
}

/** What keeps the printer from printing; null where nothing does. */
export function faultOfStatus([offline = 0, paper = 0]: readonly number[]): Fault | null {
  if ((paper & paperEnd) !== 0 || (offline & stoppedForPaper) !== 0) return fault('PRINTER_NO_PAPER');
  if ((offline & coverOpen) !== 0) return fault('PRINTER_FAULT', { detail: 'its cover is open.' });
  if ((offline & errorOccurred) !== 0) return fault('PRINTER_FAULT', { detail: 'it reports an error.' });
  return null;
}
