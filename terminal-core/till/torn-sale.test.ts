/**
 * Goal: a sale whose tag is torn off ends as the tag says, at once or later, and is never Committed or Aborted on a guess
 * (requirements 3.1, 3.2; Q51).
 * Method: the tag is torn off before, during and after every write of a purchase, and shown again at once, later or never;
 * other tags, other tills and older images come in between. The witness says what the tag holds.
 */

import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type TearPoint, tearPoints } from '../../contract/ipc/simulator.ts';
import { assignment } from '../../testing/till/festival.ts';
import {
  issue,
  journalKinds,
  lookAtBalance,
  monitors,
  patient,
  sell,
  startSale,
  states,
  tillsOfTest,
  topUp,
  witnessed,
} from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';

const tills = tillsOfTest();

/** A till whose sale of 55.00 waits for the same tag again, torn at the given write. */
async function tornSale(writeNumber: number, point: TearPoint) {
  const till = await tills.charged();
  const { ended } = await startSale(till, 5_500);
  await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber, point });
  return { till, ended };
}

/** Writes of one purchase: as many as there are, found by tearing at the next one until nothing is torn. */
async function countWrites(): Promise<number> {
  for (let writeNumber = 1; ; writeNumber += 1) {
    const { till } = await tornSale(writeNumber, 'before');
    if (till.screen.screen === 'done') return writeNumber - 1;
  }
}

const writeCount = await countWrites();
const rows = Array.from({ length: writeCount }, (_, at) => at + 1).flatMap((writeNumber) =>
  tearPoints.map((point) => ({ writeNumber, point })),
);
const isWhole = (row: { writeNumber: number; point: TearPoint }) =>
  row.writeNumber === writeCount && row.point === 'after';

test('a purchase writes most pages of a slot', () => {
  expect(writeCount).toBeGreaterThan(8);
});

describe('torn off at every write', () => {
  test('Q51: shown again at once it is finished, and Committed', async () => {
    for (const row of rows) {
      const { till, ended } = await tornSale(row.writeNumber, row.point);
      expect(till.screen, JSON.stringify(row)).toMatchObject({ screen: 'again', uid: till.uid(0) });
      await till.hand({ kind: 'hold', tagId: till.tagId(0) });
      expect(await ended).toMatchObject({ value: { result: 'committed' } });
      expect(witnessed(till)).toMatchObject({ transactionNumber: 2, balanceMinor: 4_000 });
      expect(states(till)).toEqual(['Committed', 'Committed']);
    }
  });

  test('R30, R33: never shown again it is unknown; shown at the next sale it is resolved before that one is opened', async () => {
    for (const row of rows) {
      const { till, ended } = await tornSale(row.writeNumber, row.point);
      await till.pass(30_000);
      expect(await ended).toMatchObject({ value: { result: 'unknown', step: { error: { code: 'OUTCOME_UNKNOWN' } } } });
      expect(till.screen).toMatchObject({ screen: 'unknown', uid: till.uid(0), terminalTransactionNumber: 2 });
      expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
      expect(await sell(till, 1_000)).toMatchObject({ value: { result: 'committed' } });
      expect(states(till)).toEqual(['Committed', isWhole(row) ? 'Committed' : 'Aborted', 'Committed']);
      expect(witnessed(till)).toMatchObject(
        isWhole(row) ? { transactionNumber: 3, balanceMinor: 3_000 } : { transactionNumber: 2, balanceMinor: 8_500 },
      );
      expect(monitors(till)).toEqual([]);
    }
  });

  test('the same sale again at the window: what turns out to be paid already is not charged twice', async () => {
    for (const row of rows) {
      const { till, ended } = await tornSale(row.writeNumber, row.point);
      await till.pass(30_000);
      await ended;
      await till.till.operations.dismiss({});
      expect(till.view.cart.totalMinor).toBe(5_500);
      const again = till.till.operations.sell(patient);
      await till.hand({ kind: 'hold', tagId: till.tagId(0) });
      expect(await again).toMatchObject(
        isWhole(row)
          ? { value: { result: 'refused', step: { error: { code: 'EARLIER_COMMITTED' } } } }
          : { value: { result: 'committed' } },
      );
      expect(states(till)).toEqual(['Committed', ...(isWhole(row) ? ['Committed'] : ['Aborted', 'Committed'])]);
      expect(witnessed(till)).toMatchObject({ transactionNumber: 2, balanceMinor: 4_000 });
      expect(till.view.cart.totalMinor).toBe(0);
      // Asked for twice, it is charged twice.
      await till.hand({ kind: 'remove' });
      expect(await sell(till, 1_000)).toMatchObject({ value: { result: 'committed' } });
    }
  });

  test('R33: torn, then the till is killed; the next one finds out by the tag', async () => {
    for (const row of rows) {
      const { till: killed } = await tornSale(row.writeNumber, row.point);
      expect(states(killed)).toEqual(['Committed', 'TerminalConfirmStarted']);
      const till = tills.reopen(killed);
      expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
      const cleaned = till.till.operations.cleanup({ timeoutMs: 10_000 });
      await till.hand({ kind: 'hold', tagId: till.tagId(0) });
      const committed = isWhole(row) ? 1 : 0;
      expect(await cleaned).toEqual({ ok: true, value: { committed, aborted: 1 - committed, unknown: 0 } });
      expect(states(till)).toEqual(['Committed', isWhole(row) ? 'Committed' : 'Aborted']);
    }
  });
});

