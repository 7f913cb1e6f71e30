/** What a reader answers in the name of any storage card (PC/SC part 3). */
export const status = {
  ok: [0x90, 0x00],
  /** What readers answer when a tag refuses or is not there. */
  failed: [0x63, 0x00],
  wrongLength: [0x67, 0x00],
  wrongParameters: [0x6b, 0x00],
  unknownInstruction: [0x6d, 0x00],
  unknownClass: [0x6e, 0x00],
} as const;

export type Refusal = (typeof status)[Exclude<keyof typeof status, 'ok'>];

/** The key that was loaded last, which a reader keeps whatever tags come and go. */
export interface ReaderKeys {
  loaded: Uint8Array | null;
}

/** Why no card is even asked; null for an APDU of storage cards. */
export function frontRefusal(apdu: Uint8Array): Refusal | null {
  if (apdu.length < 5) {
    return status.wrongLength;
  }
  return apdu[0] === 0xff ? null : status.unknownClass;
}

/** GET DATA: the UID, or how long it is where another length was asked for. */
export function answerUid(apdu: Uint8Array, uid: Uint8Array): Uint8Array {
  if (apdu[2] !== 0 || apdu[3] !== 0) {
    return Uint8Array.from(status.wrongParameters);
  }
  const asked = apdu[4] ?? 0;
  return asked === 0 || asked === uid.length ? Uint8Array.of(...uid, ...status.ok) : Uint8Array.of(0x6c, uid.length);
}

/** The page or block that an APDU names. */
export function addressOf(apdu: Uint8Array): number {
  return ((apdu[2] ?? 0) << 8) | (apdu[3] ?? 0);
}

/** A unit that was torn while it was written: half of it is new, the other half fell back to anything. */
export function halfWritten(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, at) => (at < bytes.length / 2 ? byte : ~byte & 0xff));
}
