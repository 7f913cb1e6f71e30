/**
 * Goal: an open loop purchase is exactly two transactions of one group, the purchase only after the top-up is Committed, and
 * the card pays neither more nor less than what is missing and its fee (R12, R13, Q16).
 * Method: a whole till in this process against a scripted provider; every end of each half, and the sums at the end of it.
 */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cardTillsOfTest, paymentRow, until, whilePausing } from '../../testing/till/card-flows.ts';
import { configuration } from '../../testing/till/festival.ts';
import { type Ended, issue, patient, sell, states, withTag, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { settled } from '../../testing/till/manual-time.ts';

const { charged } = cardTillsOfTest();

async function openLoop(
  till: InProcessTill,
  amountMinor: number,
  by: 'shortfall' | 'full-price' = 'shortfall',
  taps: 1 | 2 = 1,
): Promise<{ ended: Ended }> {
  await till.till.operations.clearCart({});
  await till.till.operations.addAmountToCart({ amountMinor });
  const ended = till.till.operations.sell({ ...patient, openLoop: by, taps });
  await settled();
  return { ended };
}

const rowsSchema = z.array(
  z.object({ type: z.string(), state: z.string(), amountMinor: z.int(), groupId: z.string().nullable() }),
);

function groups(till: InProcessTill) {
  return rowsSchema.parse(
    till.database
      .prepare(
        `SELECT type, state, amount_minor AS amountMinor, group_id AS groupId FROM txn
         WHERE terminal_transaction_number > 1 ORDER BY terminal_transaction_number`,
      )
      .all(),
  );
}

describe('the tag has too little', () => {
  test('Q16: the shortfall, grossed up for the fee: 150.00 with 95.00 on the tag takes 60.00 from the card', async () => {
    const { till, backend } = await charged();
    const { ended } = await openLoop(till, 15_000);
    expect(await withTag(till, 0, ended)).toMatchObject({ value: { result: 'committed' } });
    const [topUp, purchase] = groups(till);
    expect(topUp).toMatchObject({ type: 'TopUp', state: 'Committed', amountMinor: 6_000 });
    expect(purchase).toMatchObject({ type: 'Purchase', state: 'Committed', amountMinor: 15_000 });
    expect(topUp?.groupId).toMatch(/^[0-9a-f]{32}$/);
    expect(purchase?.groupId).toBe(topUp?.groupId);
    expect(witnessed(till)).toMatchObject({ balanceMinor: 0, transactionNumber: 3 });
    expect(backend.paidMinor).toBe(6_000);
    expect(till.view.cart.totalMinor).toBe(0);
  });

  test('Q16: the full price, where that is wanted: the balance stays as it was', async () => {
    const { till, backend } = await charged();
    const { ended } = await openLoop(till, 12_000, 'full-price');
    expect(await withTag(till, 0, ended)).toMatchObject({ value: { result: 'committed' } });
    expect(backend.paidMinor).toBe(12_500);
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
  });

  test('with a second tap the customer agrees to the purchase', async () => {
    const { till } = await charged();
    const { ended } = await openLoop(till, 15_000, 'shortfall', 2);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    await until(till, () => states(till).length === 3 && till.screen.screen === 'tap');
    await till.hand({ kind: 'remove' });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    expect(states(till)).toEqual(['Committed', 'Committed', 'Committed']);
  });

  test('R13: another tag pays for neither half', async () => {
    const { till } = await charged();
    await issue(till, 1);
    const { ended } = await openLoop(till, 15_000);
    till.onStep = ({ event, transaction }) => {
      if (event === 'transactionCommitted' && transaction?.type === 'TopUp')
        void till.hand({ kind: 'hold', tagId: till.tagId(1) });
    };
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    await until(till, () => till.screen.screen === 'tap' && till.screen.fault?.code === 'TAG_OTHER');
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till, 1)?.balanceMinor).toBe(0);
  });

  test('Q16: the maximum balance and the largest top-up are checked before the card is charged', async () => {
    const low = { ...configuration, limits: { ...configuration.limits, maximumBalanceMinor: 14_000 } };
    const { till, backend } = await charged(low);
    const { ended } = await openLoop(till, 15_000);
    expect(await withTag(till, 0, ended)).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'BALANCE_LIMIT' } } },
    });
    expect(backend.asked).toEqual([]);

    const small = { ...configuration, limits: { ...configuration.limits, maximumTopUpMinor: 10_000 } };
    const other = await charged(small);
    await sell(other.till, 9_500);
    const second = await openLoop(other.till, 12_000);
    await other.till.hand({ kind: 'hold', tagId: other.till.tagId(0) });
    expect(other.till.screen).toMatchObject({ screen: 'tap', fault: { code: 'AMOUNT_LIMIT' } });
    await other.till.till.operations.cancel({});
    expect(await second.ended).toMatchObject({ value: { result: 'refused' } });
    expect(other.backend.asked).toEqual([]);
  });

  test('R13: declined: no purchase is drawn, and the cart is still there', async () => {
    const { till, backend } = await charged();
    backend.script = ['declined'];
    const { ended } = await openLoop(till, 15_000);
    expect(await withTag(till, 0, ended)).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'PAYMENT_DECLINED' } } },
    });
    expect(states(till)).toEqual(['Committed', 'Aborted']);
    expect(till.view.cart.totalMinor).toBe(15_000);
  });

  test('the card is left open: the purchase is not drawn before it is finished; then the tag pays as usual', async () => {
    const { till, backend } = await charged();
    backend.script = ['pending'];
    const { ended } = await openLoop(till, 15_000);
    expect(await whilePausing(till, withTag(till, 0, ended))).toMatchObject({ value: { result: 'payment-open' } });
    expect(states(till)).toEqual(['Committed', 'Open']);
    backend.script = ['approved'];
    expect(await withTag(till, 0, till.till.operations.finishPayment(patient))).toMatchObject({
      value: { result: 'committed' },
    });
    const again = await openLoop(till, 15_000);
    expect(await withTag(till, 0, again.ended)).toMatchObject({ value: { result: 'committed' } });
    expect(groups(till).map(({ type, state }) => `${type} ${state}`)).toEqual([
      'TopUp Committed',
      'Purchase Committed',
    ]);
  });

  test.each(['TIMEOUT', 'CANCEL', 'INTERRUPT'] as const)(
    'Q16: the purchase comes to nothing (%s): the customer keeps the balance',
    async (how) => {
      const { till, backend } = await charged();
      const { ended } = await openLoop(till, 15_000);
      till.onStep = ({ event, transaction }) => {
        if (event === 'transactionCommitted' && transaction?.type === 'TopUp') void till.hand({ kind: 'remove' });
      };
      await till.hand({ kind: 'hold', tagId: till.tagId(0) });
      await until(till, () => paymentRow(till, 2).state === 'Committed' && till.screen.screen === 'tap');
      if (how === 'CANCEL') await till.till.operations.cancel({});
      else if (how === 'INTERRUPT') await till.till.stop();
      else await till.pass(60_000);
      expect(await ended).toMatchObject({ value: { result: 'refused' } });
      expect(groups(till).map(({ type, state }) => `${type} ${state}`)).toEqual(['TopUp Committed']);
      expect(witnessed(till)?.balanceMinor).toBe(15_000);
      expect(backend.paidMinor).toBe(6_000);
    },
  );
});

