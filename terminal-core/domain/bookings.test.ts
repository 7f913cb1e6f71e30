/**
 * Goal: what a cart or a top-up comes to, and what it books, is right to the last minor unit (R2, R9–R11, INV-01).
 * Method: the seed's own example; then random carts and amounts, whose items have to come to what the tag is changed by.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Product } from '../../contract/wire/configuration.ts';
import { transactionItemSchema } from '../../contract/wire/transaction.ts';
import { assertItemsBalance, customerNetMinor, purchaseItems, topUpItems } from './bookings.ts';
import { addAmount, addProduct, type Cart, emptyCart, removeLine, totalMinor } from './cart.ts';
import { feeMinor } from './fees.ts';
import { limits } from './limits.ts';
import type { Result } from './result.ts';

const product = (productId: string, priceMinor: number, taxRate: string | null = '8.1'): Product => ({
  productId,
  name: `Name of ${productId}`,
  priceMinor,
  merchantId: 'bar',
  taxRate,
  colour: 'amber',
  meal: false,
});
const beer = product('beer', 600);
const cupBack = product('cup-back', -200, null);

function good<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(String(result.fault));
  return result.value;
}

describe('top-up', () => {
  test('R9, R10: 100.00 with a fee of 5.00 debits customer and fee, and is 95.00 for the customer', () => {
    const items = topUpItems('cash', 10_000, 500);
    expect(items).toEqual([
      { kind: 'topup', debit: 'customer', credit: 'top-up:cash', amountMinor: 10_000 },
      { kind: 'topup-fee', debit: 'fee', credit: 'customer', amountMinor: 500 },
    ]);
    expect(customerNetMinor(items)).toBe(9_500);
  });

  test('without a fee there is no item for it', () => {
    expect(topUpItems('cash', 10_000, 0).map(({ kind }) => kind)).toEqual(['topup']);
  });
});

describe('sale', () => {
  test('R11: goods debit the merchant; what is taken back goes the other way, with the same unit price', () => {
    const cart = good(addProduct(good(addProduct(emptyCart, beer, 3)), cupBack, 2));
    expect(purchaseItems(cart)).toEqual([
      {
        kind: 'purchase',
        debit: 'merchant:bar',
        credit: 'customer',
        amountMinor: 1_800,
        productId: 'beer',
        name: 'Name of beer',
        quantity: 3,
        unitPriceMinor: 600,
        taxRate: '8.1',
      },
      {
        kind: 'purchase-return',
        debit: 'customer',
        credit: 'merchant:bar',
        amountMinor: 400,
        productId: 'cup-back',
        name: 'Name of cup-back',
        quantity: 2,
        unitPriceMinor: 200,
      },
    ]);
  });

  test('INV-01: whatever is in the cart, the items come to its total and are items of the contract', () => {
    const line = fc.record({
      priceMinor: fc.integer({ min: -5_000, max: 5_000 }),
      quantity: fc.integer({ min: 1, max: limits.quantityMax }),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const cart = lines.reduce<Cart>(
          (sum, { priceMinor, quantity }, index) => good(addProduct(sum, product(`p${index}`, priceMinor), quantity)),
          emptyCart,
        );
        const items = purchaseItems(cart);
        assertItemsBalance({ type: 'Purchase', items, balanceDeltaMinor: -totalMinor(cart) });
        for (const item of items) expect(transactionItemSchema.parse(item)).toEqual(item);
      }),
    );
  });

  test('INV-01: items that come to another amount, or to none, are a broken invariant', () => {
    const items = topUpItems('cash', 10_000, 500);
    const topUp = { type: 'TopUp', items } as const;
    expect(() => assertItemsBalance({ ...topUp, balanceDeltaMinor: 9_499 })).toThrow('INV-01');
    expect(() =>
      assertItemsBalance({
        type: 'TopUp',
        items: [...items, { kind: 'topup', debit: 'fee', credit: 'loss', amountMinor: 0 }],
        balanceDeltaMinor: 9_500,
      }),
    ).toThrow('INV-01');
    expect(() => assertItemsBalance({ type: 'TagAdjustment', items, balanceDeltaMinor: 9_500 })).toThrow('INV-01');
    assertItemsBalance({ type: 'TagAdjustment', items: [], balanceDeltaMinor: 9_500 });
  });

  test('an account of the customer is one whatever the purse', () => {
    expect(
      customerNetMinor([{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer/sales', amountMinor: 7 }]),
    ).toBe(-7);
    expect(customerNetMinor([{ kind: 'purchase', debit: 'merchant:customer', credit: 'loss', amountMinor: 7 }])).toBe(
      0,
    );
  });
});

describe('cart', () => {
  test('the same product is one line; taken away to nothing the line is gone', () => {
    const two = good(addProduct(good(addProduct(emptyCart, beer, 1)), beer, 1));
    expect(two.map(({ quantity }) => quantity)).toEqual([2]);
    expect(good(addProduct(two, beer, -2))).toEqual([]);
    expect(addProduct(two, beer, -3)).toEqual({ ok: false, fault: 'quantity-out-of-range' });
  });

  test('a free amount is a line of its own every time', () => {
    const cart = good(addAmount(good(addAmount(emptyCart, 250, 'Amount', 'bar')), 250, 'Amount', 'bar'));
    expect(cart).toHaveLength(2);
    expect(totalMinor(cart)).toBe(500);
    expect(removeLine(cart, 2)).toEqual({ ok: false, fault: 'no-such-line' });
    expect(good(removeLine(cart, 0))).toHaveLength(1);
  });

  test('has bounds, and stays as it is when one is reached', () => {
    expect(addProduct(emptyCart, beer, limits.quantityMax + 1)).toEqual({ ok: false, fault: 'quantity-out-of-range' });
    const full = Array.from({ length: limits.cartLinesMax }).reduce<Cart>(
      (cart) => good(addAmount(cart, 1, 'Amount', 'bar')),
      emptyCart,
    );
    expect(addAmount(full, 1, 'Amount', 'bar')).toEqual({ ok: false, fault: 'cart-full' });
    expect(addProduct(full, beer, 1)).toEqual({ ok: false, fault: 'cart-full' });
  });
});

describe('fees', () => {
  test('nothing costs nothing; a fixed part and a part in hundredths of a percent', () => {
    expect(feeMinor({ fixedMinor: 500, rateBasisPoints: 150 }, 0)).toBe(0);
    expect(feeMinor({ fixedMinor: 500, rateBasisPoints: 0 }, 10_000)).toBe(500);
    expect(feeMinor({ fixedMinor: 20, rateBasisPoints: 150 }, 10_000)).toBe(170);
  });

  test.each([
    [49, 0],
    [50, 1],
    [149, 1],
    [150, 2],
  ])('rounds half up: one percent of %i is %i', (amountMinor, fee) => {
    expect(feeMinor({ fixedMinor: 0, rateBasisPoints: 100 }, amountMinor)).toBe(fee);
  });

  test('is a whole number, within half a minor unit of the exact one, and rounds up exactly at the half', () => {
    const amount = fc.integer({ min: 1, max: 2_147_483_647 });
    const rate = fc.integer({ min: 0, max: 10_000 });
    fc.assert(
      fc.property(amount, rate, fc.nat({ max: 10_000 }), (amountMinor, rateBasisPoints, fixedMinor) => {
        const exactTenThousandths = BigInt(amountMinor) * BigInt(rateBasisPoints);
        const fee = BigInt(feeMinor({ fixedMinor, rateBasisPoints }, amountMinor)) - BigInt(fixedMinor);
        const excess = fee * 10_000n - exactTenThousandths;
        expect(excess > -5_000n && excess <= 5_000n).toBe(true);
      }),
    );
  });
});
