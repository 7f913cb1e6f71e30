/**
 * Goal: whatever is sold, with whatever discount and however many tags pay it, each transaction's items come to what its
 * tag pays, all of them together to the price, and every merchant and rate of tax gets exactly its share (R11, INV-01).
 * Method: random baskets of several merchants and rates, random discounts and parts; the sums by group are worked out from
 * the cart alone.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { markOfProductId } from '../../contract/wire/sale-marks.ts';
import { type TransactionItem, transactionItemSchema } from '../../contract/wire/transaction.ts';
import { type Basket, itemsByKind, partPaymentItems, priceMinor, saleItems, toPayMinor } from './basket.ts';
import { customerNetMinor } from './bookings.ts';
import { type CartLine, lineMinor } from './cart.ts';
import { discountMinor, goodsMinor } from './discount.ts';
import { sharesOf } from './shares.ts';

const line: fc.Arbitrary<CartLine> = fc.record({
  productId: fc.constantFrom('beer', 'water', 'pizza', null),
  name: fc.constant('Something'),
  quantity: fc.integer({ min: 1, max: 20 }),
  unitPriceMinor: fc.integer({ min: -500, max: 5_000 }),
  merchantId: fc.constantFrom('bar', 'kitchen'),
  taxRate: fc.constantFrom('8.1', '2.6', null),
  meal: fc.boolean(),
  allergens: fc.constant([]),
});
const discount = fc.oneof(
  fc.constant(null),
  fc.record({ kind: fc.constant('rate' as const), rateBasisPoints: fc.integer({ min: 1, max: 10_000 }) }),
  fc.record({ kind: fc.constant('amount' as const), amountMinor: fc.integer({ min: 1, max: 20_000 }) }),
);
const basket = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 8 }),
  discount,
  partsMinor: fc.constant([]),
  groupId: fc.constant('g'),
});

/** What each merchant gets at each rate of tax. */
function incomeOf(items: readonly TransactionItem[]): Map<string, number> {
  const income = new Map<string, number>();
  for (const { kind, debit, credit, taxRate, amountMinor } of items) {
    const merchant = kind === 'purchase' ? debit : credit;
    const key = `${merchant} ${taxRate ?? 'none'}`;
    income.set(key, (income.get(key) ?? 0) + (kind === 'purchase' ? amountMinor : -amountMinor));
  }
  return new Map([...income].filter(([, amountMinor]) => amountMinor !== 0).sort());
}

describe('shares', () => {
  test('come to the amount, none above its weight, and none further than one minor unit from its exact share', () => {
    const dealt = fc.array(fc.nat({ max: 2_147_483_647 }), { minLength: 1, maxLength: 12 }).chain((weights) => {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      return fc.record({ weights: fc.constant(weights), amountMinor: fc.nat({ max: total }) });
    });
    fc.assert(
      fc.property(dealt, ({ weights, amountMinor }) => {
        const shares = sharesOf(amountMinor, weights);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(amountMinor);
        const total = BigInt(weights.reduce((sum, weight) => sum + weight, 0));
        for (const [at, share] of shares.entries()) {
          const weight = weights[at] ?? 0;
          expect(share).toBeLessThanOrEqual(weight);
          const error = BigInt(share) * total - BigInt(amountMinor) * BigInt(weight);
          expect((error < total && error > -total) || total === 0n).toBe(true);
        }
      }),
    );
  });

  test('INV-01: more than there is cannot be dealt out', () => {
    expect(() => sharesOf(3, [1, 1])).toThrow('INV-01');
  });
});

describe('discount', () => {
  test('is never more than the goods cost, and takes nothing off what is paid out for deposits', () => {
    fc.assert(
      fc.property(basket, ({ lines, discount: given }) => {
        const off = discountMinor(lines, given);
        expect(off).toBeGreaterThanOrEqual(0);
        expect(off).toBeLessThanOrEqual(goodsMinor(lines));
      }),
    );
  });

  test.each([
    [1_000, 995, 100],
    [1_000, 994, 99],
    [3_333, 1_000, 333],
    [10_000, 1_234, 1_234],
  ])('%i hundredths of a percent of %i is %i, rounded half up', (rateBasisPoints, price, off) => {
    const one = {
      productId: 'beer',
      name: 'Beer',
      quantity: 1,
      unitPriceMinor: price,
      merchantId: 'bar',
      taxRate: null,
      meal: false,
      allergens: [],
    };
    expect(discountMinor([one], { kind: 'rate', rateBasisPoints })).toBe(off);
  });
});

