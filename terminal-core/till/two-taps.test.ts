/**
 * Goal: with two taps the first opens a sale and the second agrees to it; until then it can be taken back (Q51).
 * Method: a whole till in this process on emulated tags; what the tags hold is read by the witness, which shares no code
 * with the till.
 */
import { describe, expect, test } from 'vitest';
import * as festival from '../../testing/till/festival.ts';
import { patient, sell, states, tillsOfTest, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { settled } from '../../testing/till/manual-time.ts';

const tills = tillsOfTest();

describe('two taps', () => {
  async function firstTap(till: InProcessTill) {
    await till.till.operations.addAmountToCart({ amountMinor: 5_500 });
    const ended = till.till.operations.sell({ ...patient, taps: 2 });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    return { ended };
  }

  test('Q51: opened at the first tap, checked out, written at the second: the tag held on does not count as one', async () => {
    const till = await tills.charged();
    const { ended } = await firstTap(till);
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmStarted']);
    expect(witnessed(till)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 1 });
    await till.hand({ kind: 'remove' });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 4_000, transactionNumber: 2 });
  });

  test('Q51: until the second tap it can be taken back, and a crash leaves nothing to find out', async () => {
    const till = await tills.charged();
    const { ended } = await firstTap(till);
    expect(await till.till.operations.cancel({})).toMatchObject({ ok: true });
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'CANCELLED' } } } });
    await firstTap(till);
    const next = tills.reopen(till);
    expect(states(next)).toEqual(['Committed', 'Aborted', 'Aborted']);
    expect(witnessed(next)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 1 });
  });

  test('another tag is not the second tap; a tag that another till wrote to in between is started again', async () => {
    const till = await tills.charged();
    const { ended } = await firstTap(till);
    await till.hand({ kind: 'remove' });
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    expect(till.screen).toMatchObject({ screen: 'tap', fault: { code: 'TAG_OTHER' } });
    await till.hand({ kind: 'remove' });
    const other = tills.open({ assignment: { ...festival.assignment, assignmentId: 42 } });
    till.copyTagsTo(other);
    await sell(other, 1_000);
    other.copyTagsTo(till);
    await settled();
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'TAG_CHANGED' } } } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 8_500, transactionNumber: 2 });
  });

  test('nobody comes back: aborted, nothing booked', async () => {
    const till = await tills.charged();
    const { ended } = await firstTap(till);
    await till.hand({ kind: 'remove' });
    await till.pass(60_000);
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'TAG_NOT_SHOWN' } } } });
  });
});