describe('taken away at every question to it, those that only read too', () => {
  /** A sale of 55.00 whose tag leaves instead of answering the n-th question; null where there is none so late. */
  async function goneAt(question: number) {
    const till = await tills.charged();
    const { ended } = await startSale(till, 5_500);
    let isGone = false;
    till.duringCommand(question, () => {
      isGone = true;
      void till.hand({ kind: 'remove' });
    });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    return isGone ? { till, ended } : null;
  }

  test('Q51: put back at once it is finished, and Committed', async () => {
    let question = 1;
    for (let row = await goneAt(question); row !== null; row = await goneAt(question)) {
      const { till, ended } = row;
      expect(till.screen.screen, `question ${question}`).toMatch(/^(tap|again)$/);
      await till.hand({ kind: 'hold', tagId: till.tagId(0) });
      expect(await ended).toMatchObject({ value: { result: 'committed' } });
      expect(witnessed(till)).toMatchObject({ transactionNumber: 2, balanceMinor: 4_000 });
      question += 1;
    }
    // A read of every page, as many writes as above, and a look at what was written.
    expect(question).toBeGreaterThan(writeCount + 10);
  });

  test('R30, R33: never put back it is unknown or untouched; shown later it ends as the tag says', async () => {
    const ends = new Set<string>();
    let question = 1;
    for (let row = await goneAt(question); row !== null; row = await goneAt(question)) {
      const { till, ended } = row;
      // First nobody shows a tag in time, or the same one again.
      await till.pass(60_000);
      const sold = await ended;
      const result = sold.ok ? sold.value.result : sold.fault.code;
      await till.till.operations.dismiss({});
      const shown = witnessed(till)?.balanceMinor;
      expect(await lookAtBalance(till)).toMatchObject({ ok: true });
      const [, end = 'none'] = states(till);
      expect({ question, end }).toEqual({
        question,
        end: shown === 4_000 ? 'Committed' : result === 'refused' ? 'none' : 'Aborted',
      });
      ends.add(`${result}, then ${end}`);
      question += 1;
    }
    expect([...ends].sort()).toEqual(['refused, then none', 'unknown, then Aborted', 'unknown, then Committed']);
  });
});

describe('while the same tag is waited for', () => {
  test('another tag does not end the wait', async () => {
    const { till, ended } = await tornSale(5, 'during');
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    expect(till.screen.screen).toBe('again');
    expect(till.steps.at(-1)).toMatchObject({ event: 'tagRefused', error: { code: 'TAG_OTHER' } });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till, 1)).toBeNull();
  });

  test('the cashier may give up: unknown, and the next customer is served', async () => {
    const { till, ended } = await tornSale(5, 'during');
    expect(await till.till.operations.dismiss({})).toEqual({ ok: true, value: {} });
    expect(await ended).toMatchObject({ value: { result: 'unknown' } });
    await issue(till, 1);
    expect(await topUp(till, 2_000, 1)).toMatchObject({ value: { result: 'committed' } });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown', 'Committed']);
    expect(till.view.attentionCount).toBe(1);
  });

  test('a tag that tears at every attempt is given up, with two looks, as not written', async () => {
    const { till, ended } = await tornSale(1, 'before');
    for (let attempt = 2; attempt <= 5; attempt += 1) {
      expect(till.screen.screen).toBe('again');
      await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 1, point: 'before' });
    }
    expect(till.screen.screen).toBe('again');
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'TAG_WRITE_FAILED' } } } });
    expect(witnessed(till)).toMatchObject({ transactionNumber: 1, balanceMinor: 9_500 });
    const attempts = till.eventsOf('writing').filter(({ transaction }) => transaction?.terminalTransactionNumber === 2);
    expect(attempts).toHaveLength(5);
  });

  test('a tag that shows another transaction under our number: Aborted, noted, and its snapshot is journalled', async () => {
    const till = await tills.charged();
    const other = otherTillOn(till);
    const { ended } = await startSale(till, 5_500);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 3, point: 'before' });
    expect(await sell(other, 700)).toMatchObject({ value: { result: 'committed' } });
    takeTagsOf(other, till);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'TAG_CHANGED' } } } });
    expect(monitors(till)).toEqual(['2 number-reused']);
    expect(journalKinds(till).slice(-2)).toEqual(['tagSnapshot', 'transaction']);
  });

  test('a tag that shows an older image: unknown, noted, and its snapshot is journalled', async () => {
    const till = await tills.charged();
    const older = memoryOf(till);
    await sell(till, 500);
    const { ended } = await startSale(till, 5_500);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 3, point: 'before' });
    putMemory(till, older);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'unknown' } });
    expect(monitors(till)).toEqual(['3 older-image']);
    expect(journalKinds(till).slice(-2)).toEqual(['tagSnapshot', 'transaction']);
  });
});

