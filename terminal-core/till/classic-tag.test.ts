/**
 * Goal: what a till promises about a sale holds on a MIFARE Classic as on a Type 2 tag, whose units are four times as large
 * and lie behind keys (R30, R33, Q51).
 * Method: the card is torn off before, during and after every block of a purchase, and the till is cut off at every question
 * to the reader; the same card is shown again. The witness says what it holds.
 */
import { describe, expect, test } from 'vitest';
import { tearPoints } from '../../contract/ipc/simulator.ts';
import { bookedRows } from '../../testing/till/books.ts';
import { issue, sell, startSale, states, tillsOfTest, topUp, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';

const tills = tillsOfTest();
/** Three wristbands lie in the drawer already. */
const card = 3;

async function chargedCard(uidLength: 4 | 7 | 10 = 4): Promise<InProcessTill> {
  const till = tills.open();
  await till.hand({ kind: 'create', label: 'Card', technology: 'classic1k', uidLength });
  await issue(till, card);
  expect(await topUp(till, 10_000, card)).toMatchObject({ value: { result: 'committed' } });
  return till;
}

test.each([4, 7, 10] as const)('R20: issued, topped up and sold to, with a UID of %i bytes', async (uidLength) => {
  const till = await chargedCard(uidLength);
  expect(await sell(till, 5_500, card)).toMatchObject({ value: { result: 'committed' } });
  expect(till.uid(card)).toHaveLength(2 * uidLength);
  expect(witnessed(till, card)).toMatchObject({ transactionNumber: 2, balanceMinor: 4_000 });
});

test('R30, R33: torn off at every block, and shown again at once or at the next sale, it ends as the card says', async () => {
  const blocksTorn = new Set<number>();
  for (const isShownAtOnce of [true, false]) {
    for (const point of tearPoints) {
      for (let writeNumber = 1; ; writeNumber += 1) {
        const till = await chargedCard();
        const { ended } = await startSale(till, 5_500);
        await till.hand({ kind: 'tear', tagId: till.tagId(card), writeNumber, point });
        if (till.screen.screen === 'done') {
          break;
        }
        blocksTorn.add(writeNumber);
        const isWritten = witnessed(till, card)?.transactionNumber === 2;
        if (isShownAtOnce) {
          await till.hand({ kind: 'hold', tagId: till.tagId(card) });
          expect(await ended).toMatchObject({ value: { result: 'committed' } });
          expect(witnessed(till, card)).toMatchObject({ transactionNumber: 2, balanceMinor: 4_000 });
        } else {
          await till.pass(30_000);
          expect(await ended).toMatchObject({ value: { result: 'unknown' } });
          expect(await sell(till, 1_000, card)).toMatchObject({ value: { result: 'committed' } });
          expect(states(till)).toEqual(['Committed', isWritten ? 'Committed' : 'Aborted', 'Committed']);
          expect(witnessed(till, card)?.balanceMinor).toBe(9_500 - 1_000 - (isWritten ? 5_500 : 0));
        }
      }
    }
  }
  expect([...blocksTorn]).toEqual([1, 2, 3, 4]);
});

describe.each(['before', 'after'] as const)('killed %s a question to the reader', (point) => {
  test('R33: at every one of them the next till ends the row as the card says', async () => {
    const ends = new Set<string>();
    for (let atCommand = 1; ; atCommand += 1) {
      const killed = await chargedCard();
      await startSale(killed, 5_500);
      killed.killAt({ atCommand, point });
      await killed.hand({ kind: 'hold', tagId: killed.tagId(card) });
      if (killed.screen.screen === 'done') {
        break;
      }
      const till = tills.reopen(killed);
      const isWritten = witnessed(till, card)?.transactionNumber === 2;
      const found = bookedRows(till.database)[1]?.state ?? 'none';
      expect(await sell(till, 1_000, card)).toMatchObject({ value: { result: 'committed' } });
      const end = found === 'none' ? 'none' : (states(till)[1] ?? 'none');
      const expected = isWritten ? 'Committed' : 'Aborted';
      expect({ atCommand, end }).toEqual({ atCommand, end: found === 'none' ? 'none' : expected });
      expect(witnessed(till, card)?.balanceMinor).toBe(9_500 - 1_000 - (isWritten ? 5_500 : 0));
      ends.add(`${found} → ${end}`);
    }
    expect([...ends].sort()).toEqual([
      'TerminalConfirmUnknown → Aborted',
      'TerminalConfirmUnknown → Committed',
      'none → none',
    ]);
  });
});

test('the drawer puts a card back to what it held before its last stay, and makes it corrupt', async () => {
  const till = await chargedCard();
  await till.hand({ kind: 'rollback', tagId: till.tagId(card) });
  expect(witnessed(till, card)).toMatchObject({ transactionNumber: 0, balanceMinor: 0 });
  expect(await sell(till, 1_000, card)).toMatchObject({
    value: { result: 'aborted', step: { error: { code: 'INSUFFICIENT_FUNDS' } } },
  });
  await till.hand({ kind: 'corrupt', tagId: till.tagId(card) });
  expect(witnessed(till, card)).toBeNull();
  expect(await sell(till, 1_000, card)).toMatchObject({ value: { step: { error: { code: 'TAG_CORRUPT' } } } });
});
