/**
 * Goal: a MIFARE Classic 1K is to a till through a real reader service what a Type 2 tag is: issued, sold to, torn off at
 * any block, locked, and with a UID of any length.
 * Method: the real reader host on a real pcscd of its own, whose virtual reader is fed with emulated cards that open one
 * sector at a time; the tag driver on top, as in the till host.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tearPoints } from '../../contract/ipc/simulator.ts';
import { toHex } from '../../terminal-core/tag/bytes.ts';
import { encodeSlot } from '../../terminal-core/tag/codec.ts';
import type { TagImage } from '../../terminal-core/tag/image.ts';
import { issueWrites } from '../../terminal-core/tag/issue.ts';
import { slotOffset } from '../../terminal-core/tag/layout.ts';
import { lookAtTag } from '../../terminal-core/tag/look.ts';
import { issuedImage } from '../../terminal-core/tag/next-image.ts';
import { writeAllVerified, writeSlotVerified } from '../../terminal-core/tag/verified-write.ts';
import { editionHeader, macOf, memoryWith, readAs } from './edition.ts';
import { ReaderHostClient } from './reader-host-client.ts';
import { expectValue, nextShown, type ShownTag, showTag } from './shown-tag.ts';
import { expectationFor } from './tag-field.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader.ts';

const uid = 'A1B2C3D4';
const mac = macOf(uid);
const topUp = { assignmentId: 41, terminalTransactionNumber: 1, amountMinor: 9500, type: 'TopUp' } as const;
const before: TagImage = {
  ...issuedImage(1_767_225_600),
  balanceMinor: 9500,
  transactionNumber: 3,
  history: [topUp, topUp, topUp],
};
const after: TagImage = { ...before, balanceMinor: 4000, transactionNumber: 4 };
const newSlot = encodeSlot(after, editionHeader, mac);

let reader: VirtualReader;
let host: ReaderHostClient;

beforeAll(async () => {
  reader = await startVirtualReader();
});
afterAll(() => reader.close());
beforeEach(async () => {
  host = new ReaderHostClient({ readerName: reader.readerName }, reader.env);
  await host.state('ready');
});
afterEach(async () => {
  await reader.remove();
  await host.emptied();
  await host.stop();
});

function show(tag: VirtualTag): Promise<ShownTag> {
  return showTag(reader, host, tag);
}

async function cardInUse(): Promise<VirtualTag> {
  const tag = await reader.makeTag({ model: 'classic1k', uid });
  await reader.setMemory(tag, memoryWith(before, mac));
  return tag;
}

/** The blocks of `tag` that were written so far. */
async function writtenBlocks({ tagId }: VirtualTag): Promise<readonly (number | undefined)[]> {
  const seen = (await reader.apdus()).filter((apdu) => apdu.tagId === tagId && apdu.apdu[1] === 0xd6);
  return seen.map(({ apdu }) => apdu[3]);
}

