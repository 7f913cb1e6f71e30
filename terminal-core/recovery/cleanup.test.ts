/**
 * Goal: the crash cleanup decides as the table of requirements 3.2 says, row by row.
 * Method: real images, encoded as a till writes them (tag/codec, tag/next-image), in the states a tag can be found in; one
 * test for each row of the table, named after it, once as TerminalConfirmStarted and once as TerminalConfirmUnknown.
 */
import { describe, expect, test } from 'vitest';
import { stateCauses } from '../../contract/wire/outcomes.ts';
import { backendStates } from '../../contract/wire/words.ts';
import type { WriteImages } from '../domain/transaction.ts';
import { joinBytes } from '../tag/bytes.ts';
import { decodeMemory, encodeHeader, encodeSlot, type TagReading } from '../tag/codec.ts';
import type { TagImage } from '../tag/image.ts';
import { tagMac } from '../tag/keys.ts';
import { issuedImage, nextImage, type TagChange } from '../tag/next-image.ts';
import { type Decision, decideCleanup, type Evidence, type LeftBehind } from './cleanup.ts';
import { examine, type WrittenTransaction } from './examine.ts';

const uid = Uint8Array.of(4, 1, 2, 3, 4, 5, 6);
const key = new Uint8Array(16).fill(0x11);
const header = { keySetId: 1, eventEditionId: 7 };
const mac = tagMac(key, uid, header.eventEditionId);
const ours = { assignmentId: 41, terminalTransactionNumber: 9 };
type Slots = readonly [Uint8Array, Uint8Array];

function then(image: TagImage, change: Partial<TagChange> = {}): TagImage {
  const next = nextImage(image, {
    type: 'Purchase',
    amountMinor: -500,
    assignmentId: 77,
    terminalTransactionNumber: 3,
    writtenAtSeconds: 1_800_000_000,
    ...change,
  });
  if (!next.ok) throw new Error(next.fault);
  return next.value;
}

const encoded = (image: TagImage): Uint8Array => encodeSlot(image, header, mac);

/** Number 1 in slot 0 and number 2 in slot 1: what our transaction, number 3, found. */
const before1 = then({ ...issuedImage(1_767_225_600), balanceMinor: 9_500 });
const before2 = then(before1);
const written3 = then(before2, { ...ours, amountMinor: -1_000 });
const images: WriteImages = {
  before: [encoded(before1), encoded(before2)],
  after: [encoded(written3), encoded(before2)],
  targetSlot: 0,
};
const transaction: WrittenTransaction = {
  ...ours,
  images,
  tag: {
    uid: '04010203040506',
    generation: 1,
    transactionNumber: 3,
    balanceBeforeMinor: 8_500,
    balanceAfterMinor: 7_500,
  },
};

function read(slots: Slots, edition = header): TagReading {
  const otherMac = tagMac(key, uid, edition.eventEditionId);
  return decodeMemory(joinBytes(encodeHeader(edition, otherMac), ...slots), {
    eventEditionId: header.eventEditionId,
    macFor: () => mac,
  });
}

/** Slot 0 after the first `pages` pages of the write, the next one half done. */
function torn(pages: number): Uint8Array {
  const slot = images.before[0].slice();
  slot.set(images.after[0].subarray(0, pages * 4));
  if (pages < 16) slot.set([0xde, 0xad], pages * 4);
  return slot;
}

const started: LeftBehind = { state: 'TerminalConfirmStarted', writeStarted: true };
const unknown: LeftBehind = { state: 'TerminalConfirmUnknown', writeStarted: true };

function decide(row: LeftBehind, reading: TagReading, certain = true): Decision {
  return decideCleanup(row, { kind: 'tag', finding: examine(transaction, reading), certain });
}

const committed: Decision = { kind: 'end', state: 'Committed', monitor: null };
const aborted: Decision = { kind: 'end', state: 'Aborted', monitor: null };
const none: Evidence = { kind: 'none' };
/** What becomes of a row whose tag cannot say: unknown at first, and as it is from then on. */
const left = (row: LeftBehind, monitor: string | null = null) =>
  row === started ? { kind: 'end', state: 'TerminalConfirmUnknown', monitor } : { kind: 'leave', monitor };

