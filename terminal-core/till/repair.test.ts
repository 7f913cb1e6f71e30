/**
 * Goal: a corrupt tag is rebuilt from the ledger, whatever is torn or killed meanwhile (R22; tag.md, "Writing" 4): it never
 * shows an older balance, no two images share a generation, and nothing of it is given out twice.
 * Method: whole tills in this process with emulated tags, against a server on a real socket that keeps a ledger. The tag is
 * torn off at every write and the till cut off at every question to the reader; the witness says what the tag holds.
 */
import { describe, expect, test } from 'vitest';
import { configuration as canteen, assignment as canteenAssignment } from '../../testing/till/canteen.ts';
import { damageTag, editTag } from '../../testing/till/damaged-tag.ts';
import { killedAt, madeTag, onlineTillsOfTest, questionsBeforeWriting } from '../../testing/till/festival-till.ts';
import {
  type Ended,
  journalKinds,
  patient,
  sell,
  startSale,
  states,
  tillsOfTest,
  topUp,
  withTag,
  witnessed,
} from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { pins, staffed } from '../../testing/till/staff.ts';

const tills = tillsOfTest();
const { charged, online } = onlineTillsOfTest(tills);

const repair = (till: InProcessTill, tag = madeTag): Ended =>
  withTag(till, tag, till.till.operations.repair({ firstTagOnly: true }));
const refusal = (code: string) => ({ value: { result: 'refused', step: { error: { code } } } });
const isRepaired = { value: { result: 'done', step: { event: 'tagRepaired' } } };

const takeBack = { adjustmentNumber: 1, amountMinor: -1 };

/** What the till said it would do to the tag, by generation. */
function claimedGenerations(till: InProcessTill): readonly number[] {
  return [...till.journal.lines()]
    .map((line) => JSON.parse(line))
    .filter(({ kind, payload }) => kind === 'tagEvent' && payload.event === 'repair')
    .map(({ payload }) => payload.generation);
}

describe('a corrupt tag', () => {
  test.each(['type2', 'classic1k'] as const)(
    'R22: %s is rebuilt from the ledger, and sells again',
    async (technology) => {
      const { till, backend } = await charged({ technology });
      await sell(till, 1_000, madeTag);
      damageTag(till, madeTag);
      expect(await sell(till, 1_000, madeTag)).toMatchObject(refusal('TAG_CORRUPT'));
      expect(await repair(till)).toMatchObject(isRepaired);
      const rebuilt = { generation: 2, transactionNumber: 0, balanceMinor: 8_500, adjustmentNumber: 0, blocked: false };
      expect(witnessed(till, madeTag)).toMatchObject({ ...rebuilt, history: [] });
      expect(till.screen).toMatchObject({ screen: 'done', tag: { balanceMinor: 8_500, generation: 2 } });
      expect(journalKinds(till).slice(-2)).toEqual(['tagEvent', 'tagSnapshot']);
      expect(await sell(till, 500, madeTag)).toMatchObject({ value: { result: 'committed' } });
      expect(witnessed(till, madeTag)).toMatchObject({ generation: 2, transactionNumber: 1, balanceMinor: 8_000 });
      expect(backend.tag(till.uid(madeTag)).generation).toBe(2);
    },
  );

  test('Q9: the backend knows the new generation, and all that this till has, before the first write command', async () => {
    const { till, backend } = await charged();
    damageTag(till, madeTag);
    const known: unknown[] = [];
    till.onStep = ({ event }) => {
      if (event !== 'writing') return;
      const { journalSeq, acknowledgedSeq } = till.store.counts();
      known.push([backend.tag(till.uid(madeTag)).generation, journalSeq === acknowledgedSeq]);
    };
    expect(await repair(till)).toMatchObject(isRepaired);
    expect(known).toEqual([[2, true]]);
  });

  test('with two slots of one number is corrupt too', async () => {
    const { till } = await charged();
    editTag(till, madeTag, (memory, [first, second]) => {
      memory.copy(memory, first, second, second + 64);
    });
    expect(await sell(till, 100, madeTag)).toMatchObject(refusal('TAG_CORRUPT'));
    expect(await repair(till)).toMatchObject(isRepaired);
    expect(witnessed(till, madeTag)).toMatchObject({ generation: 2, balanceMinor: 9_500 });
  });

  test('Q20: what has not reached the tag yet is left out, and collected afterwards', async () => {
    const { till, backend } = await charged();
    await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 10_000 });
    const tag = backend.tag(till.uid(madeTag));
    tag.collectedAdjustmentNumber = 4;
    tag.pendingAdjustments = [{ adjustmentNumber: 5, amountMinor: 1_350 }];
    tag.bookedMinor += 1_350;
    damageTag(till, madeTag);
    expect(await repair(till)).toMatchObject(isRepaired);
    expect(witnessed(till, madeTag)).toMatchObject({ balanceMinor: 9_500, adjustmentNumber: 4 });
    const adjusted = withTag(till, madeTag, till.till.operations.collectAdjustment({ firstTagOnly: true }));
    expect(await adjusted).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till, madeTag)).toMatchObject({ balanceMinor: 10_850, adjustmentNumber: 5 });
  });

  test('Q6: what is held is not given out, and a blocked tag stays blocked', async () => {
    const { till, backend } = await charged();
    await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 10_000 });
    Object.assign(backend.tag(till.uid(madeTag)), { heldMinor: 600, blocked: true });
    damageTag(till, madeTag);
    expect(await repair(till)).toMatchObject(isRepaired);
    expect(witnessed(till, madeTag)).toMatchObject({ balanceMinor: 8_900, blocked: true });
    expect(await sell(till, 100, madeTag)).toMatchObject(refusal('TAG_BLOCKED'));
  });

  test('requirements 3.2: an unknown sale of the tag is sent first, and stays unknown for the evidence of the backend', async () => {
    const { till, backend } = await charged();
    const { ended } = await startSale(till, 1_000);
    await till.hand({ kind: 'tear', tagId: till.tagId(madeTag), writeNumber: 2, point: 'before' });
    await till.pass(30_000);
    expect(await ended).toMatchObject({ value: { result: 'unknown' } });
    damageTag(till, madeTag);
    expect(await repair(till)).toMatchObject(isRepaired);
    expect(backend.server.requests.some(({ body }) => body.includes('"state":"TerminalConfirmUnknown"'))).toBe(true);
    expect(await sell(till, 500, madeTag)).toMatchObject({ value: { result: 'committed' } });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown', 'Committed']);
    expect(witnessed(till, madeTag)).toMatchObject({ generation: 2, balanceMinor: 9_000 });
  });
});

