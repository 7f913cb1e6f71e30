import type { TransmitFault } from '../../contract/ipc/reader.ts';

/** What became of one APDU. A response is what the reader gave, status word included, and may be too short to have one. */
export type TransmitResult =
  | { readonly ok: true; readonly response: Uint8Array }
  | { readonly ok: false; readonly fault: TransmitFault; readonly detail: string };

/** Sends one APDU to the card of one presence; one at a time. */
export type Transmit = (apdu: Uint8Array) => Promise<TransmitResult>;
