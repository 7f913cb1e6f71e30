/**
 * Goal: what a festival's till books besides sales and top-ups does to tag and journal what requirements.md says: cash
 * refunds and their reversal, deposits paid out, blocks; and a tag left lying pays for nobody else.
 * Method: a whole till in this process on emulated tags; what the tags hold is read by the witness, which shares no code
 * with the till.
 */
import { describe, expect, test } from 'vitest';
import * as festival from '../../testing/till/festival.ts';
import { sell, startSale, states, tillsOfTest, topUp, withTag, witnessed } from '../../testing/till/flows.ts';
import { lastJournalled } from '../../testing/till/journalled.ts';
import { settled } from '../../testing/till/manual-time.ts';

const tills = tillsOfTest();
const one = { firstTagOnly: true };

describe('cash refund', () => {
  test('R6, Q15: everything that is left is paid out and off the tag', async () => {
    const till = await tills.charged();
    const outcome = await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: null }));
    expect(outcome).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 0, transactionNumber: 2 });
    expect(lastJournalled(till)).toMatchObject({
      type: 'Refund',
      paymentMethod: 'cash',
      amountMinor: 9_500,
      balanceDeltaMinor: -9_500,
      items: [{ kind: 'refund', debit: 'top-up:cash', credit: 'customer', amountMinor: 9_500 }],
    });
  });

  test('Q15: "refund all" pays the balance less the fee, whatever the fee; nothing is left behind', async () => {
    for (const [fixedMinor, rateBasisPoints] of [
      [200, 0],
      [0, 150],
      [75, 333],
    ] as const) {
      const fees = { ...festival.configuration.fees, refund: { fixedMinor, rateBasisPoints } };
      const till = await tills.charged({ configuration: { ...festival.configuration, fees } });
      await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: null }));
      const { amountMinor, balanceDeltaMinor, items } = lastJournalled(till);
      const feeMinor = items.find(({ kind }) => kind === 'refund-fee')?.amountMinor ?? 0;
      expect(feeMinor).toBe(fixedMinor + Math.floor((amountMinor * rateBasisPoints + 5_000) / 10_000));
      expect(-balanceDeltaMinor).toBe(amountMinor + feeMinor);
      // At most one minor unit stays, where the rounding of the fee leaves no other way.
      expect(witnessed(till)?.balanceMinor).toBeLessThanOrEqual(1);
    }
  });

  test('an amount beyond the balance is aborted with a number; an empty tag is refused without one', async () => {
    const till = await tills.charged();
    const tooMuch = await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: 9_501 }));
    expect(tooMuch).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'INSUFFICIENT_FUNDS' } } } });
    await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: null }));
    const empty = await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: null }));
    expect(empty).toMatchObject({ value: { result: 'refused', step: { error: { code: 'NOTHING_TO_REFUND' } } } });
    expect(states(till)).toEqual(['Committed', 'Aborted', 'Committed']);
  });

  test('money rule 4: cash that was not handed out goes back onto the tag, once, and names its refund', async () => {
    const till = await tills.charged();
    await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: 4_000 }));
    const reverse = () =>
      withTag(till, 0, till.till.operations.reverseRefund({ ...one, terminalTransactionNumber: 2 }));
    expect(await reverse()).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 3 });
    expect(lastJournalled(till)).toMatchObject({
      type: 'Refund',
      balanceDeltaMinor: 4_000,
      items: [{ kind: 'refund-reversal', debit: 'customer', credit: 'top-up:cash', amountMinor: 4_000 }],
      reference: { assignmentId: 41, terminalTransactionNumber: 2 },
    });
    expect(await reverse()).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'ALREADY_RETURNED' } } },
    });
    const ofATopUp = await withTag(
      till,
      0,
      till.till.operations.reverseRefund({ ...one, terminalTransactionNumber: 1 }),
    );
    expect(ofATopUp).toMatchObject({ value: { step: { error: { code: 'SALE_NOT_FOUND' } } } });
  });
});

describe('deposits', () => {
  test('protocol.md, "purchase-return": a cart that comes to less than nothing pays the customer', async () => {
    const till = await tills.charged();
    await till.till.operations.addToCart({ productId: 'cup-back', quantity: 2 });
    expect(await withTag(till, 0, till.till.operations.sell(one))).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(9_900);
    expect(lastJournalled(till)).toMatchObject({ type: 'Purchase', amountMinor: 400, balanceDeltaMinor: 400 });
  });
});

test('a tag left lying after its sale does not pay for the next customer; lifted and shown again it does', async () => {
  const till = await tills.charged();
  const { ended } = await startSale(till, 1_000);
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  await ended;
  const { ended: next } = await startSale(till, 2_000);
  expect(till.screen).toMatchObject({ screen: 'tap', fault: { code: 'TAG_SERVED' } });
  expect(witnessed(till)?.balanceMinor).toBe(8_500);
  await till.hand({ kind: 'remove' });
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  expect(await next).toMatchObject({ value: { result: 'committed' } });
  expect(witnessed(till)?.balanceMinor).toBe(6_500);
});

test('a tag that lies there before anything is rung up pays, held on', async () => {
  const till = await tills.charged();
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  const { ended } = await startSale(till, 1_000);
  await settled();
  expect(await ended).toMatchObject({ value: { result: 'committed' } });
});

describe('block', () => {
  test('tag.md, "Writing" 4: an adjustment of 0 sets the flag; a blocked tag buys nothing until it is lifted', async () => {
    const till = await tills.charged();
    const block = (blocked: boolean) => withTag(till, 0, till.till.operations.block({ ...one, blocked }));
    expect(await block(true)).toMatchObject({ value: { result: 'committed' } });
    expect(lastJournalled(till)).toMatchObject({
      type: 'TagAdjustment',
      amountMinor: 0,
      balanceDeltaMinor: 0,
      items: [],
      adjustmentNumber: null,
      setBlocked: true,
    });
    expect(await sell(till, 100)).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'TAG_BLOCKED' } } },
    });
    expect(await topUp(till, 2_000)).toMatchObject({ value: { step: { error: { code: 'TAG_BLOCKED' } } } });
    expect(await block(false)).toMatchObject({ value: { result: 'committed' } });
    expect(await block(false)).toMatchObject({ value: { step: { error: { code: 'TAG_NOT_BLOCKED' } } } });
    expect(await sell(till, 100)).toMatchObject({ value: { result: 'committed' } });
  });
});
