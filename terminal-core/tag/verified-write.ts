import { failed, ok, type Result } from '../domain/result.ts';
import { sameBytes } from './bytes.ts';
import type { TagDriver, TagFault } from './driver.ts';
import type { TagWrite } from './issue.ts';
import { headerLength, headerOffset, memoryLength, type SlotIndex, slotLength, slotOffset } from './layout.ts';

export type WriteProgress = (done: number, total: number) => void;

/** Whether a write is certain to be on the tag. Anything but `verified` leaves it open which units were written. */
export type WriteResult = { readonly kind: 'verified' } | { readonly kind: 'open'; readonly fault: TagFault };

/**
 * Writes one slot and reads it back (tag.md, "Writing" 2–3). Between the two the header is read: its MAC is this tag's
 * alone, so that a slot written to another tag, and read back from it, is never taken for a slot of this one.
 *
 * @param memory what was read of this tag before
 * @param isImage whether bytes of a slot are an image of this tag; asked where a torn slot is written over
 */
export async function writeSlotVerified(
  driver: TagDriver,
  memory: Uint8Array,
  slot: SlotIndex,
  bytes: Uint8Array,
  onProgress: WriteProgress,
  isImage: (slotBytes: Uint8Array) => boolean = () => false,
): Promise<WriteResult> {
  const offset = slotOffset(slot);
  let known = memory.subarray(offset, offset + slotLength);
  if (wouldRevive(known, bytes, isImage)) {
    const spoilt = await spoilMac(driver, offset, known);
    if (!spoilt.ok) {
      return { kind: 'open', fault: spoilt.fault };
    }
    known = spoilt.value;
  }
  const written = await driver.write(offset, bytes, known, onProgress);
  if (!written.ok) {
    return { kind: 'open', fault: written.fault };
  }
  const header = await compare(driver, headerOffset, memory.subarray(headerOffset, headerOffset + headerLength));
  return resultOf(header.ok ? await compare(driver, offset, bytes) : header);
}

/** No field of a tag that is written alone is smaller. */
const grain = 4;

/**
 * A tag may say that it took a unit and not have done so. Where the transaction it was of is given up, the first units of the
 * next one can make the slot whole that it left: for as long as the rest takes, the tag would show what was never booked.
 */
function wouldRevive(known: Uint8Array, bytes: Uint8Array, isImage: (slotBytes: Uint8Array) => boolean): boolean {
  for (let end = grain; end < slotLength; end += grain) {
    const between = Uint8Array.of(...bytes.subarray(0, end), ...known.subarray(end));
    if (!sameBytes(between, bytes) && isImage(between)) {
      return true;
    }
  }
  return false;
}

/** The end of the MAC is turned over and read back, so that nothing of what the slot held can become an image again. */
async function spoilMac(driver: TagDriver, offset: number, known: Uint8Array): Promise<Result<Uint8Array, TagFault>> {
  const at = slotLength - grain;
  const spoilt = known.slice();
  spoilt.set(
    known.subarray(at).map((byte) => ~byte & 0xff),
    at,
  );
  const written = await driver.write(offset + at, spoilt.subarray(at), null);
  if (!written.ok) {
    return written;
  }
  const compared = await compare(driver, offset + at, spoilt.subarray(at));
  return compared.ok ? ok(spoilt) : compared;
}

/** All writes in their order, as an issue or a repair needs them, then the whole memory read back. */
export async function writeAllVerified(
  driver: TagDriver,
  memory: Uint8Array,
  writes: readonly TagWrite[],
  onProgress: WriteProgress,
): Promise<WriteResult> {
  const expected = memory.slice();
  for (const [index, { offset, bytes }] of writes.entries()) {
    const written = await driver.write(offset, bytes, expected.slice(offset, offset + bytes.length));
    if (!written.ok) {
      return { kind: 'open', fault: written.fault };
    }
    expected.set(bytes, offset);
    onProgress(index + 1, writes.length);
  }
  return resultOf(await compare(driver, 0, expected.subarray(0, memoryLength)));
}

/** Each stage is written and read back whole before the next one begins: what it puts an end to cannot come back. */
export async function writeStagesVerified(
  driver: TagDriver,
  memory: Uint8Array,
  stages: readonly (readonly TagWrite[])[],
  onProgress: WriteProgress,
): Promise<WriteResult> {
  const total = stages.flat().length;
  let known = memory;
  let doneBefore = 0;
  for (const writes of stages) {
    const written = await writeAllVerified(driver, known, writes, (done) => onProgress(doneBefore + done, total));
    if (written.kind === 'open') {
      return written;
    }
    known = memoryAfter(known, writes);
    doneBefore += writes.length;
  }
  return { kind: 'verified' };
}

function memoryAfter(memory: Uint8Array, writes: readonly TagWrite[]): Uint8Array {
  const after = memory.slice();
  for (const { offset, bytes } of writes) {
    after.set(bytes, offset);
  }
  return after;
}

function resultOf(compared: Result<void, TagFault>): WriteResult {
  return compared.ok ? { kind: 'verified' } : { kind: 'open', fault: compared.fault };
}

async function compare(driver: TagDriver, offset: number, expected: Uint8Array): Promise<Result<void, TagFault>> {
  const found = await driver.readRange(offset, expected.length);
  if (!found.ok) {
    return found;
  }
  return sameBytes(found.value, expected)
    ? ok(undefined)
    : failed({ kind: 'io', detail: 'the tag shows other bytes than were written' });
}
