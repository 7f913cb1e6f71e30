/**
 * Goal: the Type 2 driver writes what it has to and nothing more, never touches a tag that has no room, and tells a tag
 * that is gone from one that refuses.
 * Method: the real driver over emulated tags, its APDUs recorded; tags and readers that misbehave are played by hand.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../tag/bytes.ts';
import type { TagDriver } from '../../tag/driver.ts';
import { driverFor } from '../../tag/driver-for.ts';
import { memoryLength, slotLength, slotOffset } from '../../tag/layout.ts';
import type { Transmit, TransmitResult } from '../../tag/transmit.ts';
import { EmulatedType2Tag } from './emulated-type2-tag.ts';
import { type Type2ModelName, type2Atr } from './type2-models.ts';

const uid = Uint8Array.of(4, 1, 2, 3, 4, 5, 6);
const refusal = Uint8Array.of(0x63, 0x00);

interface Bench {
  readonly driver: TagDriver;
  readonly tag: EmulatedType2Tag;
  /** Every APDU in hex. */
  readonly sent: string[];
}

type Answer = (apdu: Uint8Array, tag: EmulatedType2Tag) => Uint8Array | TransmitResult;

function bench(model: Type2ModelName = 'ntag213', answer: Answer = (apdu, tag) => tag.answer(apdu)): Bench {
  const tag = new EmulatedType2Tag(model, uid);
  const sent: string[] = [];
  const transmit: Transmit = async (apdu) => {
    sent.push(toHex(apdu));
    const result = answer(apdu, tag);
    return result instanceof Uint8Array ? { ok: true, response: result } : result;
  };
  const driver = driverFor(type2Atr, transmit);
  if (!driver.ok) {
    throw new Error(driver.fault.kind);
  }
  return { driver: driver.value, tag, sent };
}

function bytes(hex: string): Uint8Array {
  return fromHex(hex) ?? new Uint8Array();
}

describe('reading', () => {
  test.each([
    ['ntag213', 10],
    ['ntag215', 10],
  ] as const)('all of a %s in %i APDUs, the room it has included, and 9 when it is known', async (model, count) => {
    const { driver, tag, sent } = bench(model);
    const memory = await driver.readMemory();
    expect(memory).toEqual({ ok: true, value: tag.memory.slice(16, 16 + memoryLength) });
    expect(sent).toHaveLength(count);
    await driver.readMemory();
    expect(sent).toHaveLength(count + 9);
  });

  test('one slot in four', async () => {
    const { driver, sent } = bench();
    await driver.readRange(slotOffset(1), slotLength);
    expect(sent).toEqual(['FFB0001810', 'FFB0001C10', 'FFB0002010', 'FFB0002410']);
  });
});

describe('writing', () => {
  test('any bytes over any others: exactly the pages that differ, in ascending order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ minLength: 4, maxLength: 4 })), {
          minLength: 16,
          maxLength: 16,
        }),
        async (pages) => {
          const { driver, tag, sent } = bench();
          await driver.readMemory();
          const known = tag.memory.slice(96, 160);
          const wanted = known.slice();
          for (const [index, [isChanged, page]] of pages.entries()) {
            if (isChanged) {
              wanted.set(page, index * 4);
            }
          }
          const differing = pages
            .map((_, index) => index)
            .filter((index) => [0, 1, 2, 3].some((at) => wanted[index * 4 + at] !== known[index * 4 + at]));
          sent.length = 0;
          expect(await driver.write(slotOffset(1), wanted, known)).toEqual({ ok: true, value: undefined });
          expect(sent[0]).toBe('FFCA000000');
          expect(sent.slice(1).map((apdu) => Number.parseInt(apdu.slice(6, 8), 16))).toEqual(
            differing.map((index) => 24 + index),
          );
          expect(tag.memory.slice(96, 160)).toEqual(wanted);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('without knowing what is there, every page', async () => {
    const { driver, sent } = bench();
    const progress: [number, number][] = [];
    await driver.write(0, new Uint8Array(8), null, (done, total) => progress.push([done, total]));
    expect(sent.filter((apdu) => apdu.startsWith('FFD6'))).toEqual(['FFD600040400000000', 'FFD600050400000000']);
    expect(progress).toEqual([
      [1, 2],
      [2, 2],
    ]);
  });

  test('INV-34: bytes that are not whole pages, or outside the logical memory, are never sent', async () => {
    const { driver, sent } = bench();
    await expect(driver.write(2, new Uint8Array(4), null)).rejects.toThrow('INV-34');
    await expect(driver.write(144, new Uint8Array(4), null)).rejects.toThrow('INV-34');
    await expect(driver.write(0, new Uint8Array(8), new Uint8Array(4))).rejects.toThrow('INV-34');
    expect(sent).toEqual([]);
  });
});

