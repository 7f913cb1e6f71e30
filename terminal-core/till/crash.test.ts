/**
 * Goal: a till that is killed, loses its reader or its disk at any point of a sale leaves books from which the next one
 * goes on: no number twice, no state guessed, nothing lost that was confirmed (R33–R36, Q51).
 * Method: the till is cut off at every question to the reader, before it leaves and after the tag has done it; another one
 * opens a copy of the folder. The disk is made full at every size from here on. The witness says what the tag holds.
 */
import { describe, expect, test } from 'vitest';
import { bookedRows, faultsOfBooks } from '../../testing/till/books.ts';
import { patient, sell, startSale, states, tillsOfTest, witnessed } from '../../testing/till/flows.ts';
import type { Kill } from '../../testing/till/in-process-till.ts';
import { settled } from '../../testing/till/manual-time.ts';

const tills = tillsOfTest();

/** A till killed in a sale of 55.00, reopened; null when the sale had fewer questions than that. */
async function killedAt(kill: Kill) {
  const killed = await tills.charged();
  await startSale(killed, 5_500);
  killed.killAt(kill);
  await killed.hand({ kind: 'hold', tagId: killed.tagId(0) });
  return killed.screen.screen === 'done' ? null : tills.reopen(killed);
}

describe.each(['before', 'after'] as const)('killed %s a question to the reader', (point) => {
  test('R33: at every one of them the next till ends the row as the tag says, and draws the next number', async () => {
    const ends = new Set<string>();
    for (let atCommand = 1; ; atCommand += 1) {
      const till = await killedAt({ atCommand, point });
      if (!till) break;
      const isWritten = witnessed(till)?.transactionNumber === 2;
      const found = bookedRows(till.database)[1]?.state ?? 'none';
      expect(till.store.counts()).toMatchObject({ unfinishedCount: 0 });
      expect(await sell(till, 1_000)).toMatchObject({ value: { result: 'committed' } });
      const [, second, third] = states(till);
      const end = found === 'none' ? 'none' : second;
      expect({ atCommand, end }).toEqual({
        atCommand,
        end: found === 'none' ? 'none' : isWritten ? 'Committed' : 'Aborted',
      });
      expect(third).toBe(found === 'none' ? undefined : 'Committed');
      expect(witnessed(till)?.balanceMinor).toBe(9_500 - 1_000 - (isWritten ? 5_500 : 0));
      ends.add(`${found} → ${end}`);
    }
    expect([...ends].sort()).toEqual([
      'TerminalConfirmUnknown → Aborted',
      'TerminalConfirmUnknown → Committed',
      'none → none',
    ]);
  });
});

describe('the reader host dies', () => {
  test('at every question of a sale: the same tag on a new host finishes it', async () => {
    for (let atCommand = 1; ; atCommand += 1) {
      const till = await tills.charged();
      const { ended } = await startSale(till, 5_500);
      let hasDied = false;
      till.duringCommand(atCommand, () => {
        hasDied = true;
        till.restartReaderHost();
      });
      await till.hand({ kind: 'hold', tagId: till.tagId(0) });
      if (!hasDied) break;
      await till.hand({ kind: 'hold', tagId: till.tagId(0) });
      expect({ atCommand, outcome: await ended }).toMatchObject({ outcome: { value: { result: 'committed' } } });
      expect(witnessed(till)).toMatchObject({ transactionNumber: 2, balanceMinor: 4_000 });
    }
  });

  test('a card of the new host is never taken for one of the old, though both count from 1', async () => {
    const till = await tills.charged();
    const refused: unknown[] = [];
    till.restartReaderHost();
    const { ended } = await startSale(till, 500);
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    refused.push(till.steps.at(-1)?.error?.code);
    till.restartReaderHost();
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    expect(refused).toEqual(['TAG_UNKNOWN']);
  });

  test('without a reader the command line is told so; a window goes on waiting', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    till.link.handle({ kind: 'state', readerKind: 'simulated', state: 'missing', readerName: null, detail: null });
    await settled();
    expect(till.screen.screen).toBe('tap');
    await till.till.operations.cancel({});
    await ended;
    expect(await till.till.operations.balance({ firstTagOnly: true })).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'READER_MISSING' } } },
    });
  });

  test('a tag that always answers wrongly is asked for again, not asked for ever', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    till.answerWrongly(true);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(till.eventsOf('tagGone')).toHaveLength(1);
    till.answerWrongly(false);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
  });
});

