/**
 * Goal: the MIFARE Classic driver reads and writes the same logical memory as Type 2, block by block behind keys, never
 * touches a trailer, and tells a card that is gone from one that is locked, torn off or misunderstood.
 * Method: the real driver over emulated cards whose sectors open one at a time, its APDUs recorded; blocks torn at every
 * write; cards and readers that misbehave are played by hand.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tearPoints } from '../../../contract/ipc/simulator.ts';
import { editionHeader, macOf, memoryWith, readAs } from '../../../testing/virtual-reader/edition.ts';
import { fromHex, toHex } from '../../tag/bytes.ts';
import { classicDriver } from '../../tag/classic.ts';
import { type SectorKey, transportKey } from '../../tag/classic-sectors.ts';
import { encodeSlot } from '../../tag/codec.ts';
import type { TagDriver } from '../../tag/driver.ts';
import { driverFor } from '../../tag/driver-for.ts';
import type { TagImage } from '../../tag/image.ts';
import { issueWrites, repairWrites } from '../../tag/issue.ts';
import { memoryLength, slotLength, slotOffset } from '../../tag/layout.ts';
import { issuedImage, nextImage } from '../../tag/next-image.ts';
import type { Transmit, TransmitResult } from '../../tag/transmit.ts';
import { writeAllVerified, writeSlotVerified } from '../../tag/verified-write.ts';
import { EmulatedClassicTag } from './emulated-classic-tag.ts';

const uid = 'A1B2C3D4';
const mac = macOf(uid);
const refusal = Uint8Array.of(0x63, 0x00);
const trailers = [3, 7, 11, 15];

interface Bench {
  readonly driver: TagDriver;
  readonly tag: EmulatedClassicTag;
  /** Every APDU in hex. */
  readonly sent: string[];
}

type Answer = (apdu: Uint8Array, tag: EmulatedClassicTag, number: number) => Uint8Array | TransmitResult;

function bench(answer: Answer = (apdu, tag) => tag.answer(apdu), key: SectorKey = transportKey): Bench {
  const tag = new EmulatedClassicTag(bytes(uid));
  const sent: string[] = [];
  const transmit: Transmit = async (apdu) => {
    sent.push(toHex(apdu));
    const result = answer(apdu, tag, sent.length);
    return result instanceof Uint8Array ? { ok: true, response: result } : result;
  };
  return { driver: classicDriver(transmit, key), tag, sent };
}

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

function logical(tag: EmulatedClassicTag): Uint8Array {
  return tag.readUser().slice(0, memoryLength);
}

/** Which blocks were written, in order. */
function writtenBlocks(sent: readonly string[]): readonly number[] {
  return sent.filter((apdu) => apdu.startsWith('FFD6')).map((apdu) => Number.parseInt(apdu.slice(6, 8), 16));
}

function trailersOf(tag: EmulatedClassicTag): string {
  return trailers.map((block) => toHex(tag.memory.slice(block * 16, block * 16 + 16))).join(' ');
}

const topUp = { assignmentId: 41, terminalTransactionNumber: 1, amountMinor: 9500, type: 'TopUp' } as const;
/** With a history, so that a sale changes all four blocks of the other slot. */
const before: TagImage = {
  ...issuedImage(1_767_225_600),
  balanceMinor: 9500,
  transactionNumber: 3,
  history: [topUp, topUp, topUp],
};
const next = nextImage(before, {
  type: 'Purchase',
  amountMinor: -5500,
  assignmentId: 41,
  terminalTransactionNumber: 2,
  writtenAtSeconds: 1_767_225_720,
});
const after = next.ok ? next.value : before;
const newSlot = encodeSlot(after, editionHeader, mac);

