/**
 * Goal: with two tags in the field, or one that takes the place of another, nobody is told something wrong about a tag,
 * no write is called done that is not on its tag, and no tag is written that was not seen to be the right one.
 * Method: the real drivers, looks and verified writes over emulated tags; the second tag answers from every APDU to every
 * later one, which a reader does not notice; at each APDU two tags begin to answer at once.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { editionHeader, macOf, memoryWith, readAs } from '../../../testing/virtual-reader/edition.ts';
import { type AnsweredBy, expectationFor, TagField, tagWith } from '../../../testing/virtual-reader/tag-field.ts';
import { joinBytes, toHex } from '../../tag/bytes.ts';
import { encodeHeader, encodeSlot } from '../../tag/codec.ts';
import type { TagImage } from '../../tag/image.ts';
import { issueWrites } from '../../tag/issue.ts';
import { memoryLength } from '../../tag/layout.ts';
import { lookAtTag } from '../../tag/look.ts';
import { issuedImage } from '../../tag/next-image.ts';
import { writeAllVerified, writeSlotVerified } from '../../tag/verified-write.ts';
import type { EmulatedTag, TagModelName } from './emulated-tag.ts';

const models = ['ntag213', 'classic1k'] as const satisfies readonly TagModelName[];
const topUp = { assignmentId: 41, terminalTransactionNumber: 1, amountMinor: 900, type: 'TopUp' } as const;

function imageOf(transactionNumber: number, balanceMinor: number): TagImage {
  return { ...issuedImage(1_767_225_600), transactionNumber, balanceMinor, history: [topUp, topUp, topUp] };
}

/** Both slots valid: number 4 in slot 0, number 5 in slot 1, which is the current one. */
function usedMemory(uid: string): Uint8Array {
  const mac = macOf(uid);
  const slots = [imageOf(4, 1_000), imageOf(5, 2_000)].map((image) => encodeSlot(image, editionHeader, mac));
  return joinBytes(encodeHeader(editionHeader, mac), ...slots);
}

const firstUid = '04A1B2C3D4E5F6';
const secondUid = '04FFEEDDCCBBAA';
const newSlot = encodeSlot(imageOf(6, 500), editionHeader, macOf(firstUid));

const firsts = {
  'in use': () => usedMemory(firstUid),
  'with one image': () => memoryWith(imageOf(0, 0), macOf(firstUid)),
  blank: () => null,
};
const seconds = {
  'in use': () => usedMemory(secondUid),
  blank: () => null,
};
const pairs = models.flatMap((model) =>
  (['in use', 'with one image', 'blank'] as const).flatMap((first) =>
    (['in use', 'blank'] as const).map((second) => ({ model, first, second })),
  ),
);

interface Pair {
  readonly first: EmulatedTag;
  readonly second: EmulatedTag;
}

function pairOf(model: TagModelName, first: keyof typeof firsts, second: keyof typeof seconds): Pair {
  return { first: tagWith(model, firstUid, firsts[first]()), second: tagWith(model, secondUid, seconds[second]()) };
}

/** Every stretch of APDUs in which the second tag may answer: from `from` to before `to`. */
function stretches(apduCount: number): readonly { readonly from: number; readonly to: number }[] {
  const numbers = Array.from({ length: apduCount + 1 }, (_, index) => index + 1);
  return numbers.flatMap((from) => numbers.filter((to) => to > from).map((to) => ({ from, to })));
}

function within({ first, second }: Pair, { from, to }: { readonly from: number; readonly to: number }) {
  return (apduNumber: number): EmulatedTag => (apduNumber >= from && apduNumber < to ? second : first);
}

/** What is said of a tag by itself, in hex and JSON, to be compared. */
async function lookAlone(tag: EmulatedTag): Promise<{ readonly said: string; readonly apduCount: number }> {
  const field = new TagField(() => tag);
  const look = await lookAtTag(field.driverOf(tag), expectationFor);
  return { said: saidOf(look), apduCount: field.sent.length };
}

function saidOf(look: Awaited<ReturnType<typeof lookAtTag>>): string {
  return look.ok
    ? JSON.stringify({ ...look.value, uid: toHex(look.value.uid), memory: toHex(look.value.memory) })
    : `fault ${look.fault.kind}`;
}

