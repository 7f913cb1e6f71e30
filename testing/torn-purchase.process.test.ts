/**
 * Goal: a tag torn off at any single APDU of a purchase never loses or makes money (Q51, R29–R33, requirements 3.2).
 * Method: counts the APDUs of one undisturbed purchase, then runs one purchase per position and per point (before, during,
 * after that APDU), each on a copy of the till and of the tag, with the real programs and a PC/SC service per worker.
 * First without the tag coming back: the outcome is unknown or nothing happened, and a later cleanup with the tag settles it.
 * Then with the tag put back while the sale waits. What the tag holds is read by the witness, which shares no code with
 * the till, and the end of the transaction has to match it. `KLINK_KILLS=full` (`npm run test:kills`) takes every position;
 * without it the APDUs at which something changes, each before, during and after. Every position in one process, without a
 * PC/SC service: `terminal-core/till/torn-sale.test.ts`.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TearPoint, tearPoints } from '../contract/ipc/simulator.ts';
import type { Step } from '../contract/ipc/step.ts';
import { type ChargedTag, chargeTag } from './klink/charged-tag.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { inParallel } from './klink/rows-in-parallel.ts';
import type { KlinkRun } from './klink/run-klink.ts';
import { succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import type { SeenApdu } from './virtual-reader/emulator-messages.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

const isFull = process.env['KLINK_KILLS'] === 'full';
const workerCount = 3;
const rowsTimeoutMs = isFull ? 3_600_000 : 400_000;

interface Row {
  readonly apduNumber: number;
  readonly point: TearPoint;
}

/** What the tag says after a row: nothing else may ever be on it. */
type Shown = 'old' | 'new';

