import { amountMinorMax } from '../../contract/wire/money.ts';

const decimalPattern = /^(?<sign>-?)(?<units>\d{1,10})(?:\.(?<fraction>\d{1,4}))?$/;

/** How many digits a currency has after the point: 2 for GBP, 0 for JPY, 3 for KWD (ISO 4217, by Intl). */
function fractionDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * Decimal text as the Trac-compatible API writes it (`-10.00`) to signed minor units, by string arithmetic alone (Q46). `undefined`
 * for everything else: exponents, signs of plus, commas, spaces, more digits than the currency has, more than an amount may be.
 */
export function minorOfDecimal(text: string, currency: string): number | undefined {
  const groups = decimalPattern.exec(text)?.groups;
  if (groups === undefined) return undefined;
  const digits = fractionDigits(currency);
  const fraction = groups['fraction'] ?? '';
  if (fraction.length > digits) return undefined;
  // Fourteen digits at most: an exact integer below 2^53.
  const magnitude = Number((groups['units'] ?? '') + fraction.padEnd(digits, '0'));
  if (magnitude > amountMinorMax) return undefined;
  return groups['sign'] === '-' && magnitude !== 0 ? -magnitude : magnitude;
}

/** Signed minor units as decimal text with all digits of the currency: −1000 of GBP is `-10.00`. */
export function decimalOfMinor(amountMinor: number, currency: string): string {
  const digits = fractionDigits(currency);
  const sign = amountMinor < 0 ? '-' : '';
  const text = Math.abs(amountMinor)
    .toString()
    .padStart(digits + 1, '0');
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