describe('nothing to pay by card', () => {
  test('R12: with enough on the tag it is a purchase like any other', async () => {
    const { till, backend } = await charged();
    const { ended } = await openLoop(till, 9_500);
    expect(await withTag(till, 0, ended)).toMatchObject({ value: { result: 'committed' } });
    expect(groups(till)).toEqual([{ type: 'Purchase', state: 'Committed', amountMinor: 9_500, groupId: null }]);
    expect(backend.asked).toEqual([]);
  });

  test('a cart that pays the customer asks no card either', async () => {
    const { till, backend } = await charged();
    await till.till.operations.addToCart({ productId: 'cup-back', quantity: 3 });
    const ended = till.till.operations.sell({ ...patient, openLoop: 'shortfall' });
    expect(await withTag(till, 0, ended)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(10_100);
    expect(backend.asked).toEqual([]);
  });

  test('taken back, or no tag: nothing is drawn', async () => {
    const { till } = await charged();
    const { ended } = await openLoop(till, 15_000);
    await till.till.operations.cancel({});
    expect(await ended).toMatchObject({ value: { result: 'refused', step: { error: { code: 'CANCELLED' } } } });
    const again = await openLoop(till, 15_000);
    await till.pass(60_000);
    expect(await again.ended).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'TAG_NOT_SHOWN' } } },
    });
    expect(states(till)).toEqual(['Committed']);
  });
});
