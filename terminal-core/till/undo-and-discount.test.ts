/**
 * Goal: the last sale is taken back whole, as if it had not been, by its own tag, once; and a discount lowers a price by what
 * it says, never below nothing, with a supervisor's word, and goes with the goods when they come back (R5, protocol.md
 * "purchase-return").
 * Method: a whole till in this process; the tag is read by an independent witness, and the books are held against it.
 */
import { describe, expect, test } from 'vitest';
import { issue, patient, sell, startSale, tillsOfTest, topUp, withTag, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { settled } from '../../testing/till/manual-time.ts';
import { pins, staffed } from '../../testing/till/staff.ts';

const tills = tillsOfTest();
const one = { firstTagOnly: true } as const;
const refusedAs = (code: string) => ({ ok: true, value: { step: { error: { code } } } });
const committed = { ok: true, value: { result: 'committed' } };

const pay = (till: InProcessTill, tag = 0) => withTag(till, tag, till.till.operations.sell(one));

const undo = (till: InProcessTill, terminalTransactionNumber: number, tag = 0) =>
  withTag(till, tag, till.till.operations.undoSale({ ...one, terminalTransactionNumber }));

const takeBack = (till: InProcessTill, lines: { line: number; quantity: number }[] | null) =>
  withTag(till, 0, till.till.operations.chargeback({ ...one, terminalTransactionNumber: null, lines }));

async function lastSale(till: InProcessTill) {
  const answer = await till.till.operations.lastSale({});
  if (!answer.ok) throw new Error(answer.fault.code);
  return answer.value.parts;
}

/** Beers at 6.00 and cups back at 2.00 each; the tag has 95.00. */
async function drinks(beers: number, cups = 0): Promise<InProcessTill> {
  const till = await tills.charged();
  await till.till.operations.addToCart({ productId: 'beer', quantity: beers });
  if (cups > 0) await till.till.operations.addToCart({ productId: 'cup-back', quantity: cups });
  return till;
}

describe('undo of the last sale', () => {
  test('R5: what it was, when and on which tag; then all of it goes back, deposits too', async () => {
    const till = await drinks(2, 1);
    await pay(till);
    expect(witnessed(till)?.balanceMinor).toBe(8_500);
    expect(await lastSale(till)).toMatchObject([
      {
        ...{ terminalTransactionNumber: 2, uid: till.uid(0), amountMinor: 1_000, undo: 'possible' },
        ...{ balanceBeforeMinor: 9_500, balanceAfterMinor: 8_500 },
        lines: [
          { productId: 'beer', quantity: 2 },
          { productId: 'cup-back', quantity: 1 },
        ],
      },
    ]);
    expect(await undo(till, 2)).toMatchObject(committed);
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
    expect(till.store.committed(3)).toMatchObject({
      type: 'Chargeback',
      balanceDeltaMinor: 1_000,
      reference: { terminalTransactionNumber: 2 },
      items: [
        { kind: 'chargeback', debit: 'customer', credit: 'merchant:bar', amountMinor: 1_200 },
        { kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor: 200 },
      ],
    });
  });

  test('R5: not twice, and nothing of it comes back by pieces afterwards', async () => {
    const till = await drinks(1);
    await pay(till);
    await undo(till, 2);
    expect(await lastSale(till)).toMatchObject([{ undo: 'returned' }]);
    expect(await undo(till, 2)).toMatchObject(refusedAs('ALREADY_RETURNED'));
    expect(await takeBack(till, null)).toMatchObject(refusedAs('ALREADY_RETURNED'));
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
  });

  test('R5: nor where a piece of it has come back already', async () => {
    const till = await drinks(2);
    await pay(till);
    await takeBack(till, [{ line: 1, quantity: 1 }]);
    expect(await undo(till, 2)).toMatchObject(refusedAs('ALREADY_RETURNED'));
    expect(witnessed(till)?.balanceMinor).toBe(8_900);
  });

  test('another tag gets nothing of it; while another one is shown the right one is still waited for', async () => {
    const till = await drinks(1);
    await pay(till);
    await issue(till, 1);
    expect(await undo(till, 2, 1)).toMatchObject(refusedAs('TAG_OTHER'));
    const ended = till.till.operations.undoSale({ ...patient, terminalTransactionNumber: 2 });
    await till.hand({ kind: 'tap', tagId: till.tagId(1) });
    expect(till.screen).toMatchObject({ screen: 'tap', charge: { purpose: 'undo' }, fault: { code: 'TAG_OTHER' } });
    await till.hand({ kind: 'remove' });
    expect(await withTag(till, 0, ended)).toMatchObject(committed);
  });

  test('a sale that paid the customer is paid again, where the tag has as much', async () => {
    const till = await drinks(1, 4);
    await pay(till);
    expect(witnessed(till)?.balanceMinor).toBe(9_700);
    expect(await undo(till, 2)).toMatchObject(committed);
    expect(witnessed(till)?.balanceMinor).toBe(9_500);

    await till.till.operations.addToCart({ productId: 'cup-back', quantity: 2 });
    await pay(till);
    await sell(till, 9_900);
    expect(await undo(till, 4)).toMatchObject(refusedAs('INSUFFICIENT_FUNDS'));
    expect(witnessed(till)?.balanceMinor).toBe(0);
  });

  test('what is no sale, and what was aborted, cannot be taken back; there is no last sale before the first', async () => {
    const till = await tills.charged();
    expect(await lastSale(till)).toEqual([]);
    expect(await undo(till, 1)).toMatchObject(refusedAs('SALE_NOT_FOUND'));
    await sell(till, 9_501);
    expect(await lastSale(till)).toEqual([]);
    expect(await undo(till, 2)).toMatchObject(refusedAs('SALE_NOT_FOUND'));
  });

  test('while nobody knows whether it was paid there is nothing to take back; after that there is', async () => {
    const till = await drinks(1);
    const ended = till.till.operations.sell(patient);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 1, point: 'before' });
    await till.pass(30_000);
    expect(await ended).toMatchObject({ value: { result: 'unknown' } });
    expect(await lastSale(till)).toMatchObject([{ undo: 'unknown' }]);
    await till.till.operations.dismiss({});
    // The tag tells first that it was not; then there is nothing.
    expect(await undo(till, 2)).toMatchObject(refusedAs('SALE_NOT_FOUND'));
    expect(await lastSale(till)).toEqual([]);
  });

  test('a supervisor takes sales back, and whoever has one at hand', async () => {
    const till = tills.open({ configuration: staffed });
    const { operations } = till.till;
    await operations.login({ pin: pins.anna });
    await operations.openShift({ floatMinor: 0 });
    await issue(till);
    await topUp(till, 10_000);
    await sell(till, 600);
    const request = { ...one, terminalTransactionNumber: 2 };
    expect(await operations.undoSale(request)).toMatchObject({ fault: { code: 'SUPERVISOR_NEEDED' } });
    await operations.approve({ pin: pins.sue });
    expect(await undo(till, 2)).toMatchObject(committed);
    expect(till.store.committed(3)).toMatchObject({ cashierId: 'anna', approvedBy: 'sue' });
  });
});

