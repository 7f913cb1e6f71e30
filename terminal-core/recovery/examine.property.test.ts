/**
 * Goal: no history of a tag makes the cleanup call a transaction Committed that was never whole on the tag, nor Aborted one
 * that was; and where the tag's history still reaches it, the cleanup decides (Q9, requirements 3.2).
 * Method: random tags written by random tills, ours among them, each write torn off at any page with any rubbish in the page,
 * or whole; then every decision is compared with what really happened.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WriteImages } from '../domain/transaction.ts';
import { joinBytes, sameBytes } from '../tag/bytes.ts';
import { decodeMemory, encodeHeader, encodeSlot, type TagReading } from '../tag/codec.ts';
import { tagMac } from '../tag/keys.ts';
import { otherSlot } from '../tag/layout.ts';
import { issuedImage, nextImage } from '../tag/next-image.ts';
import { decideCleanup } from './cleanup.ts';
import { examine, type WrittenTransaction } from './examine.ts';

const header = { keySetId: 1, eventEditionId: 7 };
const mac = tagMac(new Uint8Array(16).fill(0x22), Uint8Array.of(4, 1, 2, 3, 4, 5, 6), header.eventEditionId);
const pageLength = 4;
const pageCount = 16;
type Slots = readonly [Uint8Array, Uint8Array];
type Current = Extract<TagReading, { kind: 'current' }>;

const write = fc.record({
  /** 16: the whole slot. */
  pages: fc.oneof(fc.constant(pageCount), fc.integer({ min: 0, max: pageCount })),
  rubbish: fc.uint8Array({ minLength: pageLength, maxLength: pageLength }),
  amountMinor: fc.integer({ min: -50, max: 50 }),
});
type Write = typeof write extends fc.Arbitrary<infer Value> ? Value : never;

function read(slots: Slots): Current {
  const reading = decodeMemory(joinBytes(encodeHeader(header, mac), ...slots), {
    eventEditionId: header.eventEditionId,
    macFor: () => mac,
  });
  if (reading.kind !== 'current') throw new Error(`a tag that no till has left so: ${reading.kind}`);
  return reading;
}

/** What one transaction means to leave on the tag, and what it did leave. */
function written(slots: Slots, { pages, rubbish, amountMinor }: Write, who: { assignmentId: number; number: number }) {
  const { image, slotIndex } = read(slots);
  const next = nextImage(image, {
    type: 'Purchase',
    amountMinor,
    assignmentId: who.assignmentId,
    terminalTransactionNumber: who.number,
    writtenAtSeconds: 1_800_000_000 + who.number,
  });
  if (!next.ok) throw new Error(next.fault);
  const target = otherSlot(slotIndex);
  const whole = encodeSlot(next.value, header, mac);
  const torn = slots[target].slice();
  torn.set(whole.subarray(0, pages * pageLength));
  if (pages < pageCount) torn.set(rubbish, pages * pageLength);
  const put = (bytes: Uint8Array): Slots => (target === 0 ? [bytes, slots[1]] : [slots[0], bytes]);
  const images: WriteImages = { before: slots, after: put(whole), targetSlot: target };
  return { images, image: next.value, left: put(pages === pageCount ? whole : torn), isWhole: sameBytes(torn, whole) };
}

test('Q9: never Committed without the write, never Aborted with it, and decided while the history reaches it', () => {
  const ends = new Map<string, number>();
  const history = fc.record({
    before: fc.array(write, { maxLength: 4 }),
    ours: write,
    /** Our own further attempts at the same image. */
    again: fc.array(write, { maxLength: 2 }),
    after: fc.array(write, { maxLength: 5 }),
  });
  fc.assert(
    fc.property(history, ({ before, ours, again, after }) => {
      const issued = encodeSlot({ ...issuedImage(1_767_225_600), balanceMinor: 1_000 }, header, mac);
      let slots: Slots = [issued, new Uint8Array(64)];
      let number = 0;
      const others = (writes: readonly Write[]) => {
        for (const one of writes) {
          number += 1;
          slots = written(slots, one, { assignmentId: 77, number }).left;
        }
      };
      others(before);
      const { images, image, left, isWhole } = written(slots, ours, { assignmentId: 41, number: 9 });
      slots = left;
      let hasBeenWritten = isWhole;
      for (const { pages } of again) {
        if (hasBeenWritten) break;
        const target = slots[images.targetSlot].slice();
        target.set(images.after[images.targetSlot].subarray(0, pages * pageLength));
        slots = images.targetSlot === 0 ? [target, slots[1]] : [slots[0], target];
        hasBeenWritten = sameBytes(target, images.after[images.targetSlot]);
      }
      others(after);

      const reading = read(slots);
      const transaction: WrittenTransaction = {
        assignmentId: 41,
        terminalTransactionNumber: 9,
        images,
        tag: {
          uid: '04010203040506',
          generation: 1,
          transactionNumber: image.transactionNumber,
          balanceBeforeMinor: 0,
          balanceAfterMinor: 0,
        },
      };
      const finding = examine(transaction, reading);
      const row = { state: 'TerminalConfirmStarted', writeStarted: true } as const;
      const decision = decideCleanup(row, { kind: 'tag', finding, certain: true });
      const state = decision.kind === 'end' ? decision.state : decision.kind;
      const distance = reading.image.transactionNumber - image.transactionNumber;
      ends.set(state, (ends.get(state) ?? 0) + 1);
      const expected = distance >= 3 ? 'TerminalConfirmUnknown' : hasBeenWritten ? 'Committed' : 'Aborted';
      expect({ finding: finding.kind, distance, state }).toEqual({ finding: finding.kind, distance, state: expected });
    }),
    { numRuns: 3_000 },
  );
  expect([...ends.keys()].sort()).toEqual(['Aborted', 'Committed', 'TerminalConfirmUnknown']);
});