describe.each(['type2', 'classic1k'] as const)('%s', (technology) => {
  test('R22: torn off at every write, it shows no balance or the new one, and is repaired when it is shown again', async () => {
    const torn = new Set<string>();
    // Before a write is after the one before it.
    for (const point of ['during', 'after'] as const) {
      for (let writeNumber = 1; ; writeNumber += 1) {
        const { till } = await charged({ technology });
        damageTag(till, madeTag);
        const ended = till.till.operations.repair(patient);
        const isAgain = new Promise<boolean>((resolve) => {
          let waits = 0;
          till.onStep = ({ event }) => {
            if (event === 'waitingForTag') waits += 1;
            if (waits === 1) resolve(true);
          };
          void ended.then(() => resolve(false));
        });
        await till.hand({ kind: 'tear', tagId: till.tagId(madeTag), writeNumber, point });
        if (!(await isAgain)) break;
        const shown = witnessed(till, madeTag);
        expect([null, 9_500]).toContain(shown?.balanceMinor ?? null);
        expect(shown?.generation ?? 2).toBe(2);
        await till.hand({ kind: 'hold', tagId: till.tagId(madeTag) });
        expect(await ended).toMatchObject(isRepaired);
        const last = claimedGenerations(till).at(-1) ?? 0;
        expect(witnessed(till, madeTag)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 0, generation: last });
        expect(last).toBe(shown ? 2 : 3);
        torn.add(`${writeNumber} ${shown ? 'whole' : 'silent'}`);
      }
    }
    expect([...torn].filter((name) => name.endsWith('whole'))).toHaveLength(1);
    expect(torn.size).toBeGreaterThan(technology === 'type2' ? 8 : 4);
  });
});

test('R22: killed after every question to the reader, the next till finds no old balance and takes the next generation', async () => {
  const ends = new Set<string>();
  const { till: uncut } = await charged();
  damageTag(uncut, madeTag);
  for (let atCommand = await questionsBeforeWriting(uncut, () => repair(uncut)); ; atCommand += 1) {
    const { till } = await charged();
    damageTag(till, madeTag);
    const folder = await killedAt(till, { atCommand, point: 'after' }, () => repair(till));
    if (folder === null) break;
    const next = tills.open({ folder, time: till.time });
    const shown = witnessed(next, madeTag);
    expect([null, 9_500]).toContain(shown?.balanceMinor ?? null);
    const claimed = claimedGenerations(next).length;
    expect(await repair(next)).toMatchObject(shown ? refusal('TAG_NOT_CORRUPT') : isRepaired);
    const generations = claimedGenerations(next);
    expect(generations).toEqual([2, 3].slice(0, generations.length));
    expect(witnessed(next, madeTag)).toMatchObject({ balanceMinor: 9_500, generation: generations.at(-1) ?? 0 });
    expect(await sell(next, 500, madeTag)).toMatchObject({ value: { result: 'committed' } });
    ends.add(`${claimed} claimed, ${shown ? 'whole' : 'silent'}`);
  }
  expect([...ends].sort()).toEqual(['0 claimed, silent', '1 claimed, silent', '1 claimed, whole']);
});