describe('without the tag', () => {
  test('Q17: Open, no external payment → Aborted, whatever tag is at hand', () => {
    expect(decideCleanup({ state: 'Open', writeStarted: false }, none)).toEqual(aborted);
    expect(decide({ state: 'Open', writeStarted: false }, read(images.after))).toEqual(aborted);
  });

  test.each([
    ['pending', { kind: 'ask-provider' }],
    ['unknown', { kind: 'ask-provider' }],
    ['approved', { kind: 'leave', monitor: null }],
    ['declined', aborted],
    ['voided', aborted],
  ] as const)('Q13: Open, card payment %s, whatever tag is at hand', (payment, decision) => {
    const row: LeftBehind = { state: 'Open', writeStarted: false, payment };
    expect(decideCleanup(row, none)).toEqual(decision);
    expect(decide(row, read(images.after))).toEqual(decision);
  });

  test('R33: started, write_started_at empty → Aborted, whatever tag is at hand', () => {
    const row: LeftBehind = { state: 'TerminalConfirmStarted', writeStarted: false };
    expect(decideCleanup(row, none)).toEqual(aborted);
    expect(decide(row, read(images.after))).toEqual(aborted);
  });

  test('R30: write started, no tag → TerminalConfirmUnknown', () => {
    expect(decideCleanup(started, none)).toEqual({ kind: 'end', state: 'TerminalConfirmUnknown', monitor: null });
  });

  test('TerminalConfirmUnknown, no tag → unchanged', () => {
    expect(decideCleanup(unknown, none)).toEqual({ kind: 'leave', monitor: null });
  });

  test.each(['Committed', 'Aborted'] as const)('INV-06: %s is final, whatever the tag shows', (state) => {
    expect(decide({ state, writeStarted: true }, read(images.after))).toEqual({ kind: 'leave', monitor: null });
    expect(decide({ state, writeStarted: true }, read(images.before))).toEqual({ kind: 'leave', monitor: null });
  });
});

