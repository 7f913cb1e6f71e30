/**
 * Goal: the taxes on a receipt are right to the minor unit, whatever was bought in whatever order.
 * Method: random lines at random rates against sums made with whole numbers of unlimited size.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ReceiptLine } from '../../contract/ipc/receipt.ts';
import { includedTaxes } from './taxes.ts';

const line = (taxRate: string | null, amountMinor: number): ReceiptLine => ({
  ...{
    kind: 'purchase',
    mark: null,
    discountBasisPoints: null,
    name: 'x',
    quantity: 1,
    unitPriceMinor: null,
    amountMinor,
    taxRate,
  },
});

test.each([
  // Vectors reckoned by hand: 107.70 × 7.7 / 107.7 = 7.70; 5.50 × 8.1 / 108.1 = 0.4121; 0.06 × 8.1 / 108.1 = 0.0045.
  ['7.7', 10_770, 770],
  ['8.1', 550, 41],
  ['8.1', 6, 0],
  ['8.1', 7, 1],
  ['20', 120, 20],
  ['0', 250, 0],
  ['8.1', -550, -41],
])('a rate of %s in %i is %i', (rate, grossMinor, taxMinor) => {
  expect(includedTaxes([line(rate, grossMinor)])).toEqual([
    { taxRate: rate, grossMinor, netMinor: grossMinor - taxMinor, taxMinor },
  ]);
});

test('one rate written in two ways is one rate; the highest comes first, what has none last', () => {
  const taxes = includedTaxes([line(null, 200), line('2.6', 100), line('8.10', 300), line('8.1', 250)]);
  expect(taxes.map(({ taxRate, grossMinor }) => [taxRate, grossMinor])).toEqual([
    ['8.1', 550],
    ['2.6', 100],
    [null, 200],
  ]);
});

test('where nothing has a rate there is nothing to say about taxes', () => {
  expect(includedTaxes([line(null, 200)])).toEqual([]);
  expect(includedTaxes([])).toEqual([]);
});

const rates = fc.constantFrom('8.1', '2.6', '20', '0', '19', '5.5', '99.99', null);
const lines = fc.array(
  fc.tuple(rates, fc.integer({ min: -2_147_483_647, max: 2_147_483_647 })).map(([rate, minor]) => line(rate, minor)),
  { maxLength: 100 },
);

test('gross amounts come to the total, net and tax to the gross, and each tax is the nearest minor unit', () => {
  fc.assert(
    fc.property(lines, (sold) => {
      const taxes = includedTaxes(sold);
      if (taxes.length === 0) return;
      const total = sold.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
      expect(taxes.reduce((sum, { grossMinor }) => sum + grossMinor, 0)).toBe(total);
      for (const { taxRate, grossMinor, netMinor, taxMinor } of taxes) {
        expect(netMinor + taxMinor).toBe(grossMinor);
        if (taxRate === null) continue;
        const rate = BigInt(Math.round(Number(taxRate) * 100));
        // |2 · (tax · (10,000 + rate) − gross · rate)| ≤ 10,000 + rate: at most half a minor unit away.
        const off = 2n * (BigInt(taxMinor) * (10_000n + rate) - BigInt(grossMinor) * rate);
        expect(off <= 10_000n + rate && off >= -(10_000n + rate)).toBe(true);
      }
    }),
  );
});

test('the order of the lines changes nothing', () => {
  fc.assert(
    fc.property(lines, (sold) => {
      expect(includedTaxes([...sold].reverse())).toEqual(includedTaxes(sold));
    }),
  );
});
