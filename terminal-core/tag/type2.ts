import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type ApduAnswer, exchange, getUid, readBinary, updateBinary } from './apdu.ts';
import { sameBytes, toHex } from './bytes.ts';
import type { TagDriver, TagFault } from './driver.ts';
import { memoryLength } from './layout.ts';
import type { Transmit } from './transmit.ts';
import { checkUid } from './uid.ts';

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
  let hasRoom = false;

  const ensureRoom = async (): Promise<Result<void, TagFault>> => {
    if (hasRoom) {
      return ok(undefined);
    }
    const room = await checkRoom(transmit);
    hasRoom = room.ok;
    return room;
  };

  const readRange = async (offset: number, length: number): Promise<Result<Uint8Array, TagFault>> => {
    assertUnits(offset, length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; done += readLength) {
      const part = Math.min(readLength, length - done);
      const read = await readPages(transmit, pageAt(offset + done), part);
      if (!read.ok) {
        return read;
      }
      bytes.set(read.value, done);
    }
    return ok(bytes);
  };

  return {
    technology: 'type2',
    readUid: () => readUid(transmit),
    readRange,
    readMemory: async () => {
      const room = await ensureRoom();
      return room.ok ? readRange(0, memoryLength) : room;
    },
    write: async (offset, bytes, known, onProgress) => {
      assertUnits(offset, bytes.length);
      const pages = changedPages(offset, bytes, known);
      const room = await ensureRoom();
      return room.ok ? writePages(transmit, pages, onProgress) : room;
    },
  };
}

async function readUid(transmit: Transmit): Promise<Result<Uint8Array, TagFault>> {
  const answer = await exchange(transmit, getUid);
  switch (answer.kind) {
    case 'success':
      return checkUid(answer.payload);
    case 'gone':
      return failed({ kind: 'gone' });
    // Readers answer so when the field is empty: there is nothing else a card can have against giving its UID.
    case 'refused':
      return failed({ kind: 'gone' });
    case 'silent':
      return failed({ kind: 'io', detail: answer.detail });
  }
}

async function readPages(transmit: Transmit, page: number, length: number): Promise<Result<Uint8Array, TagFault>> {
  const first = await exchange(transmit, readBinary(page, length));
  if (first.kind !== 'refused') {
    return payloadOf(first, length);
  }
  // Refused: gone, at the edge of the field (once more then works), or not able to.
  const uid = await readUid(transmit);
  if (!uid.ok) {
    return uid;
  }
  return payloadOf(await exchange(transmit, readBinary(page, length)), length);
}

function payloadOf(answer: ApduAnswer, length: number): Result<Uint8Array, TagFault> {
  switch (answer.kind) {
    case 'success':
      return answer.payload.length === length
        ? ok(answer.payload)
        : failed({ kind: 'io', detail: `${answer.payload.length} bytes instead of ${length}` });
    case 'gone':
      return failed({ kind: 'gone' });
    case 'refused':
    case 'silent':
      return failed({ kind: 'io', detail: answer.detail });
  }
}

/**
 * An NDEF tag says its size in the capability container. Those that carry none (Ultralight, Ultralight C, EV1, AES) are
 * told apart by a page that only the ones with enough memory have.
 */
async function checkRoom(transmit: Transmit): Promise<Result<void, TagFault>> {
  const container = await readPages(transmit, capabilityPage, readLength);
  if (!container.ok) {
    return container;
  }
  const [containerMagic, , size = 0] = container.value;
  if (containerMagic === ndefMagic) {
    return size * 8 >= memoryLength ? ok(undefined) : failed({ kind: 'too-small' });
  }
  const beyond = await exchange(transmit, readBinary(pageBeyondSmallTags, pageLength));
  if (beyond.kind === 'success') {
    return ok(undefined);
  }
  if (beyond.kind === 'refused') {
    const uid = await readUid(transmit);
    return uid.ok ? failed({ kind: 'too-small' }) : uid;
  }
  return beyond.kind === 'gone' ? failed({ kind: 'gone' }) : failed({ kind: 'io', detail: beyond.detail });
}

interface Page {
  readonly page: number;
  readonly bytes: Uint8Array;
}

function changedPages(offset: number, bytes: Uint8Array, known: Uint8Array | null): readonly Page[] {
  invariant('INV-34', known === null || known.length === bytes.length, 'what is known covers what is written');
  const pages: Page[] = [];
  for (let at = 0; at < bytes.length; at += pageLength) {
    const next = bytes.slice(at, at + pageLength);
    if (known === null || !sameBytes(next, known.subarray(at, at + pageLength))) {
      pages.push({ page: pageAt(offset + at), bytes: next });
    }
  }
  return pages;
}

async function writePages(
  transmit: Transmit,
  pages: readonly Page[],
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<Result<void, TagFault>> {
  for (const [index, { page, bytes }] of pages.entries()) {
    const answer = await exchange(transmit, updateBinary(page, bytes));
    if (answer.kind !== 'success') {
      return failed(await writeFault(transmit, answer));
    }
    onProgress?.(index + 1, pages.length);
  }
  return ok(undefined);
}

async function writeFault(transmit: Transmit, answer: Exclude<ApduAnswer, { kind: 'success' }>): Promise<TagFault> {
  switch (answer.kind) {
    case 'gone':
      return { kind: 'gone' };
    case 'silent':
      return { kind: 'io', detail: answer.detail };
    case 'refused': {
      const uid = await readUid(transmit);
      return uid.ok ? { kind: 'io', detail: `${answer.detail}, tag ${toHex(uid.value)} still there` } : uid.fault;
    }
  }
}

function pageAt(offset: number): number {
  return firstPage + offset / pageLength;
}

function assertUnits(offset: number, length: number): void {
  const inside = offset >= 0 && length > 0 && offset + length <= memoryLength;
  const whole = offset % pageLength === 0 && length % pageLength === 0;
  invariant('INV-34', inside && whole, `${length} bytes at ${offset} are not whole pages of the logical memory`);
}
