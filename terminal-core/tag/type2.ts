import { failed, ok, type Result } from '../domain/result.ts';
import { exchange, readBinary, updateBinary } from './apdu.ts';
import type { TagDriver, TagFault } from './driver.ts';
import { memoryLength } from './layout.ts';
import { faultOf, payloadOf, StorageCard } from './storage-card.ts';
import type { Transmit } from './transmit.ts';
import { assertGrains, changedUnits, type UnitWrite } from './units.ts';

const pageLength = 4;
const firstPage = 4;
/** A read answers four pages. */
const readLength = 16;
const capabilityPage = 3;
const ndefMagic = 0xe1;
/** Configuration pages of the smaller tags begin below this page; those with room for our memory all have it. */
const pageBeyondSmallTags = 41;

/**
 * NFC Forum Type 2: logical byte 0 is page 4, units are pages of 4 bytes. Before the first read of the whole memory, and
 * in any case before the first write, it asks whether the tag has room at all: on one too small our last pages are its
 * locks, its configuration and its password.
 */
export function type2Driver(transmit: Transmit): TagDriver {
  const card = new StorageCard(transmit);
  let hasRoom = false;

  const ensureRoom = async (): Promise<Result<void, TagFault>> => {
    if (hasRoom) {
      return ok(undefined);
    }
    const room = await checkRoom(card);
    hasRoom = room.ok;
    return room;
  };

  const readRange = async (offset: number, length: number): Promise<Result<Uint8Array, TagFault>> => {
    assertGrains(offset, length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; done += readLength) {
      const part = Math.min(readLength, length - done);
      const read = await readPages(card, pageAt(offset + done), part);
      if (!read.ok) {
        return read;
      }
      bytes.set(read.value, done);
    }
    return ok(bytes);
  };

  return {
    technology: 'type2',
    readUid: () => card.readUid(),
    readRange,
    readMemory: async () => {
      const room = await ensureRoom();
      return room.ok ? readRange(0, memoryLength) : room;
    },
    write: async (offset, bytes, known, onProgress) => {
      const pages = changedUnits(offset, bytes, known, pageLength);
      const room = await ensureRoom();
      return room.ok ? writePages(card, pages, onProgress) : room;
    },
  };
}

async function readPages(card: StorageCard, page: number, length: number): Promise<Result<Uint8Array, TagFault>> {
  const first = await exchange(card.transmit, readBinary(page, length));
  if (first.kind !== 'refused') {
    return payloadOf(first, length);
  }
  // Refused: gone, at the edge of the field (once more then works), or not able to.
  const uid = await card.readUid();
  if (!uid.ok) {
    return uid;
  }
  return payloadOf(await exchange(card.transmit, readBinary(page, length)), length);
}

/**
 * An NDEF tag says its size in the capability container. Those that carry none (Ultralight, Ultralight C, EV1, AES) are
 * told apart by a page that only the ones with enough memory have.
 */
async function checkRoom(card: StorageCard): Promise<Result<void, TagFault>> {
  const container = await readPages(card, capabilityPage, readLength);
  if (!container.ok) {
    return container;
  }
  const [containerMagic, , size = 0] = container.value;
  if (containerMagic === ndefMagic) {
    return size * 8 >= memoryLength ? ok(undefined) : failed({ kind: 'too-small' });
  }
  const beyond = await exchange(card.transmit, readBinary(pageBeyondSmallTags, pageLength));
  if (beyond.kind === 'success') {
    return ok(undefined);
  }
  if (beyond.kind === 'refused') {
    const uid = await card.readUid();
    return uid.ok ? failed({ kind: 'too-small' }) : uid;
  }
  return failed(faultOf(beyond));
}

async function writePages(
  card: StorageCard,
  pages: readonly UnitWrite[],
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<Result<void, TagFault>> {
  // Another card may have come into the field without the reader noticing.
  const uid = await card.readUid();
  if (!uid.ok) {
    return uid;
  }
  for (const [index, { unit, bytes }] of pages.entries()) {
    const answer = await exchange(card.transmit, updateBinary(firstPage + unit, bytes));
    if (answer.kind !== 'success') {
      return failed(await card.writeFault(answer));
    }
    onProgress?.(index + 1, pages.length);
  }
  return ok(undefined);
}

function pageAt(offset: number): number {
  return firstPage + offset / pageLength;
}
