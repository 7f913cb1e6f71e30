import type { TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { Presence, ReaderPort } from '../checkout/ports.ts';
import { ok, type Result } from '../domain/result.ts';
import { toHex } from '../tag/bytes.ts';
import { decodeSlot, type TagReading } from '../tag/codec.ts';
import type { TagDriver, TagFault } from '../tag/driver.ts';
import { driverFor } from '../tag/driver-for.ts';
import type { TagImage } from '../tag/image.ts';
import type { TagWrite } from '../tag/issue.ts';
import type { SlotIndex } from '../tag/layout.ts';
import { lookAtTag } from '../tag/look.ts';
import { type WriteProgress, type WriteResult, writeSlotVerified, writeStagesVerified } from '../tag/verified-write.ts';
import { type Desk, instant } from './desk.ts';
import type { EditionKeys } from './edition-keys.ts';
import type { TagSight } from './tag-sight.ts';

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

/** Reads UID and memory of the card in the field, and what they say to this edition. */
export async function readTag(
  reader: ReaderPort,
  presence: Presence,
  keys: EditionKeys,
): Promise<Result<TagVisit, TagFault>> {
  const driver = driverFor(presence.atr, reader.transmitTo(presence.presenceId));
  if (!driver.ok) return driver;
  const look = await lookAtTag(driver.value, (uid) => keys.expectationFor(uid));
  if (!look.ok) return look;
  const { uid, memory, reading } = look.value;
  return ok({
    presenceId: presence.presenceId,
    uidBytes: uid,
    uid: toHex(uid),
    driver: driver.value,
    memory,
    reading,
  });
}

/** Writes one slot and reads it back. */
export function writeSlot(
  keys: EditionKeys,
  { driver, memory, reading, uidBytes }: TagVisit & { readonly reading: Extract<TagReading, { kind: 'current' }> },
  slot: SlotIndex,
  bytes: Uint8Array,
  onProgress: WriteProgress,
): Promise<WriteResult> {
  const mac = keys.macOf(reading.header, uidBytes);
  // An older image that is whole cannot be completed by what is written over it.
  const isImage = (slotBytes: Uint8Array) =>
    !reading.otherSlotValid && decodeSlot(slotBytes, reading.header, mac) !== null;
  return writeSlotVerified(driver, memory, slot, bytes, onProgress, isImage);
}

/** Makes a tag anew, stage by stage; after each the whole memory is read back. */
export function writeStages(
  { driver, memory }: TagVisit,
  stages: readonly (readonly TagWrite[])[],
  onProgress: WriteProgress,
): Promise<WriteResult> {
  return writeStagesVerified(driver, memory, stages, onProgress);
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

/** Whole tags, for whatever reads or writes what is on them. */
export function wholeTag(desk: Pick<Desk, 'reader' | 'keys' | 'store' | 'clock'>): TagSight<TagVisit> {
  return {
    read: (presence) => readTag(desk.reader, presence, desk.keys),
    refused: (visit) => recordSeen(desk, visit),
  };
}

/** The memory as it will be with `bytes` in one slot. */
export function slotsWith(
  slots: readonly [Uint8Array, Uint8Array],
  slot: SlotIndex,
  bytes: Uint8Array,
): readonly [Uint8Array, Uint8Array] {
  return slot === 0 ? [bytes, slots[1]] : [slots[0], bytes];
}