describe('reading', () => {
  test('the ATR of a MIFARE Classic 1K chooses it', () => {
    const transmit: Transmit = async () => ({ ok: false, fault: 'failed', detail: 'not asked' });
    const driver = driverFor(new EmulatedClassicTag(bytes(uid)).atr, transmit);
    expect(driver).toMatchObject({ ok: true, value: { technology: 'classic1k' } });
  });

  test('all of it in 13 APDUs, and 12 when the key is loaded', async () => {
    const { driver, tag, sent } = bench();
    tag.writeUser(
      0,
      Uint8Array.from({ length: memoryLength }, (_, index) => index),
    );
    expect(await driver.readMemory()).toEqual({ ok: true, value: logical(tag) });
    expect(sent).toEqual([
      'FF82000006FFFFFFFFFFFF',
      ...['FF860000050100046000', 'FFB0000410', 'FFB0000510', 'FFB0000610'],
      ...['FF860000050100086000', 'FFB0000810', 'FFB0000910', 'FFB0000A10'],
      ...['FF8600000501000C6000', 'FFB0000C10', 'FFB0000D10', 'FFB0000E10'],
    ]);
    await driver.readMemory();
    expect(sent).toHaveLength(25);
  });

  test('any range of whole pages', async () => {
    const { driver, tag } = bench();
    tag.writeUser(
      0,
      Uint8Array.from({ length: memoryLength }, (_, index) => index),
    );
    for (let offset = 0; offset < memoryLength; offset += 4) {
      for (let length = 4; offset + length <= memoryLength; length += 20) {
        expect(await driver.readRange(offset, length)).toEqual({
          ok: true,
          value: logical(tag).slice(offset, offset + length),
        });
      }
    }
  });

  test('with keys of the edition', async () => {
    const key: SectorKey = { type: 'B', bytes: bytes('A0A1A2A3A4A5') };
    const { driver, tag, sent } = bench((apdu, card) => card.answer(apdu), key);
    for (const block of trailers) {
      // Access bits under which key B cannot be read, and so is one.
      tag.memory.set(bytes('000000000000787788C1A0A1A2A3A4A5'), block * 16);
    }
    expect(await driver.readMemory()).toMatchObject({ ok: true });
    expect(sent.slice(0, 2)).toEqual(['FF82000006A0A1A2A3A4A5', 'FF860000050100046100']);
  });
});

describe('writing', () => {
  test('any bytes over any others: the logical memory is theirs, ascending, in the blocks that differ, no trailer', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 35 }).chain((first) =>
          fc.tuple(
            fc.constant(first * 4),
            fc
              .integer({ min: 1, max: 36 - first })
              .chain((pages) => fc.uint8Array({ minLength: pages * 4, maxLength: pages * 4, max: 2 })),
          ),
        ),
        fc.uint8Array({ minLength: memoryLength, maxLength: memoryLength, max: 2 }),
        async ([offset, written], held) => {
          const { driver, tag, sent } = bench();
          tag.writeUser(0, held);
          const expected = held.slice();
          expected.set(written, offset);
          const closed = trailersOf(tag);
          const known = held.slice(offset, offset + written.length);
          expect(await driver.write(offset, written, known)).toEqual({ ok: true, value: undefined });
          expect(logical(tag)).toEqual(expected);
          const differing = [4, 5, 6, 8, 9, 10, 12, 13, 14].filter(
            (_, unit) =>
              toHex(expected.slice(unit * 16, unit * 16 + 16)) !== toHex(held.slice(unit * 16, unit * 16 + 16)),
          );
          expect(writtenBlocks(sent)).toEqual(differing);
          expect(trailersOf(tag)).toBe(closed);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a sale: two authentications with the UID after each, the MAC last; then header and slot read back', async () => {
    const { driver, tag, sent } = bench();
    tag.writeUser(0, memoryWith(before, mac));
    await driver.readUid();
    const memory = await driver.readMemory();
    sent.length = 0;
    const progress: string[] = [];
    expect(
      await writeSlotVerified(driver, memory.ok ? memory.value : new Uint8Array(), 1, newSlot, (done, total) =>
        progress.push(`${done}/${total}`),
      ),
    ).toEqual({ kind: 'verified' });
    expect(sent.map((apdu) => apdu.slice(0, 8))).toEqual([
      ...['FF860000', 'FFCA0000', 'FFD6000A', 'FF860000', 'FFCA0000', 'FFD6000C', 'FFD6000D', 'FFD6000E'],
      ...['FF860000', 'FFB00004', 'FF860000', 'FFB0000A', 'FF860000', 'FFB0000C', 'FFB0000D', 'FFB0000E'],
    ]);
    expect(progress).toEqual(['1/4', '2/4', '3/4', '4/4']);
    expect(readAs(logical(tag), mac)).toMatchObject({ kind: 'current', slotIndex: 1, image: after });
  });

  test('a blank card is issued, a corrupt one repaired', async () => {
    const { driver, tag } = bench();
    await driver.readUid();
    const issued = await writeAllVerified(
      driver,
      logical(tag),
      issueWrites(editionHeader, before, mac),
      () => undefined,
    );
    expect(issued).toEqual({ kind: 'verified' });
    expect(readAs(logical(tag), mac)).toMatchObject({ kind: 'current', image: before });
    const slots = [logical(tag).slice(16, 80), logical(tag).slice(80, 144)] as const;
    const { before: silence, after: rebuild } = repairWrites(editionHeader, issuedImage(1, 2), mac, slots);
    expect(await writeAllVerified(driver, logical(tag), silence, () => undefined)).toEqual({ kind: 'verified' });
    expect(readAs(logical(tag), mac)).toMatchObject({ kind: 'corrupt' });
    expect(await writeAllVerified(driver, logical(tag), rebuild, () => undefined)).toEqual({ kind: 'verified' });
    expect(readAs(logical(tag), mac)).toMatchObject({ kind: 'current', image: { generation: 2 } });
  });

  test('INV-34: bytes that are not whole pages, or outside the logical memory, are never sent', async () => {
    const { driver, sent } = bench();
    await expect(driver.write(2, new Uint8Array(4), null)).rejects.toThrow('INV-34');
    await expect(driver.write(144, new Uint8Array(4), null)).rejects.toThrow('INV-34');
    await expect(driver.readRange(0, 6)).rejects.toThrow('INV-34');
    await expect(driver.write(0, new Uint8Array(8), new Uint8Array(4))).rejects.toThrow('INV-34');
    expect(sent).toEqual([]);
  });
});

