/**
 * Where things lie in a tag's logical memory (tag.md, "Logical memory"). Offsets and lengths are in bytes; a header's and
 * a slot's fields are relative to their own beginning.
 */

export const memoryLength = 144;
export const headerOffset = 0;
export const headerLength = 16;
export const slotLength = 64;

export type SlotIndex = 0 | 1;

/** Where a slot begins, in bytes of the logical memory. */
export function slotOffset(index: SlotIndex): number {
  return headerLength + index * slotLength;
}

/** The slot that does not hold the current image, which is the one the next image is written to. */
export function otherSlot(index: SlotIndex): SlotIndex {
  return index === 0 ? 1 : 0;
}

/** The part of the header that its MAC and the MACs of both slots cover. */
export const headerAuthenticatedLength = 12;
export const headerMacLength = headerLength - headerAuthenticatedLength;

export const slotMacOffset = 56;
export const slotMacLength = slotLength - slotMacOffset;

export const magic: readonly [number, number] = [0x4b, 0x4c];
export const formatVersion = 1;

export const headerField = { magic: 0, formatVersion: 2, keySetId: 3, eventEditionId: 4, reserved: 8 } as const;

export const slotField = {
  transactionNumber: 0,
  balanceMinor: 4,
  flags: 8,
  generation: 9,
  adjustmentNumber: 10,
  history: 12,
  writtenAtSeconds: 48,
  historyTypes: 52,
  reserved: 55,
} as const;

export const historyEntryLength = 12;
export const historyField = { assignmentId: 0, terminalTransactionNumber: 4, amountMinor: 8 } as const;
export const blockedFlag = 0x01;
