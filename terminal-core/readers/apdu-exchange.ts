import type { Reader } from 'nfc-pcsc';
import { type PcscFailure, pcscFailureOf } from './pcsc-failure.ts';

/** Data of a whole short APDU and its status word. */
const responseLengthMax = 258;
const statusWordLength = 2;

/** How the sending of one APDU ended. */
export type Exchange =
  | { readonly kind: 'answered'; readonly response: Uint8Array }
  | { readonly kind: 'failed'; readonly failure: PcscFailure };

/** Never rejects. Drivers give an empty response, as a success, for a card that left during the exchange: a failure here. */
export async function sendApdu(reader: Reader, apdu: Uint8Array): Promise<Exchange> {
  try {
    const response = await reader.transmit(Buffer.from(apdu), responseLengthMax);
    return response.length < statusWordLength
      ? { kind: 'failed', failure: { code: 'OTHER', detail: `a response of ${response.length} bytes` } }
      : { kind: 'answered', response: Uint8Array.from(response) };
  } catch (error) {
    return { kind: 'failed', failure: pcscFailureOf(error) };
  }
}

/** The watchdog: what `exchange` came to, or `timeout` if it is still under way after `timeoutMs`. */
export async function within(
  timeoutMs: number,
  exchange: Promise<Exchange>,
): Promise<Exchange | { readonly kind: 'timeout' }> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<{ readonly kind: 'timeout' }>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'timeout' }), timeoutMs);
  });
  try {
    return await Promise.race([exchange, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
