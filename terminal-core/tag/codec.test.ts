/**
 * Goal: what this till writes, every other till of the event can read, and the other way round.
 * Method: the test vectors of tag.md byte for byte, and each kind of reading made from them by hand.
 */
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { decodeMemory, decodeSlot, encodeHeader, encodeSlot, type TagExpectation, type TagReading } from './codec.ts';
import type { TagImage } from './image.ts';
import { deriveTagKey, tagMac } from './keys.ts';
import { memoryLength, slotOffset } from './layout.ts';
import { issuedImage, nextImage, type TagChange } from './next-image.ts';

const editionKey = bytes('000102030405060708090A0B0C0D0E0F');
const uid = bytes('04A1B2C3D4E5F6');
const header = { keySetId: 1, eventEditionId: 7 };
const mac = tagMac(editionKey, uid, header.eventEditionId);
const issuedAtSeconds = Date.UTC(2026, 0, 1) / 1000;

const headerHex = '4B4C01010000000700000000C976BBE1';
const issuedHex =
  '0000000000000000000100000000000000000000000000000000000000000000000000000000000000000000000000006955B90000000000D87077D7C08A7366';
const toppedUpHex =
  '000000010000251C0001000000000029000000010000251C0000000000000000000000000000000000000000000000006955B93C0100000098E53A96F6F57300';
const purchasedHex =
  '0000000200000FA0000100000000002900000002FFFFEA8400000029000000010000251C0000000000000000000000006955B9780201000017CABAC032E9EDD4';

const expectation: TagExpectation = {
  eventEditionId: 7,
  macFor: (keySetId) => (keySetId === 1 ? mac : null),
};

function bytes(hex: string): Uint8Array {
  const parsed = fromHex(hex);
  if (parsed === null) {
    throw new Error(`not hex: ${hex}`);
  }
  return parsed;
}

function memoryOf(...parts: readonly string[]): Uint8Array {
  const memory = bytes(parts.join(''));
  expect(memory.length).toBe(memoryLength);
  return memory;
}

function after(image: TagImage, change: Omit<TagChange, 'assignmentId'>): TagImage {
  const next = nextImage(image, { ...change, assignmentId: 41 });
  if (!next.ok) {
    throw new Error(next.fault);
  }
  return next.value;
}

const issued = issuedImage(issuedAtSeconds);
const toppedUp = after(issued, {
  type: 'TopUp',
  amountMinor: 9500,
  terminalTransactionNumber: 1,
  writtenAtSeconds: issuedAtSeconds + 60,
});
const purchased = after(toppedUp, {
  type: 'Purchase',
  amountMinor: -5500,
  terminalTransactionNumber: 2,
  writtenAtSeconds: issuedAtSeconds + 120,
});

function read(memory: Uint8Array, by: TagExpectation = expectation): TagReading {
  return decodeMemory(memory, by);
}

describe('test vector of tag.md', () => {
  test('the key of one tag is derived from the edition key, its UID and the edition', () => {
    expect(toHex(deriveTagKey(editionKey, uid, 7))).toBe('5FA63F05937FE6A8C233D093B39C1DBA');
  });

  test('header', () => {
    expect(toHex(encodeHeader(header, mac))).toBe(headerHex);
  });

  test.each([
    ['slot 0 as issued', issued, issuedHex],
    ['R10: slot 1 after a top-up of 100.00 with a fee of 5.00', toppedUp, toppedUpHex],
    ['R21: slot 0 after a purchase of 55.00', purchased, purchasedHex],
  ])('%s', (_, image, hex) => {
    expect(toHex(encodeSlot(image, header, mac))).toBe(hex);
    expect(decodeSlot(bytes(hex), header, mac)).toEqual(image);
  });
});

describe('reading', () => {
  test('the valid slot with the higher number is current, whichever it is', () => {
    expect(read(memoryOf(headerHex, issuedHex, toppedUpHex))).toMatchObject({
      kind: 'current',
      header,
      slotIndex: 1,
      image: toppedUp,
    });
    expect(read(memoryOf(headerHex, purchasedHex, toppedUpHex))).toMatchObject({
      kind: 'current',
      slotIndex: 0,
      image: purchased,
    });
  });

  test('a slot with a wrong MAC does not count, and its bytes are handed on all the same', () => {
    const memory = memoryOf(headerHex, purchasedHex, toppedUpHex);
    memory.fill(0xee, slotOffset(0) + 20, slotOffset(0) + 24);
    const reading = read(memory);
    expect(reading).toMatchObject({ kind: 'current', slotIndex: 1, image: toppedUp });
    expect(reading.kind === 'current' && toHex(reading.slots[0])).toBe(toHex(memory.slice(16, 80)));
  });

  test('R22: no valid slot, and two with the same number, are corrupt', () => {
    expect(read(memoryOf(headerHex, '00'.repeat(128)))).toMatchObject({ kind: 'corrupt', header });
    expect(read(memoryOf(headerHex, toppedUpHex, toppedUpHex))).toMatchObject({ kind: 'corrupt', header });
  });

  test('a blank tag and one with other contents are not ours', () => {
    expect(read(new Uint8Array(memoryLength))).toEqual({ kind: 'not-ours' });
    expect(read(memoryOf('0103A00C340300FE', '00'.repeat(136)))).toEqual({ kind: 'not-ours' });
  });

  test('another edition has its own answer, whether its key is known or not', () => {
    const memory = memoryOf(headerHex, issuedHex, toppedUpHex);
    expect(read(memory, { ...expectation, eventEditionId: 8 })).toEqual({ kind: 'foreign-edition', eventEditionId: 7 });
  });

  test('a header that cannot prove its edition is forged: wrong MAC, unknown key set, unknown format', () => {
    const wrongMac = memoryOf(headerHex, issuedHex, toppedUpHex);
    wrongMac[15] = (wrongMac[15] ?? 0) ^ 1;
    expect(read(wrongMac)).toEqual({ kind: 'forged' });
    expect(read(memoryOf('4B4C01020000000700000000C976BBE1', issuedHex, toppedUpHex))).toEqual({ kind: 'forged' });
    expect(read(memoryOf('4B4C02010000000700000000C976BBE1', issuedHex, toppedUpHex))).toEqual({ kind: 'forged' });
  });

  test('the bytes of one tag on another (a copy without its UID) are forged', () => {
    const otherMac = tagMac(editionKey, bytes('04A1B2C3D4E5F7'), 7);
    const memory = memoryOf(headerHex, issuedHex, toppedUpHex);
    expect(read(memory, { eventEditionId: 7, macFor: () => otherMac })).toEqual({ kind: 'forged' });
  });

  test('a slot that is authentic and says what this format does not know is no image', () => {
    const slot = bytes(toppedUpHex);
    slot[52] = 9;
    const message = Uint8Array.of(0x02, ...bytes(headerHex).slice(0, 12), ...slot.slice(0, 56));
    slot.set(mac(message).slice(0, 8), 56);
    expect(decodeSlot(slot, header, mac)).toBeNull();
  });

  test('INV-33: an image outside its fields is refused before anything is written', () => {
    expect(() => encodeSlot({ ...issued, balanceMinor: 0x8000_0000 }, header, mac)).toThrow('INV-33');
    expect(() => encodeSlot({ ...issued, generation: 0 }, header, mac)).toThrow('INV-33');
  });
});