describe('a card that stays', () => {
  test.each(['A1B2C3D4', '04A1B2C3D4E5F6', '04A1B2C3D4E5F6A7B8C9'])(
    'R20: blank with UID %s, it is read, issued and read again, and no trailer is written',
    async (longOrShort) => {
      const tag = await reader.makeTag({ model: 'classic1k', uid: longOrShort });
      const { driver } = await show(tag);
      expect(driver.technology).toBe('classic1k');
      const blank = expectValue(await lookAtTag(driver, expectationFor));
      expect({ uid: toHex(blank.uid), kind: blank.reading.kind }).toEqual({ uid: longOrShort, kind: 'not-ours' });
      const writes = issueWrites(editionHeader, issuedImage(1), macOf(longOrShort));
      expect(await writeAllVerified(driver, blank.memory, writes, () => undefined)).toEqual({ kind: 'verified' });
      const issued = expectValue(await lookAtTag(driver, expectationFor));
      expect(issued.reading).toMatchObject({ kind: 'current', slotIndex: 0, image: issuedImage(1) });
      expect(toHex(await reader.memory(tag))).toBe(toHex(issued.memory));
      // Slot 0 as far as it is not empty, the MAC's block of slot 1, then the header's block twice, the magic last.
      expect(await writtenBlocks(tag)).toEqual([5, 9, 4, 4]);
    },
  );

  test('a purchase writes four blocks in ascending order, the MAC last, in 16 APDUs with the reading back', async () => {
    const tag = await cardInUse();
    const { driver } = await show(tag);
    const { memory } = expectValue(await lookAtTag(driver, expectationFor));
    const apdusBefore = (await reader.apdus()).length;
    expect(await writeSlotVerified(driver, memory, 1, newSlot, () => undefined)).toEqual({ kind: 'verified' });
    expect((await reader.apdus()).length - apdusBefore).toBe(16);
    expect(await writtenBlocks(tag)).toEqual([10, 12, 13, 14]);
    expect(readAs(await reader.memory(tag), mac)).toMatchObject({ kind: 'current', slotIndex: 1, image: after });
  });

  test('a card that was reset has to be opened again, which its new stay does', async () => {
    const tag = await cardInUse();
    const { presenceId, driver } = await show(tag);
    expectValue(await driver.readMemory());
    expect(await host.reset(presenceId)).toMatchObject({ kind: 'answer' });
    const again = await nextShown(host);
    const closed = await host.transmit(again.presenceId, Uint8Array.of(0xff, 0xb0, 0, 4, 16));
    expect(closed).toMatchObject({ kind: 'answer', response: Uint8Array.of(0x63, 0x00) });
  });
});

describe('a card torn off while it is written', () => {
  const places = tearPoints.flatMap((point) => [1, 2, 3, 4].map((number) => ({ point, number })));

  test.each(places)('R33: $point block $number of it, and shown again: the old image or the new one', async (place) => {
    const { point, number } = place;
    const tag = await cardInUse();
    const { presenceId, driver } = await show(tag);
    const { memory } = expectValue(await lookAtTag(driver, expectationFor));
    await reader.tear(number, point);
    expect(await writeSlotVerified(driver, memory, 1, newSlot, () => undefined)).toEqual({
      kind: 'open',
      fault: { kind: 'gone' },
    });
    await host.gone(presenceId);
    const again = await show(tag);
    const { reading } = expectValue(await lookAtTag(again.driver, expectationFor));
    const isWritten = number === 4 && point === 'after';
    expect(reading).toMatchObject({ kind: 'current', image: isWritten ? after : before });
  });
});

describe('a card that cannot be used', () => {
  test('one with other keys is locked, and stays so however often its field is reset; nothing is written', async () => {
    const tag = await reader.makeTag({ model: 'classic1k', uid, classicKey: 'A0A1A2A3A4A5' });
    const first = await show(tag);
    expect(await first.driver.readMemory()).toMatchObject({ ok: false, fault: { kind: 'locked' } });
    await host.reset(first.presenceId);
    const { driver } = await nextShown(host);
    expect(await driver.write(slotOffset(1), newSlot, null)).toMatchObject({ ok: false, fault: { kind: 'locked' } });
    expect(await writtenBlocks(tag)).toEqual([]);
  });

  test('an authentication refused once at the edge of the field is cured by a reset', async () => {
    const tag = await cardInUse();
    const { presenceId, driver } = await show(tag);
    const refusal = Uint8Array.of(0x63, 0x00);
    await reader.plan({ kind: 'answer', counted: { of: 'apdus', number: 2 }, isDone: false, response: refusal });
    expect(await driver.readMemory()).toMatchObject({ ok: false, fault: { kind: 'locked' } });
    await host.reset(presenceId);
    const again = await nextShown(host);
    expect(readAs(expectValue(await again.driver.readMemory()), mac)).toMatchObject({ kind: 'current', image: before });
  });

  test('a random UID is refused', async () => {
    const { driver } = await show(await reader.makeTag({ model: 'classic1k', uid: '08A1B2C3' }));
    expect(await driver.readUid()).toEqual({ ok: false, fault: { kind: 'random-uid' } });
  });
});