describe.each([
  { name: 'TerminalConfirmStarted', row: started },
  { name: 'TerminalConfirmUnknown', row: unknown },
])('$name, write started, with its tag', ({ row }) => {
  test('tag = new image → Committed', () => {
    expect(decide(row, read(images.after))).toEqual(committed);
    expect(decide(row, read(images.after), false)).toEqual(committed);
  });

  test('tag = new image, the other slot torn since by the next transaction → Committed', () => {
    const tornOther = images.after[1].slice();
    tornOther.set([0xde, 0xad], 12);
    expect(decide(row, read([images.after[0], tornOther]))).toEqual(committed);
  });

  test('tag = old image, target slot as saved → Aborted on the second look, not on the first', () => {
    expect(decide(row, read(images.before), false)).toEqual({ kind: 'look-again' });
    expect(decide(row, read(images.before))).toEqual(aborted);
  });

  test('tag = old image, target slot torn after any page → Aborted on the second look', () => {
    for (let pages = 0; pages < 16; pages += 1) {
      const reading = read([torn(pages), images.before[1]]);
      expect(decide(row, reading, false)).toEqual({ kind: 'look-again' });
      expect(decide(row, reading)).toEqual(aborted);
    }
  });

  test('number > N and history lists N as ours → Committed, one and two numbers later', () => {
    const written4 = then(written3);
    const written5 = then(written4);
    expect(decide(row, read([images.after[0], encoded(written4)]))).toEqual(committed);
    expect(decide(row, read([encoded(written5), encoded(written4)]))).toEqual(committed);
  });

  test('number ≥ N and history shows N is another transaction → Aborted, and number-reused is noted', () => {
    const other3 = then(before2, { amountMinor: -1_000 });
    const other4 = then(other3);
    const other5 = then(other4);
    const reused = { kind: 'end', state: 'Aborted', monitor: 'number-reused' };
    expect(decide(row, read([encoded(other3), images.before[1]]))).toEqual(reused);
    expect(decide(row, read([encoded(other3), encoded(other4)]))).toEqual(reused);
    expect(decide(row, read([encoded(other5), encoded(other4)]))).toEqual(reused);
  });

  test('the same number of another assignment is another transaction', () => {
    const other3 = then(before2, { ...ours, assignmentId: 42, amountMinor: -1_000 });
    expect(decide(row, read([encoded(other3), images.before[1]]))).toMatchObject({ state: 'Aborted' });
  });

  test('number > N but history no longer reaches N → unknown, the backend decides', () => {
    const written5 = then(then(written3));
    const written6 = then(written5);
    expect(decide(row, read([encoded(written5), encoded(written6)]))).toEqual(left(row));
  });

  test('number < N − 1 → unknown, and noted', () => {
    expect(decide(row, read([encoded(before1), new Uint8Array(64)]))).toEqual(left(row, 'older-image'));
  });

  test('N − 1 with other bytes in the current slot → unknown, and noted', () => {
    const otherBefore2 = then(before1, { amountMinor: -501 });
    expect(decide(row, read([images.before[0], encoded(otherBefore2)]))).toEqual(left(row, 'other-bytes'));
  });

  test('N − 1 with a valid target slot that is not the saved one → unknown, and noted', () => {
    const otherBefore1 = then({ ...issuedImage(1_767_225_600), balanceMinor: 9_501 });
    expect(decide(row, read([encoded(otherBefore1), images.before[1]]))).toEqual(left(row, 'other-bytes'));
  });

  test('N − 1 in the slot that was to be written → unknown, and noted', () => {
    expect(decide(row, read([images.before[1], new Uint8Array(64)]))).toEqual(left(row, 'other-bytes'));
  });

  test('N with our history entry but other bytes → unknown, and noted', () => {
    const forged3 = then(before2, { ...ours, amountMinor: -1_000, writtenAtSeconds: 1_800_000_001 });
    expect(decide(row, read([encoded(forged3), images.before[1]]))).toEqual(left(row, 'other-bytes'));
  });

  test('N as we wrote it, but the other slot with other bytes → unknown, and noted', () => {
    expect(decide(row, read([images.after[0], encoded(then(before1, { amountMinor: -501 }))]))).toEqual(
      left(row, 'other-bytes'),
    );
  });

  test('another generation → unknown, and noted', () => {
    const repaired = issuedImage(1_800_000_000, 2);
    expect(decide(row, read([encoded(repaired), new Uint8Array(64)]))).toEqual(left(row, 'other-generation'));
    expect(decide(row, read([encoded({ ...written3, generation: 2 }), images.before[1]]))).toEqual(
      left(row, 'other-generation'),
    );
  });

  test('a foreign header, a forged one or none → unknown, and noted', () => {
    expect(decide(row, read(images.after, { ...header, eventEditionId: 8 }))).toEqual(left(row, 'foreign-header'));
    expect(decide(row, { kind: 'not-ours' })).toEqual(left(row, 'foreign-header'));
    expect(decide(row, { kind: 'forged' })).toEqual(left(row, 'foreign-header'));
  });

  test('corrupt → unknown, and noted: for the repair', () => {
    expect(decide(row, read([torn(3), new Uint8Array(64)]))).toEqual(left(row, 'corrupt'));
  });
});

describe('Q9: what the backend says', () => {
  const words = backendStates.flatMap((state) => [...stateCauses, null].map((cause) => ({ state, cause })));

  test('of an unknown transaction: three words prove it written, one that it was not, all others nothing', () => {
    const proofs = new Map<string, Decision>([
      ['Reserve', committed],
      ['Committed', committed],
      ['Aborted TD', { kind: 'end', state: 'Aborted', monitor: 'number-reused' }],
    ]);
    for (const word of words) {
      const proof = proofs.get(word.state) ?? proofs.get(`${word.state} ${word.cause}`);
      // What the till is said to have settled itself, it would know.
      const expected = word.cause === 'TR' ? undefined : proof;
      expect(decideCleanup(unknown, { kind: 'backend', ...word }), JSON.stringify(word)).toEqual(
        expected ?? { kind: 'leave', monitor: null },
      );
    }
  });

  test('of a transaction that is not unknown: as if nothing had been said', () => {
    const rows: readonly LeftBehind[] = [
      started,
      { state: 'Open', writeStarted: false },
      { state: 'TerminalConfirmStarted', writeStarted: false },
      { state: 'Committed', writeStarted: true },
      { state: 'Aborted', writeStarted: true },
    ];
    for (const row of rows)
      for (const word of words)
        expect(decideCleanup(row, { kind: 'backend', ...word })).toEqual(decideCleanup(row, none));
  });
});
