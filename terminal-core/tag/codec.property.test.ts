/**
 * Goal: a tag never shows a state that no till wrote, however it is damaged or torn off, and never loses the old one
 * before the new one is whole.
 * Method: random images and histories; one flipped bit anywhere; the units of a write, of an issue and of a repair cut
 * off after any number of them, the last one left half written with random bytes.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { transactionTypes } from '../../contract/wire/words.ts';
import { joinBytes, sameBytes } from './bytes.ts';
import { decodeMemory, decodeSlot, encodeHeader, encodeSlot, type TagExpectation } from './codec.ts';
import { i32Max, i32Min, type TagImage, u16Max, u32Max } from './image.ts';
import { issueWrites, mayBeIssued, repairWrites, type TagWrite } from './issue.ts';
import { tagMac } from './keys.ts';
import { memoryLength, otherSlot, slotLength, slotOffset } from './layout.ts';
import { issuedImage, nextImage } from './next-image.ts';
import { changedUnits } from './units.ts';

/** Pages of a Type 2 tag, and blocks of a MIFARE Classic. */
const unitLengths = [4, 16] as const;
const header = { keySetId: 3, eventEditionId: 90_210 };
const mac = tagMac(new Uint8Array(16).fill(0x5a), Uint8Array.of(4, 1, 2, 3, 4, 5, 6), header.eventEditionId);
const expectation: TagExpectation = { eventEditionId: header.eventEditionId, macFor: (id) => (id === 3 ? mac : null) };

const entry = fc.record({
  assignmentId: fc.integer({ min: 1, max: u32Max }),
  terminalTransactionNumber: fc.integer({ min: 1, max: u32Max }),
  amountMinor: fc.integer({ min: i32Min, max: i32Max }),
  type: fc.constantFrom(...transactionTypes),
});
const place = fc.option(entry, { nil: null });
const image: fc.Arbitrary<TagImage> = fc.record({
  transactionNumber: fc.integer({ min: 0, max: u32Max }),
  balanceMinor: fc.integer({ min: i32Min, max: i32Max }),
  blocked: fc.boolean(),
  generation: fc.integer({ min: 1, max: 255 }),
  adjustmentNumber: fc.integer({ min: 0, max: u16Max }),
  history: fc.tuple(place, place, place),
  writtenAtSeconds: fc.integer({ min: 0, max: u32Max }),
});
/** A tag in use: its current image in either slot, the other slot whatever an earlier write left there. */
const tagInUse = fc
  .record({
    current: image,
    slotIndex: fc.constantFrom(0 as const, 1 as const),
    other: fc.uint8Array({ minLength: slotLength, maxLength: slotLength }),
  })
  .map(({ current, slotIndex, other }) => {
    const slots = [encodeSlot(current, header, mac), other] as const;
    const memory = joinBytes(encodeHeader(header, mac), ...(slotIndex === 0 ? slots : [slots[1], slots[0]]));
    return { current, slotIndex, memory };
  });
const change = fc.record({
  type: fc.constantFrom(...transactionTypes),
  amountMinor: fc.integer({ min: -10_000, max: 10_000 }),
  assignmentId: fc.integer({ min: 1, max: u32Max }),
  terminalTransactionNumber: fc.integer({ min: 1, max: u32Max }),
  writtenAtSeconds: fc.integer({ min: 0, max: u32Max }),
});
const garbage = fc.uint8Array({ minLength: 16, maxLength: 16 });

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = bytes.slice();
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  return flipped;
}

/** Every state the tag passes through while `writes` are made unit by unit, and what a torn unit may look like. */
function tornStates(
  memory: Uint8Array,
  writes: readonly TagWrite[],
  torn: Uint8Array,
  unitLength: number,
): readonly Uint8Array[] {
  const states = [memory];
  let now = memory;
  for (const { offset, bytes } of writes) {
    for (const { unit, at, bytes: part } of changedUnits(offset, bytes, null, unitLength)) {
      const half = now.slice();
      half.set(torn.subarray(0, unitLength), unit * unitLength);
      const whole = now.slice();
      whole.set(part, unit * unitLength + at);
      states.push(half, whole);
      now = whole;
    }
  }
  return states;
}

describe('slots', () => {
  test('every image comes back as it was written', () => {
    fc.assert(
      fc.property(image, (written) => {
        expect(decodeSlot(encodeSlot(written, header, mac), header, mac)).toEqual(written);
      }),
    );
  });

  test('no flipped bit of a slot is accepted', () => {
    fc.assert(
      fc.property(image, fc.integer({ min: 0, max: slotLength * 8 - 1 }), (written, bit) => {
        expect(decodeSlot(flip(encodeSlot(written, header, mac), bit), header, mac)).toBeNull();
      }),
    );
  });

  test('no flipped bit of a header leaves a tag of this edition', () => {
    fc.assert(
      fc.property(tagInUse, fc.integer({ min: 0, max: 127 }), ({ memory }, bit) => {
        expect(['not-ours', 'foreign-edition', 'forged']).toContain(decodeMemory(flip(memory, bit), expectation).kind);
      }),
    );
  });

  test('any 144 bytes can be read without a throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: memoryLength, maxLength: memoryLength }), (memory) => {
        expect(decodeMemory(memory, expectation).kind).not.toBe('current');
      }),
    );
  });
});