describe('torn off', () => {
  const places = tearPoints.flatMap((point) => [1, 2, 3, 4].map((number) => ({ point, number })));

  test.each(places)('R33: $point block $number of a sale: the old image or the new one', async ({ point, number }) => {
    let writes = 0;
    const { driver, tag } = bench((apdu, card) => {
      writes += card.isWrite(apdu) ? 1 : 0;
      if (writes < number) {
        return card.answer(apdu);
      }
      if (writes === number) {
        card.tear(apdu, point);
        writes += 1;
      }
      return { ok: false, fault: 'card-gone', detail: 'torn off' };
    });
    const memory = memoryWith(before, mac);
    tag.writeUser(0, memory);
    expect(await writeSlotVerified(driver, memory, 1, newSlot, () => undefined)).toEqual({
      kind: 'open',
      fault: { kind: 'gone' },
    });
    const isWritten = number === 4 && point === 'after';
    expect(readAs(logical(tag), mac)).toMatchObject({ kind: 'current', image: isWritten ? after : before });
  });

  test('a card put down again after it was torn off is written by a new driver', async () => {
    const { driver, tag } = bench();
    const torn = memoryWith(before, mac);
    torn.set(newSlot.slice(0, 24), slotOffset(1));
    tag.writeUser(0, torn);
    tag.enterField({ loaded: null });
    expect(await writeSlotVerified(driver, torn, 1, newSlot, () => undefined)).toEqual({ kind: 'verified' });
  });
});

describe('what went wrong', () => {
  test('other keys: locked, with the sector, and nothing is written', async () => {
    const { driver, tag, sent } = bench();
    tag.memory.set(bytes('A0A1A2A3A4A5'), 7 * 16);
    expect(await driver.readMemory()).toMatchObject({ ok: false, fault: { kind: 'locked' } });
    const written = await driver.write(slotOffset(1), newSlot, null);
    expect(written).toMatchObject({ ok: false, fault: { kind: 'locked' } });
    expect(JSON.stringify(written)).toContain('sector 2');
    expect(writtenBlocks(sent)).toEqual([]);
  });

  test('a key never shows in what is said about it', async () => {
    const key: SectorKey = { type: 'A', bytes: bytes('A0A1A2A3A4A5') };
    for (const answer of [() => refusal, (apdu: Uint8Array) => (apdu[1] === 0xca ? bytes(`${uid}9000`) : refusal)]) {
      const { driver } = bench(answer, key);
      expect(JSON.stringify(await driver.readMemory())).not.toContain('A0A1A2');
    }
  });

  test('access bits that allow no reading: io, never a wrong content', async () => {
    const { driver, tag } = bench();
    // Data blocks readable with key B alone, and key B not known here.
    tag.memory.set(bytes('FFFFFFFFFFFF0F00FF69A0A1A2A3A4A5'), 7 * 16);
    expect(await driver.readMemory()).toMatchObject({ ok: false });
  });

  test('everything refused, the UID too (nothing there, or two cards at once): gone', async () => {
    const { driver } = bench(() => refusal);
    expect(await driver.readMemory()).toEqual({ ok: false, fault: { kind: 'gone' } });
    expect(await driver.readUid()).toEqual({ ok: false, fault: { kind: 'gone' } });
    expect(await driver.write(0, new Uint8Array(16), null)).toEqual({ ok: false, fault: { kind: 'gone' } });
  });

  test('a read refused once at the edge of the field is asked again behind a new authentication', async () => {
    const { driver, tag, sent } = bench((apdu, card, number) => (number === 4 ? refusal : card.answer(apdu)));
    expect(await driver.readMemory()).toEqual({ ok: true, value: logical(tag) });
    expect(sent.slice(3, 7).map((apdu) => apdu.slice(0, 4))).toEqual(['FFB0', 'FFCA', 'FF86', 'FFB0']);
  });

  test('a card silenced by a refusal is io, which a reset of the field cures', async () => {
    const { driver, tag } = bench((apdu, card, number) =>
      card.answer(number === 4 ? Uint8Array.of(0xff, 0xb0, 0, 9, 16) : apdu),
    );
    const read = await driver.readMemory();
    expect(read).toMatchObject({ ok: false, fault: { kind: 'io' } });
    expect(JSON.stringify(read)).toContain('FFB0000510');
    tag.enterField({ loaded: null });
    expect(
      await classicDriver(async (apdu) => ({ ok: true, response: tag.answer(apdu) }), transportKey).readMemory(),
    ).toMatchObject({
      ok: true,
    });
  });

  test('a refused write is not tried again: io, and the tag is still there', async () => {
    const { driver, sent } = bench((apdu, card) => (apdu[1] === 0xd6 ? refusal : card.answer(apdu)));
    const written = await driver.write(slotOffset(1), newSlot, null);
    expect(written).toMatchObject({ ok: false, fault: { kind: 'io' } });
    expect(JSON.stringify(written)).toContain(`FFD6000A10: status 6300, tag ${uid} still there`);
    expect(writtenBlocks(sent)).toEqual([10]);
  });

  test('a reader that keeps keys only for good takes it there; one that takes none is unsupported', async () => {
    const permanent = bench((apdu, card) => {
      if (apdu[1] !== 0x82) {
        return card.answer(apdu);
      }
      return apdu[2] === 0x20 ? card.answer(Uint8Array.of(0xff, 0x82, 0, ...apdu.subarray(3))) : refusal;
    });
    expect(await permanent.driver.readMemory()).toMatchObject({ ok: true });
    const none = bench((apdu, card) => (apdu[1] === 0x82 ? refusal : card.answer(apdu)));
    expect(await none.driver.readMemory()).toMatchObject({ ok: false, fault: { kind: 'unsupported' } });
  });

  test.each([
    ['card-gone', 'gone'],
    ['timeout', 'io'],
    ['failed', 'io'],
  ] as const)('the reader says %s at any APDU: %s', async (fault, kind) => {
    for (let at = 1; at <= 13; at += 1) {
      const { driver } = bench((apdu, card, number) =>
        number < at ? card.answer(apdu) : { ok: false, fault, detail: 'so it said' },
      );
      expect(await driver.readMemory()).toMatchObject({ ok: false, fault: { kind } });
    }
    for (let at = 1; at <= 9; at += 1) {
      const { driver } = bench((apdu, card, number) =>
        number < at ? card.answer(apdu) : { ok: false, fault, detail: 'so it said' },
      );
      expect(await driver.write(slotOffset(1), new Uint8Array(slotLength).fill(1), null)).toMatchObject({
        ok: false,
        fault: { kind },
      });
    }
  });
});

