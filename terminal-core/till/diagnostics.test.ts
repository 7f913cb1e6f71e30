/**
 * Goal: whoever looks for a fault sees reader and tag as they are, and the till does not notice: no sale waits, nothing is
 * journalled, nothing is shown.
 * Method: a whole till in this process with emulated tags of every kind on the reader.
 */
import { describe, expect, test } from 'vitest';
import { diagnosticsSchema } from '../../contract/ipc/diagnostics.ts';
import { tillsOfTest, withTag } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { settled } from '../../testing/till/manual-time.ts';

const tills = tillsOfTest();

async function look(till: InProcessTill) {
  const answer = await till.till.operations.diagnostics({});
  if (!answer.ok) throw new Error(answer.fault.code);
  return diagnosticsSchema.parse(answer.value);
}

describe('screens.md, Diagnostics: the tag on the reader', () => {
  test('one of ours: what it is, not whose', async () => {
    const till = await tills.charged();
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    const before = { journal: till.store.counts().journalSeq, screens: till.screens.length };
    const { tag, reader } = await look(till);
    expect(reader).toMatchObject({ kind: 'simulated', state: 'ready' });
    expect(tag).toMatchObject({
      ...{ technology: 'type2', finding: 'current', uidLength: 7, detail: null },
      atr: expect.stringMatching(/^3B8F/),
      image: { generation: 1, transactionNumber: 1, historyCount: 1, blocked: false, otherSlotValid: true },
    });
    expect(JSON.stringify(tag)).not.toContain(till.uid(0));
    expect(tag?.shortUid).toBe(`${till.uid(0).slice(0, 2)}…${till.uid(0).slice(-6)}`);
    expect({ journal: till.store.counts().journalSeq, screens: till.screens.length }).toEqual(before);
  });

  test('a damaged one, a blank one, and one that went away', async () => {
    const till = await tills.charged();
    await till.hand({ kind: 'corrupt', tagId: till.tagId(0) });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect((await look(till)).tag).toMatchObject({ finding: 'corrupt', image: null, detail: null });
    await till.hand({ kind: 'remove' });
    expect((await look(till)).tag).toBeNull();
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    expect((await look(till)).tag).toMatchObject({ finding: 'not-ours' });
  });

  test('while a sale waits for its tag the reader is left alone, and the sale goes through', async () => {
    const till = await tills.charged();
    await till.till.operations.addToCart({ productId: 'beer', quantity: 1 });
    const selling = till.till.operations.sell({ firstTagOnly: true });
    await settled();
    expect((await look(till)).tag).toBeNull();
    const outcome = withTag(till, 0, selling);
    const during = await look(till);
    if (during.tag !== null) expect(during.tag).toMatchObject({ finding: 'unread', shortUid: null });
    expect(await outcome).toMatchObject({ value: { result: 'committed' } });
  });

  test('two looks at the same time do not disturb each other', async () => {
    const till = await tills.charged();
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    const [first, second] = await Promise.all([look(till), look(till)]);
    expect([first.tag?.finding, second.tag?.finding].sort()).toEqual(['current', 'unread']);
  });
});

test('a till that is not enrolled can be looked at too', async () => {
  const till = tills.open({ assignment: null });
  expect(await look(till)).toMatchObject({ tag: null, clock: null, replication: { lastAcknowledgedAt: null } });
});