describe('a tag without room', () => {
  test('says so in its capability container', async () => {
    const { driver, tag } = bench();
    tag.memory.set(bytes('E1100600'), 12);
    expect(await driver.readMemory()).toEqual({ ok: false, fault: { kind: 'too-small' } });
  });

  test('has no container and no page 41: too small, and nothing is written', async () => {
    const { driver, tag, sent } = bench('ultralight');
    expect(await driver.write(slotOffset(1), new Uint8Array(64), null)).toEqual({
      ok: false,
      fault: { kind: 'too-small' },
    });
    expect(sent.some((apdu) => apdu.startsWith('FFD6'))).toBe(false);
    expect(tag.memory.slice(16).every((byte) => byte === 0)).toBe(true);
  });

  test('has no container but a page 41, as an Ultralight C: big enough', async () => {
    const { driver, tag } = bench();
    tag.memory.set(bytes('00000000'), 12);
    expect(await driver.readMemory()).toMatchObject({ ok: true });
  });
});

describe('what went wrong', () => {
  test('refused and the UID too: gone', async () => {
    const { driver } = bench('ntag213', () => refusal);
    expect(await driver.readMemory()).toEqual({ ok: false, fault: { kind: 'gone' } });
    expect(await driver.readUid()).toEqual({ ok: false, fault: { kind: 'gone' } });
  });

  test('refused and still there: io with the status, and the page it was', async () => {
    const { driver } = bench('ntag213', (apdu, tag) => (apdu[1] === 0xd6 ? refusal : tag.answer(apdu)));
    const written = await driver.write(0, new Uint8Array(4), null);
    expect(written).toMatchObject({ ok: false, fault: { kind: 'io' } });
    expect(JSON.stringify(written)).toContain('FFD6000404: status 6300');
  });

  test.each([
    ['card-gone', 'gone'],
    ['timeout', 'io'],
    ['failed', 'io'],
  ] as const)('the reader says %s: %s', async (fault, kind) => {
    const { driver } = bench('ntag213', () => ({ ok: false, fault, detail: 'so it said' }));
    expect(await driver.readMemory()).toMatchObject({ ok: false, fault: { kind } });
    expect(await driver.readUid()).toMatchObject({ ok: false, fault: { kind } });
    expect(await driver.write(0, new Uint8Array(4), null)).toMatchObject({ ok: false, fault: { kind } });
  });

  test.each([
    ['08A1B2C3', 'random-uid'],
    ['A1B2C3', 'io'],
    ['A1B2C3D4E5F6', 'io'],
  ])('UID %s: %s', async (hex, kind) => {
    const { driver } = bench('ntag213', () => Uint8Array.of(...bytes(hex), 0x90, 0x00));
    expect(await driver.readUid()).toMatchObject({ ok: false, fault: { kind } });
  });

  test.each(['A1B2C3D4', '04A1B2C3D4E5F6', '04A1B2C3D4E5F6A7B8C9'])('UID %s is accepted', async (hex) => {
    const { driver } = bench('ntag213', () => Uint8Array.of(...bytes(hex), 0x90, 0x00));
    expect(await driver.readUid()).toEqual({ ok: true, value: bytes(hex) });
  });

  test.each([
    ['3B8F8001804F0CA0000003060300020000000069', 'MIFARE Classic 4K'],
    ['3B8180018080', 'card with ATR 3B8180018080'],
    ['', 'card with ATR '],
  ])('ATR %s: unsupported', (atr, detail) => {
    const transmit: Transmit = async () => ({ ok: false, fault: 'failed', detail: 'not asked' });
    expect(driverFor(bytes(atr), transmit)).toEqual({ ok: false, fault: { kind: 'unsupported', detail } });
  });
});