describe('cleanup', () => {
  test('R36: at the start it also runs on a till that may not sell, so that the export tells of it', async () => {
    const killed = await tills.charged();
    await startSale(killed, 5_500);
    await killed.hand({ kind: 'tear', tagId: killed.tagId(0), writeNumber: 3, point: 'during' });
    killed.assignments.halt('JOURNAL_FORKED');
    const till = tills.reopen(killed);
    expect(till.screen).toMatchObject({ screen: 'halted', fault: { code: 'JOURNAL_FORKED' } });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
    expect(await till.till.operations.sell(patient)).toMatchObject({ fault: { code: 'JOURNAL_FORKED' } });
    expect(await till.till.operations.topUp({ ...patient, amountMinor: 2_000, method: 'cash' })).toMatchObject({
      fault: { code: 'JOURNAL_FORKED' },
    });
    expect(till.store.counts().lastTerminalTransactionNumber).toBe(2);
  });

  test('R36: before a purchase, and before its number is drawn', async () => {
    const till = await tills.charged();
    const row = till.store.open(draftOf(till), snapshotOf(till));
    expect(row.state).toBe('Open');
    await sell(till, 100);
    expect(states(till)).toEqual(['Committed', 'Aborted', 'Committed']);
    expect(
      till.database.prepare('SELECT cause, to_state FROM txn_state_log WHERE terminal_transaction_number = 2').all(),
    ).toMatchObject([{ to_state: 'Open' }, { cause: 'cleanup', to_state: 'Aborted' }]);
  });

  test('R36: at the stop while a tag is waited for: nothing is booked, and the end is within its time', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    await till.till.stop();
    expect(await ended).toMatchObject({ value: { result: 'refused' } });
    expect(states(till)).toEqual(['Committed']);
  });

  test('R36: at the stop while the same tag is waited for: unknown, not guessed', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 3, point: 'during' });
    await till.till.stop();
    expect(await ended).toMatchObject({ value: { result: 'unknown' } });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
  });

  test('Q51: a stop while the tag is written lets the write end; torn then, it does not wait for the tag', async () => {
    const written = await tills.charged();
    const whole = await startSale(written, 500);
    let stopping = Promise.resolve();
    written.onStep = ({ event }) => {
      if (event === 'writing') stopping = written.till.stop();
    };
    await written.hand({ kind: 'hold', tagId: written.tagId(0) });
    expect(await whole.ended).toMatchObject({ value: { result: 'committed' } });
    await stopping;

    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    till.onStep = ({ event }) => {
      if (event === 'writing') stopping = till.till.stop();
    };
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 3, point: 'during' });
    await stopping;
    expect(await ended).toMatchObject({ value: { result: 'unknown' } });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
  });

  test('is idempotent: a second run changes nothing', async () => {
    const killed = await tills.charged();
    await startSale(killed, 5_500);
    await killed.hand({ kind: 'tear', tagId: killed.tagId(0), writeNumber: 3, point: 'during' });
    const till = tills.reopen(killed);
    const before = till.journal.ownSeal();
    expect(till.till.start()).toEqual({ committed: 0, aborted: 0, unknown: 1 });
    expect(await till.till.operations.cleanup({ timeoutMs: 0 })).toMatchObject({ value: { unknown: 1 } });
    expect(till.journal.ownSeal()).toEqual(before);
  });
});

test('DISK_FULL: wherever the disk is full, the sale ends with an error of the disk and the row is one the cleanup knows', async () => {
  const reached = new Set<string>();
  for (let room = 0; room < 8; room += 1) {
    const till = await tills.charged();
    const pages = till.database.pragma('page_count', { simple: true });
    till.database.pragma(`max_page_count = ${Number(pages) + room}`);
    let error: unknown;
    for (let sale = 0; !error && sale < 30; sale += 1) {
      await sell(till, 100).catch((reason: unknown) => {
        error = reason;
      });
      await till.till.operations.cancel({});
    }
    expect(error).toMatchObject({ code: 'SQLITE_FULL' });
    const last = bookedRows(till.database).at(-1);
    reached.add(last?.state ?? 'none');
    expect(faultsOfBooks(till.database)).toEqual([]);
    // Room was made and the till started again.
    const next = tills.reopen(till);
    expect(await sell(next, 100)).toMatchObject({ value: { result: 'committed' } });
    expect(new Set(states(next))).toEqual(
      new Set(['Committed', ...(states(next).includes('Aborted') ? ['Aborted'] : [])]),
    );
    const committed = bookedRows(next.database).filter(({ state }) => state === 'Committed');
    const expected = committed.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0);
    expect(witnessed(next)).toMatchObject({ balanceMinor: expected, transactionNumber: committed.length });
  }
  expect([...reached].sort()).toContain('TerminalConfirmStarted');
});

function draftOf(till: ReturnType<typeof tills.open>) {
  return {
    type: 'Purchase',
    paymentMethod: 'tag',
    currency: 'CHF',
    amountMinor: 100,
    balanceDeltaMinor: -100,
    items: [{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor: 100 }],
    adjustmentNumber: null,
    setBlocked: null,
    reference: null,
    groupId: null,
    cashierId: null,
    approvedBy: null,
    tag: { uid: till.uid(1), generation: 1, transactionNumber: 5, balanceBeforeMinor: 900, balanceAfterMinor: 800 },
    merchantId: 'bar',
  } as const;
}

function snapshotOf(till: ReturnType<typeof tills.open>) {
  return {
    uid: till.uid(1),
    generation: 1,
    transactionNumber: 4,
    balanceMinor: 900,
    adjustmentNumber: 0,
    history: [null, null, null],
    readAt: '2026-07-04T20:15:00.000Z',
  };
}