describe('what a tag shows later', () => {
  test('3.1: a tag rolled back behind an unresolved transaction is refused, noted and journalled; its money is not taken', async () => {
    const till = await tills.charged();
    const older = memoryOf(till);
    await sell(till, 500);
    const { ended } = await startSale(till, 5_500);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 3, point: 'before' });
    await till.till.operations.dismiss({});
    await ended;
    putMemory(till, older);
    for (const act of [() => sell(till, 100), () => topUp(till, 2_000), () => lookAtBalance(till)]) {
      expect(await act()).toMatchObject({ value: { result: 'refused', step: { error: { code: 'TAG_UNRESOLVED' } } } });
    }
    expect(states(till)).toEqual(['Committed', 'Committed', 'TerminalConfirmUnknown']);
    expect(monitors(till)).toEqual(['3 older-image']);
    expect(journalKinds(till).filter((kind) => kind === 'tagSnapshot')).toHaveLength(2);
  });

  test('Q9: two unresolved transactions of one tag are each decided by what the tag shows of them', async () => {
    const till = await tills.charged();
    const other = otherTillOn(till);
    const { ended } = await startSale(till, 1_000);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 9, point: 'after' });
    await till.pass(30_000);
    await ended;
    // Three sales elsewhere: the history no longer reaches number 2 when the tag comes back.
    takeTagsOf(till, other);
    for (const amountMinor of [10, 20, 30])
      expect(await sell(other, amountMinor)).toMatchObject({ value: { result: 'committed' } });
    expect(await sell(other, 40)).toMatchObject({ value: { result: 'committed' } });
    takeTagsOf(other, till);
    const second = await startSale(till, 2_000);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 4, point: 'during' });
    await till.pass(30_000);
    await second.ended;
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown', 'TerminalConfirmUnknown']);
    expect(await lookAtBalance(till)).toMatchObject({ value: { result: 'done' } });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown', 'Aborted']);
  });

  test('R22: corrupt is not a decision: unknown stays unknown, once noted, and the tag is refused', async () => {
    const { till, ended } = await tornSale(6, 'during');
    await till.pass(30_000);
    await ended;
    await till.hand({ kind: 'corrupt', tagId: till.tagId(0) });
    for (let times = 0; times < 2; times += 1)
      expect(await sell(till, 100)).toMatchObject({
        value: { result: 'refused', step: { error: { code: 'TAG_CORRUPT' } } },
      });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
    expect(monitors(till)).toEqual(['2 corrupt']);
  });
});

/** A second till of the same event with the same tags, under another assignment. */
function otherTillOn(till: InProcessTill): InProcessTill {
  const other = tills.open({ assignment: { ...assignment, assignmentId: 42 } });
  return takeTagsOf(till, other);
}

const drawerFile = (till: InProcessTill): string => path.join(till.folder, 'simulated-tags.json');

/** Carries the tags from one till to another. */
function takeTagsOf(from: InProcessTill, to: InProcessTill): InProcessTill {
  fs.copyFileSync(drawerFile(from), drawerFile(to));
  to.restartReaderHost();
  return to;
}

/** The drawer as it lies there now, to be put back later: a copy of the tags. */
function memoryOf(till: InProcessTill): string {
  return fs.readFileSync(drawerFile(till), 'utf8');
}

function putMemory(till: InProcessTill, drawer: string): void {
  fs.writeFileSync(drawerFile(till), drawer);
  till.restartReaderHost();
}
