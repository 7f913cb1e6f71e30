/**
 * Goal: an image that was given up never comes to life again while another one is written over it. Method: an emulated tag
 * says that it took one page and did not, the write is given up, and the next one is torn off after each of its pages.
 */
import { expect, test } from 'vitest';
import { fromHex } from '../../tag/bytes.ts';
import { decodeMemory, decodeSlot, encodeHeader, encodeSlot } from '../../tag/codec.ts';
import type { TagImage } from '../../tag/image.ts';
import { tagMac } from '../../tag/keys.ts';
import { memoryLength, slotLength, slotOffset } from '../../tag/layout.ts';
import { type2Driver } from '../../tag/type2.ts';
import { writeSlotVerified } from '../../tag/verified-write.ts';
import { EmulatedType2Tag } from './emulated-type2-tag.ts';

const uid = Uint8Array.of(0x04, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6);
const header = { keySetId: 1, eventEditionId: 7 };
const key = fromHex('000102030405060708090A0B0C0D0E0F') ?? new Uint8Array();
const mac = tagMac(key, uid, header.eventEditionId);
const pages = slotLength / 4;

function image(transactionNumber: number, terminalTransactionNumber: number, balanceMinor: number): TagImage {
  const line = { assignmentId: 41, terminalTransactionNumber, amountMinor: -500, type: 'Purchase' as const };
  return {
    transactionNumber,
    balanceMinor,
    blocked: false,
    generation: 1,
    adjustmentNumber: 0,
    history: [line, null, null],
    writtenAtSeconds: 1_783_000_000 + terminalTransactionNumber,
  };
}

const slotOf = (one: TagImage): Uint8Array => encodeSlot(one, header, mac);
const isImage = (bytes: Uint8Array): boolean => decodeSlot(bytes, header, mac) !== null;

/** Number 3 is current; number 4 was written over number 2 but for its first page, which says 2 still. */
function tagWithGivenUpWrite(): EmulatedType2Tag {
  const tag = new EmulatedType2Tag('ntag213', uid);
  tag.writeUser(0, encodeHeader(header, mac));
  tag.writeUser(slotOffset(1), slotOf(image(3, 3, 9_000)));
  tag.writeUser(slotOffset(0), slotOf(image(4, 4, 8_500)));
  tag.writeUser(slotOffset(0), slotOf(image(2, 2, 9_500)).subarray(0, 4));
  return tag;
}

test.each(Array.from({ length: pages + 3 }, (_, index) => index))(
  'INV-07: torn off after %i pages, a write never shows the transaction that was given up before',
  async (writesTaken) => {
    const tag = tagWithGivenUpWrite();
    let writes = 0;
    const driver = type2Driver((apdu) => {
      if (tag.isWrite(apdu) && writes++ >= writesTaken)
        return Promise.resolve({ ok: false, fault: 'card-gone', detail: 'torn off' });
      return Promise.resolve({ ok: true, response: tag.answer(apdu) });
    });
    const next = image(4, 5, 8_500);
    const read = await driver.readMemory();
    if (!read.ok) throw new Error(read.fault.kind);
    await writeSlotVerified(driver, read.value, 0, slotOf(next), () => undefined, isImage);
    const memory = tag.readUser().slice(0, memoryLength);
    const shown = decodeMemory(memory, { eventEditionId: 7, macFor: () => mac });
    const number = shown.kind === 'current' ? shown.image.history[0]?.terminalTransactionNumber : null;
    expect([3, 5]).toContain(number);
  },
);
