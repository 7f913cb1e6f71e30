/**
 * Goal: a blank tag takes a lost one's place once (protocol.md, money rule 2): torn off or killed at any point the same again
 * finishes it, and there are never two tags with the balance (INV-14).
 * Method: whole tills in this process with emulated tags, against a server on a real socket that hands a balance out as the
 * backend does. The tag is torn off at every write and the till cut off at every question to the reader.
 */
import { describe, expect, test } from 'vitest';
import { killedAt, madeTag, onlineTillsOfTest, questionsBeforeWriting } from '../../testing/till/festival-till.ts';
import { type Ended, issue, sell, tillsOfTest, withTag, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';

const tills = tillsOfTest();
const { charged, online } = onlineTillsOfTest(tills);

/** The blank tag, beside the lost one (`madeTag`). */
const blank = 0;

const replace = (till: InProcessTill, lostUid = till.uid(madeTag), tag = blank): Ended =>
  withTag(till, tag, till.till.operations.replace({ firstTagOnly: true, lostUid }));
const refusal = (code: string) => ({ value: { result: 'refused', step: { error: { code } } } });
const isReplaced = { value: { result: 'done', step: { event: 'tagReplaced' } } };

/** What the till has told of the tag that took a lost one's place. */
function toldOf(till: InProcessTill): readonly unknown[] {
  return [...till.journal.lines()]
    .map((line) => JSON.parse(line))
    .filter(({ payload }) => payload.uid === till.uid(blank))
    .map(({ kind, payload }) => payload.event ?? kind);
}

describe('a lost tag', () => {
  test('money rule 2: what this till sold with it is sent first; the blank tag takes over what is left and sells', async () => {
    const { till, backend } = await charged();
    await sell(till, 1_000, madeTag);
    const lostUid = till.uid(madeTag);
    expect(await replace(till)).toMatchObject({ value: { step: { ...isReplaced.value.step, details: { lostUid } } } });
    const image = { generation: 1, transactionNumber: 0, balanceMinor: 8_500, adjustmentNumber: 0, blocked: false };
    expect(witnessed(till, blank)).toMatchObject({ ...image, history: [] });
    expect(toldOf(till)).toEqual(['replace', 'tagSnapshot']);
    expect(await sell(till, 500, blank)).toMatchObject({ value: { result: 'committed' } });
    expect(backend.tag(lostUid).blocked).toBe(true);
  });

  test('INV-14: that it asks is on the disk before the backend hears of it, and the image before the first write', async () => {
    const { till, backend } = await charged();
    const kept: unknown[] = [];
    const keep = () =>
      kept.push(till.database.prepare('SELECT lost_uid, length(slot), written_at FROM tag_replacement').raw().all());
    backend.interrupt = ({ resource }) => {
      if (resource.endsWith('/replacement')) keep();
      return null;
    };
    till.onStep = ({ event }) => {
      if (event === 'writing') keep();
    };
    expect(await replace(till)).toMatchObject(isReplaced);
    expect(kept).toEqual([[[till.uid(madeTag), null, null]], [[till.uid(madeTag), 64, null]]]);
  });

  test('is replaced once: another blank tag gets nothing, the same one is already what it was to become', async () => {
    const { till } = await charged();
    expect(await replace(till)).toMatchObject(isReplaced);
    const before = [till.memoryOf(blank), till.memoryOf(1)];
    expect(await replace(till)).toMatchObject(isReplaced);
    expect(await replace(till, till.uid(madeTag), 1)).toMatchObject(refusal('TAG_REPLACED'));
    expect([till.memoryOf(blank), till.memoryOf(1)]).toEqual(before);
    expect(toldOf(till)).toEqual(['replace', 'tagSnapshot']);
  });

  test('once the new tag has sold, the same again leaves it alone', async () => {
    const { till } = await charged();
    expect(await replace(till)).toMatchObject(isReplaced);
    for (const amountMinor of [500, 700]) await sell(till, amountMinor, blank);
    const before = till.memoryOf(blank);
    expect(await replace(till)).toMatchObject({ value: { result: 'done', step: { tag: { balanceMinor: 8_300 } } } });
    expect(till.memoryOf(blank)).toBe(before);
  });

  test('whose new tag is lost in its turn is replaced again', async () => {
    const { till } = await charged();
    expect(await replace(till)).toMatchObject(isReplaced);
    await sell(till, 500, blank);
    expect(await replace(till, till.uid(blank), 1)).toMatchObject(isReplaced);
    expect(witnessed(till, 1)).toMatchObject({ balanceMinor: 9_000 });
  });

  test('where the answer did not arrive, the same again gets the same', async () => {
    const { till, backend } = await charged();
    let cuts = 0;
    backend.interrupt = ({ resource }) => (resource.endsWith('/replacement') && cuts++ === 0 ? 'cut' : null);
    expect(await replace(till)).toMatchObject(refusal('BACKEND_UNREACHABLE'));
    expect(witnessed(till, blank)).toBeNull();
    expect(await replace(till)).toMatchObject(isReplaced);
    expect(witnessed(till, blank)).toMatchObject({ balanceMinor: 9_500 });
  });
});

describe.each(['type2', 'classic1k'] as const)('%s', (technology) => {
  test('money rule 2: torn off at every write, it has no balance or all of it, and the same again finishes it', async () => {
    const torn = new Set<boolean>();
    const card = 4;
    // Before a write is after the one before it.
    for (const point of ['during', 'after'] as const) {
      for (let writeNumber = 1; ; writeNumber += 1) {
        const { till } = await charged();
        await till.hand({ kind: 'create', label: 'Blank', technology });
        const ended = till.till.operations.replace({
          firstTagOnly: true,
          lostUid: till.uid(madeTag),
          timeoutMs: 1_000,
        });
        const isTorn = new Promise<boolean>((resolve) => {
          let waits = 0;
          till.onStep = ({ event }) => {
            if (event === 'waitingForTag') waits += 1;
            if (waits === 1) resolve(true);
          };
          void ended.then(() => resolve(false));
        });
        await till.hand({ kind: 'tear', tagId: till.tagId(card), writeNumber, point });
        if (!(await isTorn)) break;
        await till.pass(1_000);
        expect(await ended).toMatchObject(refusal('TAG_NOT_SHOWN'));
        const shown = witnessed(till, card);
        expect([null, 9_500]).toContain(shown?.balanceMinor ?? null);
        expect(await replace(till, till.uid(madeTag), card)).toMatchObject(isReplaced);
        expect(witnessed(till, card)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 0, generation: 1 });
        torn.add(shown !== null);
      }
    }
    expect(torn).toEqual(new Set([false, true]));
  });
});