describe.each(pairs)('$model $first, and another one $second', ({ model, first, second }) => {
  test('a look that the other tag answers in part says the truth about one of them, or nothing', async () => {
    const pair = pairOf(model, first, second);
    const truths = [(await lookAlone(pair.first)).said, (await lookAlone(pair.second)).said];
    const { apduCount } = await lookAlone(pair.first);
    let faults = 0;
    for (const stretch of stretches(apduCount)) {
      const field = new TagField(within(pair, stretch));
      const said = saidOf(await lookAtTag(field.driverOf(pair.first), expectationFor));
      if (said === 'fault io' || said === 'fault gone' || said === 'fault locked') {
        faults += 1;
      } else {
        expect(truths).toContain(said);
      }
    }
    expect(faults).toBeGreaterThan(0);
  });

  test('two tags at once from any APDU on: gone or io', async () => {
    const pair = pairOf(model, first, second);
    const { apduCount } = await lookAlone(pair.first);
    for (let from = 1; from <= apduCount; from += 1) {
      const field = new TagField((apduNumber) => (apduNumber < from ? pair.first : 'collision'));
      expect(saidOf(await lookAtTag(field.driverOf(pair.first), expectationFor))).toMatch(/^fault (gone|io)$/);
    }
  });
});

test.each([
  ['ntag213', 11],
  ['classic1k', 14],
] as const)(
  'a look at a %s with two images takes %i APDUs; only a doubtful one is made twice',
  async (model, count) => {
    expect((await lookAlone(tagWith(model, firstUid, usedMemory(firstUid)))).apduCount).toBe(count);
    const doubtful = tagWith(model, firstUid, memoryWith(imageOf(0, 0), macOf(firstUid)));
    expect((await lookAlone(doubtful)).apduCount).toBe(count + count - 1 + 1);
  },
);

/** A sale on the first tag, whose look was alone; from then on the field is as `script` says. */
async function sell(pair: Pair, script: AnsweredBy, isReselecting = false) {
  const field = new TagField(() => pair.first, isReselecting);
  const driver = field.driverOf(pair.first);
  const look = await lookAtTag(driver, expectationFor);
  const memory = look.ok ? look.value.memory : new Uint8Array(memoryLength);
  field.script(script);
  const result = await writeSlotVerified(driver, memory, 0, newSlot, () => undefined);
  return { result, apduCount: field.sent.length, sent: [...field.sent] };
}

function shownBy(tag: EmulatedTag): unknown {
  const reading = readAs(tag.readUser().slice(0, memoryLength), macOf(firstUid));
  return reading.kind === 'current' ? reading.image.transactionNumber : reading.kind;
}

const readers = models.flatMap((model) => [false, true].map((isReselecting) => ({ model, isReselecting })));

describe.each(readers)('a sale on a $model in use, reader selects anew: $isReselecting', ({ model, isReselecting }) => {
  test('the other tag answers in any stretch of it: verified only what is on its tag, which shows old or new', async () => {
    const alone = pairOf(model, 'in use', 'in use');
    const { apduCount } = await sell(alone, () => alone.first);
    const results = new Set<string>();
    for (const stretch of stretches(apduCount)) {
      const pair = pairOf(model, 'in use', 'in use');
      const held = toHex(pair.second.memory);
      const { result, sent } = await sell(pair, within(pair, stretch), isReselecting);
      const shown = shownBy(pair.first);
      expect({ stretch, shown }).toEqual({ stretch, shown: result.kind === 'verified' ? 6 : expect.toBeOneOf([5, 6]) });
      const isUidAsked = sent.slice(stretch.from - 1, stretch.to - 1).includes('FFCA000000');
      const mayBeWritten = model === 'ntag213' && !isUidAsked;
      if (!mayBeWritten) {
        expect({ stretch, isWritten: toHex(pair.second.memory) !== held }).toEqual({ stretch, isWritten: false });
      }
      results.add(`${result.kind} ${String(shown)}`);
    }
    expect([...results].sort()).toEqual(['open 5', 'open 6', 'verified 6']);
  });

  test('two tags at once from any APDU on: open, and the tag shows old or new', async () => {
    const alone = pairOf(model, 'in use', 'in use');
    const { apduCount } = await sell(alone, () => alone.first);
    for (let from = 1; from <= apduCount; from += 1) {
      const pair = pairOf(model, 'in use', 'in use');
      const { result } = await sell(pair, (apduNumber) => (apduNumber < from ? pair.first : 'collision'));
      expect(result).toMatchObject({ kind: 'open', fault: { kind: expect.stringMatching(/^(gone|io)$/) } });
      expect([5, 6]).toContain(shownBy(pair.first));
    }
  });
});

