import { type PcscErrorCode, pcscErrorCodes } from './pcsclite/pcsc-error.ts';

export interface PcscFailure {
  readonly code: PcscErrorCode;
  /** English, for support. */
  readonly detail: string;
}

/**
 * What went wrong below nfc-pcsc, which wraps errors in errors of its own (`previous`). The code of ours is looked for by
 * its value: the class may be there twice, once in each module system.
 */
export function pcscFailureOf(error: unknown): PcscFailure {
  for (let inner = error; inner instanceof Error; inner = Reflect.get(inner, 'previous')) {
    const code = pcscErrorCodes.find((known) => known === Reflect.get(inner, 'code'));
    if (code !== undefined) {
      return { code, detail: inner.message };
    }
  }
  return { code: 'OTHER', detail: error instanceof Error ? error.message : String(error) };
}