describe('refused, with the tag as it was', () => {
  async function refusedUntouched(till: InProcessTill, code: string, tag = madeTag): Promise<void> {
    const before = till.memoryOf(tag);
    expect(await repair(till, tag)).toMatchObject(refusal(code));
    expect(till.memoryOf(tag)).toBe(before);
  }

  test('without the backend', async () => {
    const till = await tills.charged();
    damageTag(till, 0);
    await refusedUntouched(till, 'BACKEND_UNREACHABLE', 0);
    expect(claimedGenerations(till)).toEqual([]);
  });

  test('while this till has something that the backend does not take', async () => {
    const { till, backend } = await charged();
    damageTag(till, madeTag);
    backend.interrupt = ({ resource }) => (resource.startsWith('batches/') ? { status: 503 } : null);
    await refusedUntouched(till, 'BACKEND_UNREACHABLE');
    expect(claimedGenerations(till)).toEqual([]);
  });

  test('where the backend could not be told of the new generation; the next attempt takes the one after it', async () => {
    const { till, backend } = await charged();
    damageTag(till, madeTag);
    backend.interrupt = ({ body }) => (body.includes('"repair"') ? 'cut' : null);
    await refusedUntouched(till, 'BACKEND_UNREACHABLE');
    expect(claimedGenerations(till)).toEqual([2]);
    backend.interrupt = () => null;
    expect(await repair(till)).toMatchObject(isRepaired);
    expect(claimedGenerations(till)).toEqual([2, 3]);
    expect(witnessed(till, madeTag)).toMatchObject({ generation: 3, balanceMinor: 9_500 });
  });

  test.each([
    ['nobody has heard of', 'TAG_UNHEARD_OF', { known: false }],
    ['whose books are below zero', 'BALANCE_BELOW_ZERO', { availableMinor: -1 }],
    ['whose generations are used up', 'TAG_REPAIRED_TOO_OFTEN', { generation: 255 }],
    ['with more than a tag can hold', 'BALANCE_LIMIT', { availableMinor: 0x7fff_ffff, pendingAdjustments: [takeBack] }],
  ] as const)('a tag %s', async (_, code, more) => {
    const { till, backend } = await charged();
    damageTag(till, madeTag);
    const uid = till.uid(madeTag);
    const nothing = { known: true, blocked: false, generation: 1, balanceMinor: 0, availableMinor: 0, creditMinor: 0 };
    backend.interrupt = ({ resource }) =>
      resource === `tags/${uid}` ? { status: 200, json: { uid, ...nothing, pendingAdjustments: [], ...more } } : null;
    await refusedUntouched(till, code);
    expect(claimedGenerations(till)).toEqual([]);
  });

  test('one that is not corrupt, one that is blank, one of nobody', async () => {
    const { till } = await charged();
    await refusedUntouched(till, 'TAG_NOT_CORRUPT');
    await refusedUntouched(till, 'TAG_UNKNOWN', 0);
  });

  test('in account mode, where nothing is on a tag', async () => {
    const { till } = await online({ assignment: canteenAssignment, configuration: canteen });
    expect(await till.till.operations.repair(patient)).toMatchObject({ fault: { code: 'MODE_UNSUPPORTED' } });
  });

  test('a cashier alone; with a supervisor it needs no shift', async () => {
    const { till } = await online({ configuration: staffed });
    await till.till.operations.login({ pin: pins.anna });
    const { repair: repairTag, replace } = till.till.operations;
    const lostUid = '04A1B2C3D4E5F6';
    expect(await repairTag(patient)).toMatchObject({ fault: { code: 'SUPERVISOR_NEEDED' } });
    expect(await replace({ ...patient, lostUid })).toMatchObject({ fault: { code: 'SUPERVISOR_NEEDED' } });
    await till.till.operations.approve({ pin: pins.sue });
    const ended = repairTag({ firstTagOnly: true });
    await till.till.operations.cancel({});
    expect(await ended).toMatchObject(refusal('CANCELLED'));
  });
});

test('a top-up of a tag that was repaired goes on in its new generation', async () => {
  const { till } = await charged();
  damageTag(till, madeTag);
  expect(await repair(till)).toMatchObject(isRepaired);
  expect(await topUp(till, 2_000, madeTag)).toMatchObject({ value: { result: 'committed' } });
  expect(witnessed(till, madeTag)).toMatchObject({ generation: 2, transactionNumber: 1, balanceMinor: 11_000 });
});
