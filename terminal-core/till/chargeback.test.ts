/**
 * Goal: goods come back onto the tag that paid for them, piece by piece, and never more than was sold (R5, Q15).
 * Method: a whole till in this process on emulated tags; what the tags hold is read by the witness, which shares no code
 * with the till.
 */
import { describe, expect, test } from 'vitest';
import { states, tillsOfTest, withTag, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { lastJournalled } from '../../testing/till/journalled.ts';

const tills = tillsOfTest();
const one = { firstTagOnly: true };

describe('chargeback', () => {
  async function soldBeers(quantity: number): Promise<InProcessTill> {
    const till = await tills.charged();
    await till.till.operations.addToCart({ productId: 'beer', quantity });
    await withTag(till, 0, till.till.operations.sell(one));
    return till;
  }
  const takeBack = (till: InProcessTill, lines: { line: number; quantity: number }[] | null, tag = 0) =>
    withTag(till, tag, till.till.operations.chargeback({ ...one, terminalTransactionNumber: null, lines }));

  test('R5, Q15: the whole of the last sale comes back: merchant pays, customer receives', async () => {
    const till = await soldBeers(3);
    expect(await takeBack(till, null)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 3 });
    expect(lastJournalled(till)).toMatchObject({
      type: 'Chargeback',
      amountMinor: 1_800,
      balanceDeltaMinor: 1_800,
      items: [
        {
          kind: 'chargeback',
          debit: 'customer',
          credit: 'merchant:bar',
          amountMinor: 1_800,
          quantity: 3,
          productId: 'beer',
        },
      ],
      reference: { assignmentId: 41, terminalTransactionNumber: 2 },
    });
  });

  test('R5: piece by piece, and never more than was sold', async () => {
    const till = await soldBeers(3);
    await takeBack(till, [{ line: 1, quantity: 2 }]);
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 600);
    const tooMany = await takeBack(till, [{ line: 1, quantity: 2 }]);
    expect(tooMany).toMatchObject({ value: { result: 'refused', step: { error: { code: 'ALREADY_RETURNED' } } } });
    await takeBack(till, null);
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
    expect(await takeBack(till, null)).toMatchObject({ value: { step: { error: { code: 'ALREADY_RETURNED' } } } });
    expect(states(till)).toEqual(['Committed', 'Committed', 'Committed', 'Committed']);
  });

  test('R5: a line that is named twice comes back only as often as it was sold', async () => {
    const till = await soldBeers(2);
    const twice = [
      { line: 1, quantity: 2 },
      { line: 1, quantity: 1 },
    ];
    expect(await takeBack(till, twice)).toMatchObject({ value: { step: { error: { code: 'ALREADY_RETURNED' } } } });
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 1_200);
  });

  test('R5: two free amounts of one price come back one by one, whichever is named, and no third time', async () => {
    const till = await tills.charged();
    await till.till.operations.addAmountToCart({ amountMinor: 600 });
    await till.till.operations.addAmountToCart({ amountMinor: 600 });
    await withTag(till, 0, till.till.operations.sell(one));
    const second = [{ line: 2, quantity: 1 }];
    expect(await takeBack(till, second)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 600);
    expect(await takeBack(till, null)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
    expect(await takeBack(till, second)).toMatchObject({ value: { step: { error: { code: 'ALREADY_RETURNED' } } } });
  });

  test('R5: two free amounts of one price come back together as well', async () => {
    const till = await tills.charged();
    await till.till.operations.addAmountToCart({ amountMinor: 600 });
    await till.till.operations.addAmountToCart({ amountMinor: 600 });
    await withTag(till, 0, till.till.operations.sell(one));
    expect(await takeBack(till, null)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
  });

  test('another tag brings nothing back of it, nor does a tag without a sale', async () => {
    const till = await soldBeers(1);
    await withTag(till, 1, till.till.operations.issue(one));
    const other = await withTag(
      till,
      1,
      till.till.operations.chargeback({ ...one, terminalTransactionNumber: 2, lines: null }),
    );
    expect(other).toMatchObject({ value: { result: 'refused', step: { error: { code: 'SALE_NOT_FOUND' } } } });
  });

  test('a deposit that was paid back is not goods: it does not come back with the rest', async () => {
    const till = await tills.charged();
    await till.till.operations.addToCart({ productId: 'beer', quantity: 2 });
    await till.till.operations.addToCart({ productId: 'cup-back', quantity: 1 });
    await withTag(till, 0, till.till.operations.sell(one));
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 1_000);
    await takeBack(till, null);
    expect(witnessed(till)?.balanceMinor).toBe(9_500 + 200);
  });
});