test('INV-14: killed after every question to the reader, the next till finishes it with the same tag', async () => {
  const ends = new Set<string>();
  const { till: uncut } = await charged();
  for (let atCommand = await questionsBeforeWriting(uncut, () => replace(uncut)); ; atCommand += 1) {
    const { till } = await charged();
    const folder = await killedAt(till, { atCommand, point: 'after' }, () => replace(till));
    if (folder === null) break;
    const next = tills.open({ folder, time: till.time });
    const shown = witnessed(next, blank);
    expect(await replace(next)).toMatchObject(isReplaced);
    expect(witnessed(next, blank)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 0 });
    expect(toldOf(next)).toEqual(['replace', 'tagSnapshot']);
    expect(await replace(next, next.uid(madeTag), 1)).toMatchObject(refusal('TAG_REPLACED'));
    ends.add(shown ? 'whole' : 'blank');
  }
  expect([...ends].sort()).toEqual(['blank', 'whole']);
});

describe('refused, with the tag as it was', () => {
  async function refusedUntouched(till: InProcessTill, code: string, lostUid: string, tag = blank): Promise<void> {
    const before = till.memoryOf(tag);
    expect(await replace(till, lostUid, tag)).toMatchObject(refusal(code));
    expect(till.memoryOf(tag)).toBe(before);
  }

  test('without the backend', async () => {
    const till = await tills.charged();
    await refusedUntouched(till, 'BACKEND_UNREACHABLE', till.uid(0), 1);
  });

  test('a lost tag nobody has heard of; the blank one is then free for another', async () => {
    const { till } = await charged();
    await refusedUntouched(till, 'TAG_UNHEARD_OF', '04FFFFFFFFFFFF');
    expect(await replace(till)).toMatchObject(isReplaced);
  });

  test('the lost tag itself, one of this event, and one that somebody else is known by', async () => {
    const { till, backend } = await charged();
    await issue(till, 1);
    await refusedUntouched(till, 'TAG_IN_USE', till.uid(madeTag), madeTag);
    await refusedUntouched(till, 'TAG_ALREADY_ISSUED', till.uid(madeTag), 1);
    backend.tag(till.uid(blank)).bookedMinor = 100;
    await refusedUntouched(till, 'TAG_IN_USE', till.uid(madeTag));
    expect(backend.tag(till.uid(madeTag)).blocked).toBe(false);
  });

  test('an answer about other tags', async () => {
    const { till, backend } = await online();
    const answer = {
      uid: '04FFFFFFFFFFFF',
      newUid: till.uid(1),
      generation: 1,
      balanceMinor: 5_000,
      adjustmentNumber: 0,
    };
    backend.interrupt = ({ resource }) => (resource.endsWith('/replacement') ? { status: 200, json: answer } : null);
    await refusedUntouched(till, 'BACKEND_FAULT', '04FFFFFFFFFFFF');
  });
});