describe('discount', () => {
  test('protocol.md, "purchase-return": a tenth off, with its name, rate of tax and merchant', async () => {
    const till = await drinks(2);
    const { operations } = till.till;
    expect(await operations.setDiscount({ rateBasisPoints: 1_000 })).toMatchObject({ ok: true });
    expect(till.view.cart).toMatchObject({
      ...{ totalMinor: 1_080, toPayMinor: 1_080 },
      discount: { rateBasisPoints: 1_000, amountMinor: 120 },
    });
    expect(await pay(till)).toMatchObject(committed);
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 1_080);
    expect(till.store.committed(2)?.items).toMatchObject([
      { kind: 'purchase', amountMinor: 1_200 },
      {
        ...{ kind: 'purchase-return', debit: 'customer', credit: 'merchant:bar', amountMinor: 120 },
        ...{ productId: 'klink:discount:1000', name: 'Discount 10 %', taxRate: '8.1' },
      },
    ]);
    expect(till.view.cart.discount).toBeNull();
  });

  test('follows the cart: a rate stays one, an amount never takes more than the goods cost', async () => {
    const till = await drinks(2, 1);
    const { operations } = till.till;
    await operations.setDiscount({ amountMinor: 1_100 });
    expect(till.view.cart).toMatchObject({ discount: { amountMinor: 1_100 }, totalMinor: -100 });
    await operations.addToCart({ productId: 'beer', quantity: -1 });
    expect(till.view.cart).toMatchObject({ discount: { amountMinor: 600 }, totalMinor: -200 });
    await operations.setDiscount({ rateBasisPoints: 5_000 });
    expect(till.view.cart).toMatchObject({ discount: { amountMinor: 300 }, totalMinor: 100 });
    await operations.addToCart({ productId: 'beer', quantity: 1 });
    expect(till.view.cart).toMatchObject({ discount: { amountMinor: 600 }, totalMinor: 400 });
    await operations.clearDiscount({});
    expect(till.view.cart).toMatchObject({ discount: null, totalMinor: 1_000 });
  });

  test('not on an empty cart, not on deposits, and not more than the goods cost; what comes to nothing is not sold', async () => {
    const till = await tills.charged();
    const { operations } = till.till;
    expect(await operations.setDiscount({ rateBasisPoints: 1_000 })).toMatchObject({ fault: { code: 'CART_EMPTY' } });
    await operations.addToCart({ productId: 'cup-back', quantity: 1 });
    expect(await operations.setDiscount({ amountMinor: 1 })).toMatchObject({ fault: { code: 'CART_EMPTY' } });
    await operations.addToCart({ productId: 'beer', quantity: 1 });
    expect(await operations.setDiscount({ amountMinor: 601 })).toMatchObject({
      fault: { code: 'AMOUNT_LIMIT', details: { maximumMinor: 600 } },
    });
    await operations.addToCart({ productId: 'cup-back', quantity: -1 });
    await operations.setDiscount({ rateBasisPoints: 10_000 });
    expect(await operations.sell(one)).toMatchObject({ fault: { code: 'AMOUNT_INVALID' } });
  });

  test('belongs to its cart: the next one has none', async () => {
    const till = await drinks(1);
    await till.till.operations.setDiscount({ rateBasisPoints: 1_000 });
    await till.till.operations.clearCart({});
    await till.till.operations.addToCart({ productId: 'beer', quantity: 1 });
    expect(till.view.cart).toMatchObject({ discount: null, totalMinor: 600 });
    await till.till.operations.setDiscount({ rateBasisPoints: 1_000 });
    await till.till.operations.removeFromCart({ line: 0 });
    expect(till.view.cart.discount).toBeNull();
  });

  test('R5: piece by piece goods come back at what they cost, and at the end at what was paid', async () => {
    const till = await drinks(3);
    await till.till.operations.setDiscount({ amountMinor: 100 });
    await pay(till);
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 1_700);
    const balances: (number | undefined)[] = [];
    for (let piece = 1; piece <= 3; piece++) {
      expect(await takeBack(till, [{ line: 1, quantity: 1 }])).toMatchObject(committed);
      balances.push(witnessed(till)?.balanceMinor);
    }
    expect(balances).toEqual([7_800 + 567, 7_800 + 567 + 567, 9_500]);
    expect(await takeBack(till, [{ line: 1, quantity: 1 }])).toMatchObject(refusedAs('ALREADY_RETURNED'));
  });

  test('the last sale with a discount is taken back whole, the discount too', async () => {
    const till = await drinks(2, 1);
    await till.till.operations.setDiscount({ rateBasisPoints: 3_333 });
    await pay(till);
    expect(await undo(till, 2)).toMatchObject(committed);
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
  });

  test('a supervisor confirms it for what is in the cart, and the sale says who', async () => {
    const till = tills.open({ configuration: staffed });
    const { operations } = till.till;
    await operations.login({ pin: pins.anna });
    await operations.openShift({ floatMinor: 0 });
    await issue(till);
    await topUp(till, 10_000);
    await operations.addToCart({ productId: 'beer', quantity: 2 });
    expect(await operations.setDiscount({ rateBasisPoints: 5_000 })).toMatchObject({
      fault: { code: 'SUPERVISOR_NEEDED' },
    });
    expect(till.view.cart.discount).toBeNull();
    await operations.approve({ pin: pins.sue });
    expect(await operations.setDiscount({ rateBasisPoints: 5_000 })).toMatchObject({ ok: true });
    expect(till.view.approver).toBeNull();
    expect(await operations.addToCart({ productId: 'beer', quantity: 1 })).toMatchObject({
      fault: { code: 'DISCOUNT_CONFIRMED' },
    });
    expect(await operations.addToCart({ productId: 'beer', quantity: -1 })).toMatchObject({ ok: true });
    expect(await pay(till)).toMatchObject(committed);
    expect(till.store.committed(2)).toMatchObject({ amountMinor: 300, cashierId: 'anna', approvedBy: 'sue' });
    // The next sale needed nobody.
    await sell(till, 100);
    expect(till.store.committed(3)).toMatchObject({ approvedBy: null });
  });
});

