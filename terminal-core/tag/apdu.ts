import { toHex } from './bytes.ts';
import type { Transmit, TransmitResult } from './transmit.ts';

/** The pseudo-APDUs of PC/SC part 3 that storage cards are read and written with; a page is a MIFARE Classic's block. */

export const getUid = Uint8Array.of(0xff, 0xca, 0x00, 0x00, 0x00);

/** READ BINARY of PC/SC part 3: `length` bytes from a page, or a block, on. */
export function readBinary(page: number, length: number): Uint8Array {
  return Uint8Array.of(0xff, 0xb0, (page >> 8) & 0xff, page & 0xff, length);
}

/** UPDATE BINARY of PC/SC part 3: the bytes from a page, or a block, on. */
export function updateBinary(page: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(0xff, 0xd6, (page >> 8) & 0xff, page & 0xff, bytes.length, ...bytes);
}

/**
 * Key structures of `FF 82`, in the order they are tried: kept until the reader is unplugged, or, for readers that know
 * only that, for good.
 */
export const keyStructures = { volatile: 0x00, permanent: 0x20 } as const;
/** Where the key lies in the reader; every reader has this place. */
const keyNumber = 0x00;
const keyTypes = { A: 0x60, B: 0x61 } as const;

/** Puts a MIFARE key (6 bytes) into the reader, which keeps it to itself; the card has no part in it. */
export function loadKey(keyStructure: number, key: Uint8Array): Uint8Array {
  return Uint8Array.of(0xff, 0x82, keyStructure, keyNumber, key.length, ...key);
}

/** Opens the sector of `block` with the key that was loaded, and closes the one that was open before. */
export function authenticate(block: number, keyType: 'A' | 'B'): Uint8Array {
  return Uint8Array.of(0xff, 0x86, 0x00, 0x00, 0x05, 0x01, 0x00, block, keyTypes[keyType], keyNumber);
}

/** What a card or the reader in its place answered. */
export type ApduAnswer =
  | { readonly kind: 'success'; readonly payload: Uint8Array }
  /** A status word that is not 9000. */
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'gone' }
  /** No answer, or one without a status word: nothing is known of what the card did. */
  | { readonly kind: 'silent'; readonly detail: string };

/** One command and its answer, judged by the status word. */
export async function exchange(transmit: Transmit, apdu: Uint8Array): Promise<ApduAnswer> {
  // The first five bytes say what was asked, and leave out a key.
  return answerOf(await transmit(apdu), toHex(apdu.subarray(0, 5)));
}

function answerOf(result: TransmitResult, command: string): ApduAnswer {
  if (!result.ok) {
    return result.fault === 'card-gone'
      ? { kind: 'gone' }
      : { kind: 'silent', detail: `${command}: ${result.fault} (${result.detail})` };
  }
  const { response } = result;
  if (response.length < 2) {
    return { kind: 'silent', detail: `${command}: a response of ${response.length} bytes` };
  }
  const status = toHex(response.subarray(-2));
  return status === '9000'
    ? { kind: 'success', payload: response.slice(0, -2) }
    : { kind: 'refused', detail: `${command}: status ${status}` };
}
