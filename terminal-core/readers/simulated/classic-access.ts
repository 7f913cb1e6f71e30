/**
 * What a MIFARE Classic's access bits allow with which key: three bits for each block of a sector, stored twice in its
 * trailer, once inverted. A sector whose bits contradict themselves is closed for good.
 */
export type KeyType = 'A' | 'B';

const eitherKey: readonly KeyType[] = ['A', 'B'];
const onlyB: readonly KeyType[] = ['B'];
const none: readonly KeyType[] = [];

/** Of data blocks, by the condition C1 C2 C3 read as a number. */
const dataAccess: readonly { readonly read: readonly KeyType[]; readonly write: readonly KeyType[] }[] = [
  { read: eitherKey, write: eitherKey },
  { read: eitherKey, write: none },
  { read: eitherKey, write: none },
  { read: onlyB, write: onlyB },
  { read: eitherKey, write: onlyB },
  { read: onlyB, write: none },
  { read: eitherKey, write: onlyB },
  { read: none, write: none },
];

/** The conditions of a trailer under which key B can be read, which makes it no key. */
const readableKeyB: readonly number[] = [0b000, 0b001, 0b010];
/** Of a trailer: which key may replace all of it. Conditions that allow parts of it are taken to allow nothing. */
const trailerWrite: ReadonlyMap<number, readonly KeyType[]> = new Map([
  [0b001, ['A']],
  [0b011, onlyB],
]);

/** 0 to 7, or null where the two copies differ. `place` 3 is the trailer itself. */
export function conditionOf(trailer: Uint8Array, place: number): number | null {
  const [six = 0, seven = 0, eight = 0] = trailer.subarray(6, 9);
  const bit = (byte: number, at: number): number => (byte >> at) & 1;
  const bits = [bit(seven, place + 4), bit(eight, place), bit(eight, place + 4)] as const;
  const inverted = [bit(six, place), bit(six, place + 4), bit(seven, place)] as const;
  return bits.every((set, index) => set !== inverted[index]) ? (bits[0] << 2) | (bits[1] << 1) | bits[2] : null;
}

/** Whether a key opens a block of its sector: the access bits of the trailer decide; broken ones shut it for good. */
export function mayAccess(trailer: Uint8Array, place: number, key: KeyType, what: 'read' | 'write'): boolean {
  const condition = conditionOf(trailer, place);
  if (condition === null) {
    return false;
  }
  if (place === 3) {
    return what === 'read' || (trailerWrite.get(condition)?.includes(key) ?? false);
  }
  return dataAccess[condition]?.[what].includes(key) ?? false;
}

/** Key A never shows, key B only where it is no key. */
export function visibleTrailer(trailer: Uint8Array): Uint8Array {
  const visible = trailer.slice();
  visible.fill(0, 0, 6);
  if (!isKeyBReadable(trailer)) {
    visible.fill(0, 10);
  }
  return visible;
}

/** A key B that can be read is no key: the chip refuses to authenticate with it. */
export function isKeyBReadable(trailer: Uint8Array): boolean {
  const condition = conditionOf(trailer, 3);
  return condition !== null && readableKeyB.includes(condition);
}
