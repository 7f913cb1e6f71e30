import { failed, ok, type Result } from '../domain/result.ts';
import type { TagFault } from './driver.ts';

const uidLengths: readonly number[] = [4, 7, 10];
/** ISO 14443-3: a 4-byte UID that begins so is drawn anew each time the card enters a field. */
const randomUidFirstByte = 0x08;

/** A UID a tag can be known by: 4, 7 or 10 bytes and not random (tag.md, "Mapping to technologies"). */
export function checkUid(uid: Uint8Array): Result<Uint8Array, TagFault> {
  if (!uidLengths.includes(uid.length)) {
    return failed({ kind: 'io', detail: `a UID of ${uid.length} bytes` });
  }
  return uid.length === 4 && uid[0] === randomUidFirstByte ? failed({ kind: 'random-uid' }) : ok(uid);
}
