import type { ReceiptLine, ReceiptTax } from '../../contract/ipc/receipt.ts';
import { invariant } from '../domain/invariant.ts';

/**
 * The tax that the lines' prices include, by rate: the highest rate first, what has none last. Tax is reckoned on the sum of
 * a rate and rounded half away from zero, so that it never depends on how the cart was put together; net and tax come to
 * the gross amount, and the gross amounts to the total, to the minor unit. Empty where no line has a rate.
 */
export function includedTaxes(lines: readonly ReceiptLine[]): readonly ReceiptTax[] {
  const grossByRate = new Map<string | null, number>();
  for (const { taxRate, amountMinor } of lines) {
    const rate = taxRate === null ? null : plainRate(taxRate);
    grossByRate.set(rate, (grossByRate.get(rate) ?? 0) + amountMinor);
  }
  if ([...grossByRate.keys()].every((rate) => rate === null)) return [];
  return [...grossByRate]
    .sort(([one], [other]) => order(other) - order(one))
    .map(([taxRate, grossMinor]) => {
      const taxMinor = taxRate === null ? 0 : includedTaxMinor(grossMinor, basisPointsOf(taxRate));
      return { taxRate, grossMinor, netMinor: grossMinor - taxMinor, taxMinor };
    });
}

/** The tax inside a gross amount: gross × rate / (100 % + rate), rounded half away from zero. */
function includedTaxMinor(grossMinor: number, rateBasisPoints: number): number {
  const divisor = 10_000 + rateBasisPoints;
  const tax = Math.floor((2 * Math.abs(grossMinor) * rateBasisPoints + divisor) / (2 * divisor));
  return grossMinor < 0 ? -tax : tax;
}

/** `8.10` and `8.1` are one rate. */
function plainRate(taxRate: string): string {
  return String(basisPointsOf(taxRate) / 100);
}

/** Percent with up to two decimals as text, in hundredths of a percent: read digit by digit, never as a fraction. */
function basisPointsOf(taxRate: string): number {
  const { whole, decimals } = /^(?<whole>\d{1,2})(?:\.(?<decimals>\d{1,2}))?$/.exec(taxRate)?.groups ?? {};
  invariant('INV-08', whole !== undefined, `a tax rate of "${taxRate}"`);
  return Number(whole) * 100 + Number((decimals ?? '').padEnd(2, '0'));
}

function order(rate: string | null): number {
  return rate === null ? -1 : basisPointsOf(rate);
}