test('a MIFARE Classic that takes the place of another at any APDUs whatever is never written', async () => {
  const answers = fc.array(fc.boolean(), { minLength: 60, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(answers, fc.boolean(), async (isSecond, isReselecting) => {
      const pair = pairOf('classic1k', 'in use', 'in use');
      const held = toHex(pair.second.memory);
      const script: AnsweredBy = (apduNumber) => (isSecond[apduNumber - 1] === true ? pair.second : pair.first);
      const { result } = await sell(pair, script, isReselecting);
      expect(toHex(pair.second.memory)).toBe(held);
      expect(shownBy(pair.first)).toEqual(result.kind === 'verified' ? 6 : expect.toBeOneOf([5, 6]));
    }),
    { numRuns: 300 },
  );
});

describe.each(models)('an issue of a %s', (model) => {
  test('the other tag answers in any stretch of it: verified only what is on its tag, and the other stays unissued', async () => {
    const writes = issueWrites(editionHeader, imageOf(0, 0), macOf(firstUid));
    const issue = async (pair: Pair, script: (apduNumber: number) => EmulatedTag) => {
      const field = new TagField(() => pair.first);
      const driver = field.driverOf(pair.first);
      const look = await lookAtTag(driver, expectationFor);
      field.script(script);
      const memory = look.ok ? look.value.memory : new Uint8Array(memoryLength);
      return { result: await writeAllVerified(driver, memory, writes, () => undefined), apduCount: field.sent.length };
    };
    const alone = pairOf(model, 'blank', 'blank');
    const { apduCount } = await issue(alone, () => alone.first);
    for (const stretch of stretches(apduCount)) {
      const pair = pairOf(model, 'blank', 'blank');
      const { result } = await issue(pair, within(pair, stretch));
      if (result.kind === 'verified') {
        expect(shownBy(pair.first)).toBe(0);
      }
      expect(readAs(pair.second.readUser().slice(0, memoryLength), macOf(secondUid)).kind).not.toBe('current');
      if (model === 'classic1k') {
        expect(toHex(pair.second.memory)).toBe(toHex(tagWith(model, secondUid, null).memory));
      }
    }
  });
});

describe.each(models)('UIDs on a %s', (model) => {
  test.each(['A1B2C3D4', '04A1B2C3D4E5F6', '04A1B2C3D4E5F6A7B8C9'])('%s: issued, sold to, read', async (uid) => {
    const tag = tagWith(model, uid, null);
    const field = new TagField(() => tag);
    const driver = field.driverOf(tag);
    const blank = await lookAtTag(driver, expectationFor);
    expect(blank).toMatchObject({ ok: true, value: { reading: { kind: 'not-ours' } } });
    const mac = macOf(uid);
    const held = tag.readUser().slice(0, memoryLength);
    expect(
      await writeAllVerified(driver, held, issueWrites(editionHeader, imageOf(0, 0), mac), () => undefined),
    ).toEqual({
      kind: 'verified',
    });
    const slot = encodeSlot(imageOf(1, 700), editionHeader, mac);
    const issued = tag.readUser().slice(0, memoryLength);
    expect(await writeSlotVerified(driver, issued, 1, slot, () => undefined)).toEqual({ kind: 'verified' });
    expect(await lookAtTag(driver, expectationFor)).toMatchObject({
      ok: true,
      value: { reading: { kind: 'current', image: { balanceMinor: 700 } } },
    });
  });

  test('08A1B2C3: random, and refused before anything is written', async () => {
    const tag = tagWith(model, '08A1B2C3', null);
    const driver = new TagField(() => tag).driverOf(tag);
    expect(await lookAtTag(driver, expectationFor)).toEqual({ ok: false, fault: { kind: 'random-uid' } });
    const held = toHex(tag.memory);
    expect(await driver.write(0, new Uint8Array(16).fill(1), null)).toEqual({
      ok: false,
      fault: { kind: 'random-uid' },
    });
    expect(toHex(tag.memory)).toBe(held);
  });
});
