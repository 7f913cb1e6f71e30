import { sameBytes, toHex } from './bytes.ts';

export type CardTechnology =
  | { readonly kind: 'type2' }
  | { readonly kind: 'classic1k' }
  | { readonly kind: 'unsupported'; readonly detail: string };

/** PC/SC part 3: storage cards announce themselves as `3B 8n 80 01 80 4F 0C A0 00 00 03 06 SS NN NN …`. */
const storageCardPrefix = Uint8Array.of(0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06);
const prefixOffset = 4;
const standardOffset = 12;
const iso14443aPart3 = 0x03;

const type2Names = new Set([0x0003, 0x003a, 0x003d]);
const classic1kName = 0x0001;
const otherNames = new Map([
  [0x0002, 'MIFARE Classic 4K'],
  [0x0026, 'MIFARE Mini'],
  [0x0036, 'MIFARE Plus 2K'],
  [0x0037, 'MIFARE Plus 4K'],
]);

/** What kind of card an ATR stands for. Readers name every NFC Forum Type 2 tag a MIFARE Ultralight. */
export function technologyOf(atr: Uint8Array): CardTechnology {
  const isStorageCard =
    atr.length >= standardOffset + 3 &&
    sameBytes(atr.subarray(prefixOffset, prefixOffset + storageCardPrefix.length), storageCardPrefix);
  if (!isStorageCard) {
    return { kind: 'unsupported', detail: `card with ATR ${toHex(atr)}` };
  }
  const name = ((atr[standardOffset + 1] ?? 0) << 8) | (atr[standardOffset + 2] ?? 0);
  if (atr[standardOffset] === iso14443aPart3) {
    if (type2Names.has(name)) {
      return { kind: 'type2' };
    }
    if (name === classic1kName) {
      return { kind: 'classic1k' };
    }
  }
  return { kind: 'unsupported', detail: otherNames.get(name) ?? `card with ATR ${toHex(atr)}` };
}