describe('the emulated card', () => {
  const open4 = ['FF82000006FFFFFFFFFFFF', 'FF860000050100046000'];

  test.each([
    ['without authentication', [], 'FFB0000410', '6300'],
    ['of another sector than the open one', open4, 'FFB0000810', '6300'],
    ['with a wrong key', ['FF82000006A0A1A2A3A4A5', 'FF860000050100046000'], 'FFB0000410', '6300'],
    [
      'after a wrong key, with the right one',
      ['FF82000006A0A1A2A3A4A5', 'FF860000050100046000', ...open4],
      'FFB0000410',
      '6300',
    ],
    ['of half a block', open4, 'FFB0000408', '6700'],
    [
      'of a trailer: key A never shows, key B that is none does',
      open4,
      'FFB0000710',
      '000000000000FF078069FFFFFFFFFFFF9000',
    ],
  ] as const)('a read %s', (_, opening, apdu, response) => {
    const tag = new EmulatedClassicTag(bytes(uid));
    for (const command of opening) {
      tag.answer(bytes(command));
    }
    expect(toHex(tag.answer(bytes(apdu)))).toBe(response);
  });

  test.each([
    ['block 0', ['FF82000006FFFFFFFFFFFF', 'FF860000050100006000'], 'FFD6000010', '6300'],
    ['half a block', open4, 'FFD6000408', '6700'],
    ['a closed sector', open4, 'FFD6000810', '6300'],
    ['with key B that is none', ['FF82000006FFFFFFFFFFFF', 'FF860000050100046100'], 'FFD6000410', '6300'],
    ['a data block', open4, 'FFD6000410', '9000'],
  ] as const)('a write of %s', (_, opening, command, response) => {
    const tag = new EmulatedClassicTag(bytes(uid));
    for (const apdu of opening) {
      tag.answer(bytes(apdu));
    }
    const length = Number.parseInt(command.slice(8), 16);
    const apdu = Uint8Array.of(...bytes(command), ...new Uint8Array(length).fill(7));
    const held = tag.memory.slice();
    expect(tag.isWrite(apdu)).toBe(response === '9000');
    expect(toHex(tag.answer(apdu))).toBe(response);
    expect(toHex(tag.memory) === toHex(held)).toBe(response !== '9000');
  });
});
