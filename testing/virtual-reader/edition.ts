import { fromHex, joinBytes } from '../../terminal-core/tag/bytes.ts';
import { decodeMemory, encodeHeader, encodeSlot, type TagReading } from '../../terminal-core/tag/codec.ts';
import type { TagImage } from '../../terminal-core/tag/image.ts';
import { tagMac } from '../../terminal-core/tag/keys.ts';
import type { Mac } from '../../terminal-core/tag/mac.ts';

/** An edition made up for tests: its tags, as its own tills would write and read them. */
export const editionHeader = { keySetId: 1, eventEditionId: 7 } as const;
const editionKey = new Uint8Array(16).fill(0x42);

export function macOf(uidHex: string): Mac {
  return tagMac(editionKey, fromHex(uidHex) ?? new Uint8Array(), editionHeader.eventEditionId);
}

/** The 144 bytes of a tag whose current image is in slot 0 and that never had another. */
export function memoryWith(image: TagImage, mac: Mac): Uint8Array {
  return joinBytes(encodeHeader(editionHeader, mac), encodeSlot(image, editionHeader, mac), new Uint8Array(64));
}

export function readAs(memory: Uint8Array, mac: Mac): TagReading {
  return decodeMemory(memory, {
    eventEditionId: editionHeader.eventEditionId,
    macFor: (keySetId) => (keySetId === editionHeader.keySetId ? mac : null),
  });
}
