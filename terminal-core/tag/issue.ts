import { decodeSlot, encodeHeader, encodeSlot, type SlotBytes, type TagHeader, type TagReading } from './codec.ts';
import type { TagImage } from './image.ts';
import { headerOffset, slotMacLength, slotMacOffset, slotOffset } from './layout.ts';
import type { Mac } from './mac.ts';

/** Bytes for one place of the logical memory; a list of them is written in its order. */
export interface TagWrite {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** The first unit of the header on a tag with 4-byte pages: it carries the magic, so it is what makes a tag ours. */
const magicUnitLength = 4;

/**
 * How a blank or foreign tag becomes one of this edition (tag.md, "Writing" 4): slot 0, then slot 1's MAC, then the
 * header, and of the header the unit with the magic last of all. Torn off before that, the tag is what it was.
 */
export function issueWrites(header: TagHeader, image: TagImage, mac: Mac): readonly TagWrite[] {
  const headerBytes = encodeHeader(header, mac);
  return [
    { offset: slotOffset(0), bytes: encodeSlot(image, header, mac) },
    noMac(1),
    { offset: headerOffset + magicUnitLength, bytes: headerBytes.slice(magicUnitLength) },
    { offset: headerOffset, bytes: headerBytes.slice(0, magicUnitLength) },
  ];
}

/**
 * How a corrupt tag is rebuilt (tag.md, "Writing" 4). `before` has to be written and read back first, so that no older
 * balance can come back to life; only then `after` may follow. Where both slots can be read the one with more money is
 * silenced first: torn between the two, the tag shows the other one, which is no gift.
 *
 * @param slots what the tag shows
 */
export function repairWrites(
  header: TagHeader,
  image: TagImage,
  mac: Mac,
  slots: SlotBytes,
): { readonly before: readonly TagWrite[]; readonly after: readonly TagWrite[] } {
  const balances = slots.map((slot) => decodeSlot(slot, header, mac)?.balanceMinor ?? Number.NEGATIVE_INFINITY);
  const [first = 0, second = 0] = balances;
  return {
    before: second > first ? [noMac(1), noMac(0)] : [noMac(0), noMac(1)],
    after: [{ offset: slotOffset(0), bytes: encodeSlot(image, header, mac) }],
  };
}

/**
 * Whether a tag may be issued: not when its header proves that it is of this edition, for then it may hold money. A
 * header that only claims so is what an issue torn off in its last units leaves behind, and is issued again.
 */
export function mayBeIssued(reading: TagReading): boolean {
  switch (reading.kind) {
    case 'not-ours':
    case 'foreign-edition':
    case 'forged':
      return true;
    case 'current':
    case 'corrupt':
      return false;
  }
}

function noMac(index: 0 | 1): TagWrite {
  return { offset: slotOffset(index) + slotMacOffset, bytes: new Uint8Array(slotMacLength) };
}