describe('items', () => {
  test('INV-01: of one tag come to the price, and fit the wire', () => {
    fc.assert(
      fc.property(basket, (sold) => {
        const items = saleItems(sold);
        expect(customerNetMinor(items) + priceMinor(sold)).toBe(0);
        for (const item of items) expect(transactionItemSchema.parse(item)).toEqual(item);
      }),
    );
  });

  test('INV-01: of several tags come to what each pays, and together to what one tag would have booked', () => {
    const split = basket
      .filter((sold) => priceMinor(sold) > 3)
      .chain((sold) =>
        fc.record({
          sold: fc.constant(sold),
          fractions: fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { minLength: 1, maxLength: 3 }),
        }),
      );
    fc.assert(
      fc.property(split, ({ sold, fractions }) => {
        let paid: Basket = sold;
        const booked: TransactionItem[] = [];
        for (const fraction of fractions) {
          const partMinor = Math.floor(toPayMinor(paid) * fraction);
          if (partMinor === 0) continue;
          const items = partPaymentItems(paid, partMinor);
          expect(customerNetMinor(items)).toBe(-partMinor);
          expect(items.every(({ productId }) => markOfProductId(productId)?.kind === 'part-payment')).toBe(true);
          booked.push(...items);
          paid = { ...paid, partsMinor: [...paid.partsMinor, partMinor] };
        }
        const rest = saleItems(paid);
        expect(customerNetMinor(rest) + toPayMinor(paid)).toBe(0);
        for (const item of [...booked, ...rest]) expect(transactionItemSchema.parse(item)).toEqual(item);
        expect(incomeOf([...booked, ...rest])).toEqual(incomeOf(saleItems(sold)));
      }),
    );
  });

  test('what the discount takes off is dealt out to merchants and rates of tax as their goods cost', () => {
    const of = (merchantId: string, taxRate: string | null, unitPriceMinor: number): CartLine => ({
      ...{ productId: `${merchantId}-${taxRate}`, name: 'X', quantity: 1, unitPriceMinor, merchantId, taxRate },
      ...{ meal: false, allergens: [] },
    });
    const lines = [of('bar', '8.1', 1_000), of('bar', '2.6', 500), of('kitchen', '8.1', 500), of('bar', null, -200)];
    expect(lines.reduce((sum, one) => sum + lineMinor(one), 0)).toBe(1_800);
    const items = saleItems({ lines, discount: { kind: 'amount', amountMinor: 101 }, partsMinor: [], groupId: null });
    expect(
      items
        .filter(({ productId }) => markOfProductId(productId)?.kind === 'discount')
        .map(({ credit, taxRate, amountMinor }) => [credit, taxRate, amountMinor]),
    ).toEqual([
      ['merchant:bar', '8.1', 51],
      ['merchant:bar', '2.6', 25],
      ['merchant:kitchen', '8.1', 25],
    ]);
  });
});

describe('Q50: meals and the rest of a canteen’s sale', () => {
  test('together they are the price and the income of the whole; credit never pays for what is no meal (R109)', () => {
    fc.assert(
      fc.property(basket, (sold) => {
        const kinds = itemsByKind(sold);
        expect(kinds.length).toBeGreaterThan(0);
        expect(kinds.reduce((sum, { totalMinor }) => sum + totalMinor, 0)).toBe(priceMinor(sold));
        for (const { items, totalMinor } of kinds) expect(customerNetMinor(items)).toBe(-totalMinor || 0);
        const whole = incomeOf(saleItems(sold));
        const both = incomeOf(kinds.flatMap(({ items }) => items));
        const totalOf = (income: Map<string, number>) => [...income.values()].reduce((sum, each) => sum + each, 0);
        expect(totalOf(both)).toBe(totalOf(whole));
        const mealsMinor = sold.lines.reduce((sum, line) => sum + (line.meal ? Math.max(0, lineMinor(line)) : 0), 0);
        for (const { isMeal, totalMinor } of kinds) if (isMeal) expect(totalMinor).toBeLessThanOrEqual(mealsMinor);
        expect(kinds.filter(({ isMeal }) => isMeal).length).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('what comes to nothing is booked with the other, so that no transaction is worth nothing', () => {
    const line = { quantity: 1, merchantId: 'canteen', taxRate: null, allergens: [] };
    const meal = { ...line, productId: 'meal', name: 'Meal', unitPriceMinor: 250, meal: true };
    const cup = { ...line, productId: 'cup', name: 'Cup', unitPriceMinor: 100, meal: false };
    const back = { ...cup, productId: 'back', unitPriceMinor: -100 };
    const kinds = itemsByKind({ lines: [meal, cup, back], discount: null, partsMinor: [], groupId: null });
    expect(kinds).toMatchObject([{ isMeal: true, totalMinor: 250 }]);
    expect(kinds[0]?.items).toHaveLength(3);
  });
});