describe('a purchase with the tag torn off', () => {
  let backend: DemoBackend;
  let readers: readonly VirtualReader[];
  let charged: ChargedTag;
  let rows: readonly Row[];

  beforeAll(async () => {
    const starting = Array.from({ length: workerCount }, () => startVirtualReader());
    [backend, ...readers] = await Promise.all([startDemoBackend(), ...starting]);
    charged = await chargeTag(backend, firstReader(), '04A1B2C3D4E5F6');
    fs.writeFileSync(path.join(charged.till.folder.place, 'till.json'), JSON.stringify({ sameTagTimeoutMs: 1_000 }));
    const apdus = await apdusOfPurchase();
    const numbers = isFull ? apdus.map((_, at) => at + 1) : turningPoints(apdus);
    rows = numbers.flatMap((apduNumber) => tearPoints.map((point) => ({ apduNumber, point })));
    console.log(`${apdus.length} APDUs in a purchase, ${rows.length} positions`);
  });

  afterAll(async () => {
    charged.till.folder.remove();
    await Promise.all(readers.map((reader) => reader.close()));
    await backend.close();
  });

  function firstReader(): VirtualReader {
    const [reader] = readers;
    if (reader === undefined) throw new Error('no reader was started');
    return reader;
  }

  async function apdusOfPurchase(): Promise<readonly SeenApdu[]> {
    const reader = firstReader();
    const till = charged.copyFor(reader);
    const tag = await charged.tagFor(reader);
    const before = (await reader.apdus()).length;
    await reader.insert(tag);
    succeeded(await till.run('sell', '--amount', '55.00', '--timeout', '20'));
    await reader.remove();
    till.folder.remove();
    expect(await shownBy(reader, tag)).toBe('new');
    return (await reader.apdus()).slice(before);
  }

  async function shownBy(reader: VirtualReader, tag: VirtualTag): Promise<Shown> {
    const witnessed = charged.witness(await reader.memory(tag));
    const seen = { number: witnessed?.transactionNumber, balanceMinor: witnessed?.balanceMinor };
    if (seen.number === 1 && seen.balanceMinor === 9_500) return 'old';
    if (seen.number === 2 && seen.balanceMinor === 4_000) return 'new';
    throw new Error(`the tag holds neither the old nor the new image: ${JSON.stringify(witnessed)}`);
  }

  async function layDownTorn(reader: VirtualReader, row: Row): Promise<VirtualTag> {
    const tag = await charged.tagFor(reader);
    await reader.plan({ kind: 'tear', counted: { of: 'apdus', number: row.apduNumber }, point: row.point });
    await reader.insert(tag);
    return tag;
  }

  test(
    'R30, R33: not shown again it is unknown or untouched; shown later it ends as the tag says',
    async () => {
      const wrong: string[] = [];
      const ends = new Map<string, number>();
      await inParallel(readers, rows, async (reader, row) => {
        const till = charged.copyFor(reader);
        const tag = await layDownTorn(reader, row);
        const sold = await sellWithoutPatience(till);
        const shownAfterSale = await shownBy(reader, tag);
        const state = lastState(sold.steps);
        // Aborted or refused is only honest while the tag still shows the old image.
        const isHonest = sold.exitCode === 4 ? state === 'TerminalConfirmUnknown' : shownAfterSale === 'old';
        await reader.insert(tag);
        const cleaned = await till.run('cleanup', '--timeout', '20');
        const shown = await shownBy(reader, tag);
        const end = lastState(cleaned.steps) ?? lastState(sold.steps) ?? 'none';
        const matches = end === (shown === 'new' ? 'Committed' : 'Aborted') || (end === 'none' && shown === 'old');
        if (
          ![3, 4].includes(sold.exitCode ?? -1) ||
          !isHonest ||
          cleaned.exitCode !== 0 ||
          !matches ||
          shown !== shownAfterSale
        ) {
          wrong.push(describeRow(row, { sold, cleaned, shownAfterSale, shown, end }));
        }
        ends.set(`${sold.exitCode} → ${end}`, (ends.get(`${sold.exitCode} → ${end}`) ?? 0) + 1);
        await reader.remove();
        till.folder.remove();
      });
      console.log(`not shown again: ${rows.length} positions, ${describeEnds(ends)}`);
      expect(wrong).toEqual([]);
      // A matrix in which nothing was ever unknown, or nothing ever committed, would prove nothing.
      expect([...ends.keys()].sort()).toEqual(expect.arrayContaining(['3 → none', '4 → Aborted', '4 → Committed']));
    },
    rowsTimeoutMs,
  );

  test(
    'Q51: put back while the sale waits, it ends Committed or Aborted as the tag says',
    async () => {
      const wrong: string[] = [];
      const ends = new Map<string, number>();
      await inParallel(readers, rows, async (reader, row) => {
        const till = charged.copyFor(reader);
        const tag = await layDownTorn(reader, row);
        const selling = till.start('sell', '--amount', '55.00', '--timeout', '20');
        await selling.step('that the tag left', ({ event }) => event === 'tagGone' || event === 'waitingForSameTag');
        await reader.insert(tag);
        const sold = await selling.ended;
        const shown = await shownBy(reader, tag);
        const end = lastState(sold.steps) ?? 'none';
        const matches =
          shown === 'new' ? end === 'Committed' && sold.exitCode === 0 : end === 'Aborted' && sold.exitCode === 3;
        if (!matches) wrong.push(describeRow(row, { sold, shown, end }));
        ends.set(`${sold.exitCode} → ${end}`, (ends.get(`${sold.exitCode} → ${end}`) ?? 0) + 1);
        await reader.remove();
        till.folder.remove();
      });
      console.log(`put back: ${rows.length} positions, ${describeEnds(ends)}`);
      expect(wrong).toEqual([]);
    },
    rowsTimeoutMs,
  );
});

/**
 * The numbers of the APDUs at which what the tag or the till knows becomes another thing: the first question, the last one
 * before anything is written, the first write, one in the middle, the last one, and the look at what was written.
 */
function turningPoints(apdus: readonly SeenApdu[]): readonly number[] {
  const writes = apdus.flatMap(({ isWrite }, at) => (isWrite ? [at + 1] : []));
  const [first = 1] = writes;
  const middle = writes[Math.floor(writes.length / 2)] ?? first;
  const last = writes.at(-1) ?? first;
  return [...new Set([1, first - 1, first, middle, last, last + 1])];
}

/** A tag that leaves before anything was written is not waited for: the cashier presses Ctrl-C. */
function sellWithoutPatience(till: TillOnReader): Promise<KlinkRun> {
  const selling = till.start('sell', '--amount', '55.00');
  selling
    .step('that the tag left', ({ event }) => event === 'tagGone')
    .then(
      () => selling.signal('SIGINT'),
      // It left later, or not at all: the run itself tells.
      () => {},
    );
  return selling.ended;
}

/** The last state a step told of the sale (number 2: the top-up was 1). */
function lastState(steps: readonly Step[]): string | undefined {
  return steps.findLast(({ transaction }) => transaction?.terminalTransactionNumber === 2)?.transaction?.state;
}

function describeRow(row: Row, found: object): string {
  return `APDU ${row.apduNumber} ${row.point}: ${JSON.stringify(found)}`;
}

function describeEnds(ends: ReadonlyMap<string, number>): string {
  return [...ends].map(([end, count]) => `${count} × ${end}`).join(', ');
}