describe('two taps', () => {
  test('Q51: a setting of the till: the first tap opens and shows what the second agrees to', async () => {
    const till = await tills.charged();
    const { operations } = till.till;
    expect(till.view.checkoutTaps).toBe(1);
    expect(await operations.setCheckout({ taps: 2 })).toMatchObject({ ok: true });
    expect(till.view.checkoutTaps).toBe(2);
    const { ended } = await startSale(till, 1_000);
    expect(till.screen).toMatchObject({ screen: 'tap', twoTaps: { tap: 'open' } });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(till.screen).toMatchObject({
      screen: 'tap',
      // It has to leave first: what lies there agrees to nothing.
      fault: { code: 'TAG_SERVED' },
      twoTaps: { tap: 'confirm', opened: { uid: till.uid(0), balanceBeforeMinor: 9_500, balanceAfterMinor: 8_500 } },
    });
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
    await till.hand({ kind: 'remove' });
    expect(till.screen).toMatchObject({ screen: 'tap', fault: null, twoTaps: { tap: 'confirm' } });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject(committed);
    expect(witnessed(till)?.balanceMinor).toBe(8_500);

    const again = tills.reopen(till);
    await settled();
    expect(again.view.checkoutTaps).toBe(2);
  });

  test.each([
    ['cancelled', 'CANCELLED'],
    ['not confirmed in time', 'TAG_NOT_SHOWN'],
  ])('%s: nothing was taken, and the cart waits', async (how, code) => {
    const till = await tills.charged();
    await till.till.operations.setCheckout({ taps: 2 });
    const { ended } = await startSale(till, 1_000);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    await till.hand({ kind: 'remove' });
    if (how === 'cancelled') await till.till.operations.cancel({});
    else await till.pass(60_000);
    expect(await ended).toMatchObject(refusedAs(code));
    expect(till.view.cart.totalMinor).toBe(1_000);
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
  });
});