describe('a chain of transactions', () => {
  test('Q6: history shifts, and the sum of the changes is the balance', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        let current = { ...issuedImage(1), balanceMinor: 1_000_000 };
        let expected = current.balanceMinor;
        for (const [index, step] of changes.entries()) {
          const next = nextImage(current, step);
          if (!next.ok) {
            throw new Error(next.fault);
          }
          expected += step.amountMinor;
          expect(next.value.balanceMinor).toBe(expected);
          expect(next.value.transactionNumber).toBe(index + 1);
          expect(next.value.history[0]).toMatchObject({ amountMinor: step.amountMinor, type: step.type });
          expect(next.value.history.slice(1)).toEqual(current.history.slice(0, 2));
          current = next.value;
        }
      }),
    );
  });
});

describe.each(unitLengths)('torn writes in units of %i bytes', (unitLength) => {
  test('R33: a transaction cut off after any unit leaves the old image or the new one, and nothing else', () => {
    fc.assert(
      fc.property(tagInUse, change, garbage, ({ current, slotIndex, memory }, step, torn) => {
        const next = nextImage({ ...current, transactionNumber: current.transactionNumber % u32Max }, step);
        fc.pre(next.ok && next.value.transactionNumber === current.transactionNumber + 1);
        const target = otherSlot(slotIndex);
        const slot = next.ok ? encodeSlot(next.value, header, mac) : new Uint8Array(slotLength);
        for (const state of tornStates(memory, [{ offset: slotOffset(target), bytes: slot }], torn, unitLength)) {
          const reading = decodeMemory(state, expectation);
          const isWhole = sameBytes(state.slice(slotOffset(target), slotOffset(target) + slotLength), slot);
          expect(reading).toMatchObject({
            kind: 'current',
            slotIndex: isWhole ? target : slotIndex,
            image: isWhole && next.ok ? next.value : current,
          });
        }
      }),
    );
  });

  test('a torn issue can be issued again and is current only when it is whole', () => {
    const blank = fc.uint8Array({ minLength: memoryLength, maxLength: memoryLength });
    fc.assert(
      fc.property(blank, garbage, (memory, torn) => {
        const states = tornStates(memory, issueWrites(header, issuedImage(1), mac), torn, unitLength);
        const whole = states.at(-1) ?? memory;
        // Until the unit with the magic is touched, a blank tag is as blank as before; a block is touched twice.
        const beforeMagic = decodeMemory(memory, expectation);
        fc.pre(beforeMagic.kind === 'not-ours');
        for (const state of states.slice(0, unitLength === 4 ? -2 : -4)) {
          expect(decodeMemory(state, expectation)).toEqual(beforeMagic);
        }
        for (const state of states) {
          expect(mayBeIssued(decodeMemory(state, expectation))).toBe(!sameBytes(state, whole));
        }
        expect(decodeMemory(whole, expectation)).toMatchObject({
          kind: 'current',
          slotIndex: 0,
          image: issuedImage(1),
        });
      }),
    );
  });

  test('R22: a repair torn while it silences the slots shows the image with less money of the number that was doubled, or none', () => {
    fc.assert(
      fc.property(image, image, garbage, fc.boolean(), (one, other, torn, areBothReadable) => {
        const twin = { ...other, transactionNumber: one.transactionNumber };
        const first = encodeSlot(one, header, mac);
        const second = encodeSlot(twin, header, mac);
        const slots = areBothReadable ? [first, second] : [flip(first, 0), flip(second, 0)];
        const memory = joinBytes(encodeHeader(header, mac), ...slots);
        const lessMinor = Math.min(one.balanceMinor, twin.balanceMinor);
        const { before } = repairWrites(header, issuedImage(1, 7), mac, [slots[0] ?? first, slots[1] ?? second]);
        for (const state of tornStates(memory, before, torn, unitLength)) {
          const reading = decodeMemory(state, expectation);
          const shown = reading.kind === 'current' ? reading.image : null;
          expect(reading.kind === 'corrupt' || (areBothReadable && reading.kind === 'current')).toBe(true);
          expect([null, one.transactionNumber]).toContain(shown?.transactionNumber ?? null);
          expect([null, lessMinor]).toContain(shown?.balanceMinor ?? null);
        }
      }),
    );
  });

  test('R22: a torn repair shows no balance, neither the old one nor an older one', () => {
    fc.assert(
      fc.property(image, image, garbage, (one, other, torn) => {
        const slots = [
          encodeSlot(one, header, mac),
          encodeSlot({ ...other, transactionNumber: one.transactionNumber }, header, mac),
        ] as const;
        const memory = joinBytes(encodeHeader(header, mac), ...slots);
        const rebuilt = issuedImage(1, 7);
        const { before, after } = repairWrites(header, rebuilt, mac, slots);
        const silenced = tornStates(memory, before, torn, unitLength).at(-1) ?? memory;
        expect(decodeMemory(silenced, expectation).kind).toBe('corrupt');
        const states = tornStates(silenced, after, torn, unitLength);
        for (const state of states.slice(0, -1)) {
          expect(decodeMemory(state, expectation)).not.toMatchObject({ image: { generation: one.generation } });
        }
        expect(decodeMemory(states.at(-1) ?? memory, expectation)).toMatchObject({ kind: 'current', image: rebuilt });
      }),
    );
  });
});
