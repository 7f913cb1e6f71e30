import type { TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { Presence, ReaderPort } from '../checkout/ports.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { sameBytes, toHex } from '../tag/bytes.ts';
import { decodeMemory, type TagReading } from '../tag/codec.ts';
import type { TagDriver, TagFault } from '../tag/driver.ts';
import { driverFor } from '../tag/driver-for.ts';
import type { TagImage } from '../tag/image.ts';
import type { TagWrite } from '../tag/issue.ts';
import { memoryLength, type SlotIndex, slotLength, slotOffset } from '../tag/layout.ts';
import { type Desk, instant } from './desk.ts';
import type { EditionKeys } from './edition-keys.ts';

/** One tag, read whole, while it lies on the reader. */
export interface TagVisit {
  readonly presenceId: number;
  readonly uidBytes: Uint8Array;
  /** Upper-case hex. */
  readonly uid: string;
  readonly driver: TagDriver;
  readonly memory: Uint8Array;
  readonly reading: TagReading;
}

export type WriteProgress = (done: number, total: number) => void;

/** Reads UID and memory of the card in the field, and what they say to this edition. */
export async function readTag(
  reader: ReaderPort,
  presence: Presence,
  keys: EditionKeys,
): Promise<Result<TagVisit, TagFault>> {
  const driver = driverFor(presence.atr, reader.transmitTo(presence.presenceId));
  if (!driver.ok) return driver;
  const uid = await driver.value.readUid();
  if (!uid.ok) return uid;
  const memory = await driver.value.readMemory();
  if (!memory.ok) return memory;
  return ok({
    presenceId: presence.presenceId,
    uidBytes: uid.value,
    uid: toHex(uid.value),
    driver: driver.value,
    memory: memory.value,
    reading: decodeMemory(memory.value, keys.expectationFor(uid.value)),
  });
}

/** Whether a write is certain to be on the tag. Anything but `verified` leaves it open which pages were written. */
export type WriteResult = { readonly kind: 'verified' } | { readonly kind: 'open'; readonly fault: TagFault };

/**
 * Writes one slot and reads it back (tag.md, "Writing" 2–3). The UID is read once more first: another card may have come
 * into the field without the reader noticing.
 */
export async function writeSlot(
  visit: TagVisit,
  slot: SlotIndex,
  bytes: Uint8Array,
  onProgress: WriteProgress,
): Promise<WriteResult> {
  const offset = slotOffset(slot);
  const known = visit.memory.subarray(offset, offset + slotLength);
  const written = await sameCard(visit, () => visit.driver.write(offset, bytes, known, onProgress));
  if (!written.ok) return { kind: 'open', fault: written.fault };
  return readBack(visit, offset, bytes);
}

/** Issues a tag: all writes in their order, then the whole memory read back. */
export async function writeAll(
  visit: TagVisit,
  writes: readonly TagWrite[],
  onProgress: WriteProgress,
): Promise<WriteResult> {
  const expected = visit.memory.slice();
  const total = writes.length;
  for (const [index, { offset, bytes }] of writes.entries()) {
    const known = expected.slice(offset, offset + bytes.length);
    const written = await sameCard(visit, () => visit.driver.write(offset, bytes, known));
    if (!written.ok) return { kind: 'open', fault: written.fault };
    expected.set(bytes, offset);
    onProgress(index + 1, total);
  }
  return readBack(visit, 0, expected.subarray(0, memoryLength));
}

/** What an authenticated image says, as evidence for the backend (Q6). */
export function snapshotOf(uid: string, image: TagImage, readAt: string): TagSnapshotPayload {
  const { generation, transactionNumber, balanceMinor, blocked, adjustmentNumber } = image;
  const history = image.history.map((entry) => (entry ? { ...entry } : null));
  return { uid, generation, transactionNumber, balanceMinor, blocked, adjustmentNumber, history, readAt };
}

/** Journals what a tag that is not booked on has shown: of a clone or a copy put back it is the only evidence (Q6). */
export function recordSeen({ store, clock }: Pick<Desk, 'store' | 'clock'>, { uid, reading }: TagVisit): void {
  if (reading.kind === 'current') store.recordSnapshot(snapshotOf(uid, reading.image, instant(clock)));
}

/** The memory as it will be with `bytes` in one slot. */
export function slotsWith(
  slots: readonly [Uint8Array, Uint8Array],
  slot: SlotIndex,
  bytes: Uint8Array,
): readonly [Uint8Array, Uint8Array] {
  return slot === 0 ? [bytes, slots[1]] : [slots[0], bytes];
}

async function sameCard(
  visit: TagVisit,
  write: () => Promise<Result<void, TagFault>>,
): Promise<Result<void, TagFault>> {
  const uid = await visit.driver.readUid();
  if (!uid.ok) return uid;
  return sameBytes(uid.value, visit.uidBytes) ? write() : failed({ kind: 'gone' });
}

async function readBack(visit: TagVisit, offset: number, expected: Uint8Array): Promise<WriteResult> {
  const found = await visit.driver.readRange(offset, expected.length);
  if (!found.ok) return { kind: 'open', fault: found.fault };
  return sameBytes(found.value, expected)
    ? { kind: 'verified' }
    : { kind: 'open', fault: { kind: 'io', detail: 'the tag shows other bytes than were written' } };
}
