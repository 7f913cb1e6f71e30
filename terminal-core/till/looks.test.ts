/**
 * Goal: looking at a tag books nothing, resolves what can be resolved, and tells the backend only what is new (Q6, R33).
 * Method: balance and cleanup of a whole till in this process, with tags that carry unresolved transactions.
 */
import { describe, expect, test } from 'vitest';
import {
  issue,
  journalKinds,
  lookAtBalance,
  startSale,
  states,
  tillsOfTest,
  topUp,
  witnessed,
} from '../../testing/till/flows.ts';

const tills = tillsOfTest();

/** A till with a sale of 55.00 on tag 0 whose outcome is unknown; the write was whole where `isWritten`. */
async function unknownSale(isWritten: boolean) {
  const till = await tills.charged();
  const { ended } = await startSale(till, 5_500);
  await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: isWritten ? 9 : 2, point: 'after' });
  await till.till.operations.dismiss({});
  await ended;
  expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
  return till;
}

describe('balance', () => {
  test('Q6: shows what is on the tag, and journals it once', async () => {
    const till = await tills.charged();
    const before = journalKinds(till).length;
    for (let times = 0; times < 3; times += 1) {
      expect(await lookAtBalance(till)).toMatchObject({
        value: { result: 'done', step: { event: 'balance', tag: { balanceMinor: 9_500, transactionNumber: 1 } } },
      });
    }
    // What the till itself has written is no news.
    expect(journalKinds(till)).toHaveLength(before);
    expect(till.screen).toMatchObject({ screen: 'done', charge: { purpose: 'balance' }, tag: { balanceMinor: 9_500 } });
    expect(states(till)).toEqual(['Committed']);
  });

  test.each([true, false])(
    'R33: resolves an unknown sale of this tag by what the tag says (written: %s)',
    async (isWritten) => {
      const till = await unknownSale(isWritten);
      expect(await lookAtBalance(till)).toMatchObject({ value: { result: 'done' } });
      const isOnTag = witnessed(till)?.transactionNumber === 2;
      expect(states(till)).toEqual(['Committed', isOnTag ? 'Committed' : 'Aborted']);
      expect(till.view.attentionCount).toBe(0);
    },
  );

  test.each([
    ['blank', 1, 'TAG_UNKNOWN'],
    ['corrupt', 0, 'TAG_CORRUPT'],
  ] as const)('a %s tag is said to be one', async (kind, tag, code) => {
    const till = await tills.charged();
    if (kind === 'corrupt') await till.hand({ kind: 'corrupt', tagId: till.tagId(0) });
    expect(await lookAtBalance(till, tag)).toMatchObject({ value: { result: 'refused', step: { error: { code } } } });
  });

  test('may be cancelled', async () => {
    const till = await tills.charged();
    const ended = till.till.operations.balance({ firstTagOnly: false });
    await till.till.operations.cancel({});
    expect(await ended).toMatchObject({ value: { result: 'refused', step: { error: { code: 'CANCELLED' } } } });
    expect(till.screen.screen).toBe('sale');
  });
});

describe('cleanup on request', () => {
  test('without time for a tag it answers at once with what is left', async () => {
    const till = await unknownSale(false);
    expect(await till.till.operations.cleanup({ timeoutMs: 0 })).toEqual({
      ok: true,
      value: { committed: 0, aborted: 0, unknown: 1 },
    });
  });

  test('with nothing left it waits for no tag', async () => {
    const till = await tills.charged();
    expect(await till.till.operations.cleanup({ timeoutMs: 60_000 })).toEqual({
      ok: true,
      value: { committed: 0, aborted: 0, unknown: 0 },
    });
  });

  test('waits for the tags it needs, whatever else is shown, until none is left', async () => {
    const till = await unknownSale(false);
    await issue(till, 1);
    await topUp(till, 2_000, 1);
    const other = await startSale(till, 100);
    await till.hand({ kind: 'tear', tagId: till.tagId(1), writeNumber: 2, point: 'before' });
    await till.till.operations.dismiss({});
    await other.ended;
    const cleaned = till.till.operations.cleanup({ timeoutMs: 60_000 });
    for (const tag of [2, 0, 0]) await till.hand({ kind: 'hold', tagId: till.tagId(tag) });
    expect(till.store.counts().unknownCount).toBe(1);
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    expect(await cleaned).toMatchObject({ value: { unknown: 0 } });
    expect(states(till)).not.toContain('TerminalConfirmUnknown');
  });

  test('gives up at its time', async () => {
    const till = await unknownSale(false);
    const cleaned = till.till.operations.cleanup({ timeoutMs: 5_000 });
    await till.pass(5_000);
    expect(await cleaned).toEqual({ ok: true, value: { committed: 0, aborted: 0, unknown: 1 } });
  });

  test('never writes to a tag', async () => {
    const till = await unknownSale(false);
    const before = till.memoryOf(0);
    const cleaned = till.till.operations.cleanup({ timeoutMs: 60_000 });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    await cleaned;
    expect(till.memoryOf(0)).toBe(before);
  });
});
