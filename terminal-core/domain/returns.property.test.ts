/**
 * Goal: however a discounted sale comes back, in whatever pieces and order, the customer gets back exactly what was paid for
 * the goods when the last piece is back, and never more on the way (R5, INV-01).
 * Method: random discounted sales, returned one random stretch after another until nothing is left.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TransactionItem } from '../../contract/wire/transaction.ts';
import { saleItems } from './basket.ts';
import { chargebackItems, customerNetMinor } from './bookings.ts';
import type { CartLine } from './cart.ts';
import { linesLeft, takeBack } from './returns.ts';

const line: fc.Arbitrary<Omit<CartLine, 'productId'>> = fc.record({
  name: fc.constant('Something'),
  quantity: fc.integer({ min: 1, max: 6 }),
  unitPriceMinor: fc.integer({ min: 1, max: 2_000 }),
  merchantId: fc.constantFrom('bar', 'kitchen'),
  taxRate: fc.constantFrom('8.1', null),
  meal: fc.boolean(),
  allergens: fc.constant([]),
});

test('R5: pieces of a discounted sale come back at what they cost, and all of them at what was paid', () => {
  const sale = fc.record({
    lines: fc.array(line, { minLength: 1, maxLength: 5 }),
    rateBasisPoints: fc.integer({ min: 1, max: 9_900 }),
    picks: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
  });
  fc.assert(
    fc.property(sale, ({ lines, rateBasisPoints, picks }) => {
      const sold = saleItems({
        lines: lines.map((one, at) => ({ ...one, productId: `p${at}` })),
        discount: { kind: 'rate', rateBasisPoints },
        partsMinor: [],
        groupId: null,
      });
      const paidMinor = 0 - customerNetMinor(sold);
      const cameBack: TransactionItem[] = [];
      for (const pick of picks) {
        const open = linesLeft(sold, cameBack);
        const chosen = open[pick % Math.max(1, open.length)];
        if (!chosen) break;
        const items = takeBack(sold, cameBack, [{ line: chosen.line, quantity: 1 + (pick % chosen.quantity) }]);
        if (items === null) throw new Error('what is left may come back');
        cameBack.push(...chargebackItems(items));
        expect(customerNetMinor(cameBack)).toBeGreaterThanOrEqual(0);
        expect(customerNetMinor(cameBack)).toBeLessThanOrEqual(paidMinor);
      }
      const rest = takeBack(sold, cameBack, null);
      cameBack.push(...chargebackItems(rest ?? []));
      expect(customerNetMinor(cameBack)).toBe(paidMinor);
      expect(takeBack(sold, cameBack, null)).toBeNull();
      expect(cameBack.every(({ amountMinor }) => amountMinor > 0)).toBe(true);
    }),
  );
});
