import { failed, ok, type Result } from '../domain/result.ts';
import { sameBytes } from './bytes.ts';
import { decodeMemory, type TagExpectation, type TagReading } from './codec.ts';
import type { TagDriver, TagFault } from './driver.ts';

/** What one tag is found to be. */
export interface TagLook {
  readonly uid: Uint8Array;
  /** The 144 bytes of its logical memory. */
  readonly memory: Uint8Array;
  readonly reading: TagReading;
}

/**
 * Reads UID and memory, and what they say to this edition. Two images that authenticate under the UID's own key prove that
 * every byte came from this tag. Anything less may be the work of a second tag that answered in between, so that UID and
 * memory are read once more, and two looks that differ are `io`: no verdict is made of two tags.
 */
export async function lookAtTag(
  driver: TagDriver,
  expectationFor: (uid: Uint8Array) => TagExpectation,
): Promise<Result<TagLook, TagFault>> {
  const uid = await driver.readUid();
  if (!uid.ok) {
    return uid;
  }
  const memory = await driver.readMemory();
  if (!memory.ok) {
    return memory;
  }
  const reading = decodeMemory(memory.value, expectationFor(uid.value));
  if (reading.kind !== 'current' || !reading.otherSlotValid) {
    const confirmed = await confirm(driver, memory.value);
    if (!confirmed.ok) {
      return confirmed;
    }
  }
  return ok({ uid: uid.value, memory: memory.value, reading });
}

async function confirm(driver: TagDriver, seen: Uint8Array): Promise<Result<void, TagFault>> {
  const between = await driver.readUid();
  if (!between.ok) {
    return between;
  }
  const again = await driver.readMemory();
  if (!again.ok) {
    return again;
  }
  const after = await driver.readUid();
  if (!after.ok) {
    return after;
  }
  return sameBytes(again.value, seen) ? ok(undefined) : failed({ kind: 'io', detail: 'two looks at the tag differ' });
}
