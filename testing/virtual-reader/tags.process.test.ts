/**
 * Goal: what a till does to a tag through a real reader service is what the tag then holds, and what goes wrong on the
 * way is told apart: gone, torn off, refused, silent.
 * Method: the real reader host (nfc-pcsc, pcsclite, smartcard) on a real pcscd of its own, whose virtual reader is fed
 * with emulated tags by another process; the tag driver on top, as in the till host.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { tearPoints } from '../../contract/ipc/simulator.ts';
import { fromHex, toHex } from '../../terminal-core/tag/bytes.ts';
import { encodeSlot } from '../../terminal-core/tag/codec.ts';
import { driverFor } from '../../terminal-core/tag/driver-for.ts';
import { issueWrites } from '../../terminal-core/tag/issue.ts';
import { slotLength, slotOffset } from '../../terminal-core/tag/layout.ts';
import { issuedImage, nextImage } from '../../terminal-core/tag/next-image.ts';
import { editionHeader, macOf, memoryWith, readAs } from './edition.ts';
import { ReaderHostClient } from './reader-host-client.ts';
import { expectValue, nextShown, type ShownTag, showTag } from './shown-tag.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader.ts';

const uid = '04A1B2C3D4E5F6';
const mac = macOf(uid);
const getUid = Uint8Array.of(0xff, 0xca, 0, 0, 0);
const readFirstPages = Uint8Array.of(0xff, 0xb0, 0, 4, 16);

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

const before = { ...issuedImage(1_767_225_600), balanceMinor: 9500, transactionNumber: 1 };
const after = expectValue(
  nextImage(before, {
    type: 'Purchase',
    amountMinor: -5500,
    assignmentId: 41,
    terminalTransactionNumber: 2,
    writtenAtSeconds: 1_767_225_720,
  }),
);
const newSlot = encodeSlot(after, editionHeader, mac);

async function tagInUse(): Promise<VirtualTag> {
  const tag = await reader.makeTag({ uid });
  await reader.setMemory(tag, memoryWith(before, mac));
  return tag;
}

describe('a tag that is lifted and laid down again at once', () => {
  test('is told of with its kind, although the service sees it before it is powered', async () => {
    const tag = await tagInUse();
    await reader.insert(tag);
    await reader.remove();
    const { driver } = await show(tag);
    expect(readAs(expectValue(await driver.readMemory()), mac)).toMatchObject({ kind: 'current', image: before });
  });
});

describe('a tag that stays', () => {
  test.each(['ntag213', 'ntag215'] as const)('R20: a blank %s is read, issued and read again', async (model) => {
    const tag = await reader.makeTag({ model, uid });
    const { driver } = await show(tag);
    expect(toHex(expectValue(await driver.readUid()))).toBe(uid);
    const blank = expectValue(await driver.readMemory());
    expect(readAs(blank, mac)).toEqual({ kind: 'not-ours' });
    for (const { offset, bytes } of issueWrites(editionHeader, issuedImage(1), mac)) {
      expectValue(await driver.write(offset, bytes, blank.slice(offset, offset + bytes.length)));
    }
    const issued = expectValue(await driver.readMemory());
    expect(readAs(issued, mac)).toMatchObject({ kind: 'current', slotIndex: 0, image: issuedImage(1) });
    expect(toHex(await reader.memory(tag))).toBe(toHex(issued));
  });

  test('a purchase writes its pages in ascending order, the last of the MAC last, and nothing else', async () => {
    const tag = await tagInUse();
    const { driver } = await show(tag);
    expectValue(await driver.readMemory());
    const readApdus = (await reader.apdus()).filter(({ tagId }) => tagId === tag.tagId).length;
    const progress: string[] = [];
    expectValue(
      await driver.write(slotOffset(1), newSlot, new Uint8Array(slotLength), (done, total) =>
        progress.push(`${done}/${total}`),
      ),
    );
    const pages = (await reader.apdus())
      .filter(({ tagId, isWrite }) => tagId === tag.tagId && isWrite)
      .map(({ apdu }) => apdu[3]);
    expect(readApdus).toBe(10);
    // Slot 1 is pages 24–39.
    expect(pages).toEqual(pages.toSorted((left = 0, right = 0) => left - right));
    expect(pages.at(-1)).toBe(39);
    expect(progress.at(-1)).toBe(`${pages.length}/${pages.length}`);
    expect(toHex(expectValue(await driver.readRange(slotOffset(1), slotLength)))).toBe(toHex(newSlot));
    expect(readAs(await reader.memory(tag), mac)).toMatchObject({ kind: 'current', slotIndex: 1, image: after });
  });

  test('a reset is a new stay of the same tag, and the old one is over', async () => {
    const { presenceId } = await show(await tagInUse());
    expect(await host.reset(presenceId)).toMatchObject({ kind: 'answer' });
    await host.gone(presenceId);
    const again = await nextShown(host);
    expect(again.presenceId).toBeGreaterThan(presenceId);
    expect(await host.transmit(presenceId, getUid)).toMatchObject({ kind: 'failure', fault: 'card-gone' });
    expect(toHex(expectValue(await again.driver.readUid()))).toBe(uid);
  });

  test('1,000 APDUs are all answered, in order, and nothing else happens meanwhile', async () => {
    const tag = await tagInUse();
    const { presenceId } = await show(tag);
    const eventsBefore = host.events.length;
    const page = Array.from({ length: 1_000 }, (_, index) => 4 + (index % 36));
    const answers = await Promise.all(
      page.map((number) => host.transmit(presenceId, Uint8Array.of(0xff, 0xb0, 0, number, 4))),
    );
    expect(answers.every(({ kind }) => kind === 'answer')).toBe(true);
    expect(host.events.slice(eventsBefore).every(({ kind }) => kind === 'answer')).toBe(true);
    const seen = (await reader.apdus()).filter(({ tagId }) => tagId === tag.tagId);
    expect(seen.map(({ apdu }) => apdu[3])).toEqual(page);
  });
});

describe('a tag that leaves', () => {
  test('its stay ends, and what is asked of it fails with card-gone', async () => {
    const { presenceId, driver } = await show(await tagInUse());
    await reader.remove();
    expect(await driver.readMemory()).toEqual({ ok: false, fault: { kind: 'gone' } });
    await host.gone(presenceId);
    expect(await driver.readUid()).toEqual({ ok: false, fault: { kind: 'gone' } });
  });

  test('one tag after the other: each has a stay of its own, also the first one again', async () => {
    const first = await tagInUse();
    const second = await reader.makeTag({ uid: '04FFEEDDCCBBAA' });
    const seen: string[] = [];
    const stays = new Set<number>();
    for (const tag of [first, second, first, first]) {
      const { presenceId, driver } = await show(tag);
      stays.add(presenceId);
      seen.push(toHex(expectValue(await driver.readUid())));
      await reader.remove();
      await host.gone(presenceId);
    }
    expect(seen).toEqual([uid, '04FFEEDDCCBBAA', uid, uid]);
    expect(stays.size).toBe(4);
  });

  test('a swap is never one stay: what was meant for the first tag does not reach the second', async () => {
    const second = await reader.makeTag({ uid: '04FFEEDDCCBBAA' });
    const { presenceId } = await show(await tagInUse());
    await reader.insert(second);
    expect(await host.transmit(presenceId, getUid)).toMatchObject({ kind: 'failure', fault: 'card-gone' });
    const { driver } = await nextShown(host);
    expect(toHex(expectValue(await driver.readUid()))).toBe('04FFEEDDCCBBAA');
    expect((await reader.apdus()).filter(({ tagId }) => tagId === second.tagId)).toHaveLength(1);
  });
});

describe('a tag torn off while it is written', () => {
  const pageCount = Array.from({ length: 16 }, (_, page) => newSlot.slice(page * 4, page * 4 + 4)).filter((page) =>
    page.some((byte) => byte !== 0),
  ).length;
  const places = tearPoints.flatMap((point) => [1, 5, pageCount].map((number) => ({ point, number })));

  test.each(places)(
    'R33: $point write $number of it, and shown again: the old image or the new one',
    async ({ point, number }) => {
      const tag = await tagInUse();
      const { presenceId, driver } = await show(tag);
      expectValue(await driver.readMemory());
      await reader.tear(number, point);
      expect(await driver.write(slotOffset(1), newSlot, new Uint8Array(slotLength))).toEqual({
        ok: false,
        fault: { kind: 'gone' },
      });
      await host.gone(presenceId);
      const again = await show(tag);
      const reading = readAs(expectValue(await again.driver.readMemory()), mac);
      const isWritten = number === pageCount && point === 'after';
      expect(reading).toMatchObject({ kind: 'current', image: isWritten ? after : before });
    },
  );
});

describe('a reader that does not tell the truth', () => {
  test('a refused write is io, and the tag is still there', async () => {
    const { driver } = await show(await tagInUse());
    expectValue(await driver.readMemory());
    const refusal = Uint8Array.of(0x63, 0x00);
    await reader.plan({ kind: 'answer', counted: { of: 'writes', number: 2 }, isDone: false, response: refusal });
    const written = await driver.write(slotOffset(1), newSlot, null);
    expect(written).toMatchObject({ ok: false, fault: { kind: 'io' } });
    expect(written.ok ? '' : JSON.stringify(written.fault)).toContain('6300');
    expect(toHex(expectValue(await driver.readUid()))).toBe(uid);
  });

  test('R35: a page may be written although its answer says otherwise, which reading back shows', async () => {
    const { driver } = await show(await tagInUse());
    expectValue(await driver.readMemory());
    const refusal = Uint8Array.of(0x63, 0x00);
    await reader.plan({ kind: 'answer', counted: { of: 'writes', number: 1 }, isDone: true, response: refusal });
    expect(await driver.write(slotOffset(1), newSlot.slice(0, 4), null)).toMatchObject({ ok: false });
    expect(toHex(expectValue(await driver.readRange(slotOffset(1), 4)))).toBe(toHex(newSlot.slice(0, 4)));
  });

  test.each([
    ['nothing', ''],
    ['one byte', '90'],
    ['too few bytes', '01029000'],
  ])('a read answered by %s is io', async (_, response) => {
    const { driver } = await show(await tagInUse());
    await reader.plan({
      kind: 'answer',
      counted: { of: 'apdus', number: 3 },
      isDone: true,
      response: fromHex(response) ?? new Uint8Array(),
    });
    expect(await driver.readMemory()).toMatchObject({ ok: false, fault: { kind: 'io' } });
  });

  test('a read refused once at the edge of the field is asked again', async () => {
    const { driver } = await show(await tagInUse());
    const refusal = Uint8Array.of(0x63, 0x00);
    await reader.plan({ kind: 'answer', counted: { of: 'apdus', number: 4 }, isDone: true, response: refusal });
    expect(readAs(expectValue(await driver.readMemory()), mac)).toMatchObject({ kind: 'current', image: before });
  });

  test('no answer in time: a timeout, the stay ends, and the tag comes back when the reader does', async () => {
    const { presenceId } = await show(await tagInUse());
    await reader.plan({ kind: 'delay', counted: { of: 'apdus', number: 1 }, delayMs: 2_600 });
    expect(await host.transmit(presenceId, readFirstPages)).toMatchObject({ kind: 'failure', fault: 'timeout' });
    await host.gone(presenceId);
    await host.state('fault');
    await host.state('ready');
    const again = await nextShown(host);
    expect(again.presenceId).toBeGreaterThan(presenceId);
    expect(toHex(expectValue(await again.driver.readUid()))).toBe(uid);
  });
});

describe('a tag that cannot be used', () => {
  test('one too small is refused and never written to', async () => {
    const tag = await reader.makeTag({ model: 'ultralight', uid });
    const { driver } = await show(tag);
    expect(await driver.readMemory()).toEqual({ ok: false, fault: { kind: 'too-small' } });
    expect(await driver.write(slotOffset(1), newSlot, null)).toEqual({ ok: false, fault: { kind: 'too-small' } });
    expect((await reader.apdus()).filter(({ tagId, apdu }) => tagId === tag.tagId && apdu[1] === 0xd6)).toEqual([]);
  });

  test('a random UID is refused', async () => {
    const { driver } = await show(await reader.makeTag({ uid: '08A1B2C3' }));
    expect(await driver.readUid()).toEqual({ ok: false, fault: { kind: 'random-uid' } });
  });

  test('a card that cannot be reached is a fault of the reader, with the reason, until it leaves', async () => {
    await reader.insert(await reader.makeTag({ uid, atr: '3B' }));
    const { detail } = await host.state('fault');
    expect(detail).toContain('SCardConnect');
    await reader.remove();
    await host.state('ready');
  });

  test('another kind of card is refused by its ATR, with its name', async () => {
    await reader.insert(await reader.makeTag({ uid: 'A1B2C3D4', atr: '3B8F8001804F0CA0000003060300020000000069' }));
    const { presenceId, atr } = await host.present();
    expect(driverFor(atr, host.transmitTo(presenceId))).toEqual({
      ok: false,
      fault: { kind: 'unsupported', detail: 'MIFARE Classic 4K' },
    });
  });
});
