import type { TillTransaction, WriteImages } from '../domain/transaction.ts';
import { sameBytes } from '../tag/bytes.ts';
import type { TagReading } from '../tag/codec.ts';
import type { TagImage } from '../tag/image.ts';

/** A transaction of this till, as far as a tag can speak about it. */
export interface WrittenTransaction {
  readonly assignmentId: number;
  readonly terminalTransactionNumber: number;
  readonly tag: TillTransaction['tag'] & { readonly transactionNumber: number };
  readonly images: WriteImages;
}

/**
 * What one look at a tag says about a write that was cut off. `monitor` names what an operator should see:
 * `number-reused`, or a tag that shows something no till of this event should have left on it.
 */
export type Finding =
  | { readonly kind: 'written' }
  /** Old image, target slot untouched or torn. Certain only after a second look with the field switched off between. */
  | { readonly kind: 'not-written' }
  /** Our number was used by another transaction: our write did not take. */
  | { readonly kind: 'displaced'; readonly monitor: 'number-reused' }
  | { readonly kind: 'undecidable'; readonly monitor: Suspicion | null };

export type Suspicion = 'older-image' | 'other-bytes' | 'other-generation' | 'foreign-header' | 'corrupt';

const undecidable = (monitor: Suspicion | null): Finding => ({ kind: 'undecidable', monitor });

/**
 * Compares a tag with what a transaction wrote or meant to write (requirements.md 3.2, row by row). Images are compared
 * in all 64 bytes of both slots; beyond that only the tag's authenticated history counts (Q9).
 */
export function examine(transaction: WrittenTransaction, reading: TagReading): Finding {
  switch (reading.kind) {
    case 'not-ours':
    case 'foreign-edition':
    case 'forged':
      return undecidable('foreign-header');
    case 'corrupt':
      return undecidable('corrupt');
    case 'current':
      return examineImage(transaction, reading.image, reading);
  }
}

type CurrentReading = Extract<TagReading, { kind: 'current' }>;

function examineImage(transaction: WrittenTransaction, image: TagImage, reading: CurrentReading): Finding {
  const { generation, transactionNumber: number } = transaction.tag;
  if (image.generation !== generation) return undecidable('other-generation');
  if (image.transactionNumber < number - 1) return undecidable('older-image');
  if (image.transactionNumber === number - 1) return examineOldImage(transaction.images, reading);
  if (showsNewImage(transaction.images, reading)) return { kind: 'written' };
  return examineHistory(transaction, image);
}

/** Number N − 1: the old slot must be byte for byte what it was, the target slot as it was or torn. */
function examineOldImage(images: WriteImages, reading: CurrentReading): Finding {
  const { targetSlot, before } = images;
  const currentSlot = targetSlot === 0 ? 1 : 0;
  const currentUnchanged =
    reading.slotIndex === currentSlot && sameBytes(reading.slots[currentSlot], before[currentSlot]);
  const targetUntouched = sameBytes(reading.slots[targetSlot], before[targetSlot]);
  if (currentUnchanged && (targetUntouched || !reading.otherSlotValid)) return { kind: 'not-written' };
  return undecidable('other-bytes');
}

/** Number ≥ N: entry i of the history belongs to number (current − i). */
function examineHistory(transaction: WrittenTransaction, image: TagImage): Finding {
  const index = image.transactionNumber - transaction.tag.transactionNumber;
  if (index >= image.history.length) return undecidable(null);
  const entry = image.history[index];
  if (!entry) return undecidable('other-bytes');
  const ours =
    entry.assignmentId === transaction.assignmentId &&
    entry.terminalTransactionNumber === transaction.terminalTransactionNumber;
  if (!ours) return { kind: 'displaced', monitor: 'number-reused' };
  // At number N itself the bytes would have to be ours as well.
  return index > 0 ? { kind: 'written' } : undecidable('other-bytes');
}

/**
 * Number N in the slot that was to be written, byte for byte as we meant it; the other slot as it was, or torn since by the
 * next transaction on its way to number N + 1.
 */
function showsNewImage(
  { targetSlot, after }: WriteImages,
  { slots, slotIndex, otherSlotValid }: CurrentReading,
): boolean {
  const otherSlot = targetSlot === 0 ? 1 : 0;
  const isOurs = slotIndex === targetSlot && sameBytes(slots[targetSlot], after[targetSlot]);
  return isOurs && (sameBytes(slots[otherSlot], after[otherSlot]) || !otherSlotValid);
}
