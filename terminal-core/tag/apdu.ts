import { toHex } from './bytes.ts';
import type { Transmit, TransmitResult } from './transmit.ts';

/** The pseudo-APDUs of PC/SC part 3 that storage cards are read and written with. */

export const getUid = Uint8Array.of(0xff, 0xca, 0x00, 0x00, 0x00);

export function readBinary(page: number, length: number): Uint8Array {
  return Uint8Array.of(0xff, 0xb0, (page >> 8) & 0xff, page & 0xff, length);
}

export function updateBinary(page: number, bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(0xff, 0xd6, (page >> 8) & 0xff, page & 0xff, bytes.length, ...bytes);
}

/** What a card or the reader in its place answered. */
export type ApduAnswer =
  | { readonly kind: 'success'; readonly payload: Uint8Array }
  /** A status word that is not 9000. */
  | { readonly kind: 'refused'; readonly detail: string }
  | { readonly kind: 'gone' }
  /** No answer, or one without a status word: nothing is known of what the card did. */
  | { readonly kind: 'silent'; readonly detail: string };

export async function exchange(transmit: Transmit, apdu: Uint8Array): Promise<ApduAnswer> {
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
