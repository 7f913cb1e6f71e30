import { amountMinorMax } from '../contract/wire/money.ts';
import { type Answer, answered, faulted } from './answer.ts';

const decimalPattern = /^(?<units>\d{1,10})(?:\.(?<fraction>\d{1,4}))?$/;

/** How many digits a currency has after the point: 2 for CHF, 0 for JPY, 3 for KWD (ISO 4217, by Intl). */
export function fractionDigits(currency: string): number {
  return new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/** Whether a text is written like an amount at all, before the currency is known. */
export function looksLikeAmount(text: string): boolean {
  return decimalPattern.test(text);
}

/**
 * Decimal text to minor units, by string arithmetic alone: `55`, `55.5` and `55.00` are 5500 minor units of CHF.
 * Signs, exponents, commas, spaces and more digits than the currency has are `AMOUNT_INVALID`, as is zero and what a tag
 * cannot hold (i32).
 */
export function parseAmount(text: string, currency: string): Answer<number> {
  const groups = decimalPattern.exec(text)?.groups;
  if (groups === undefined) {
    return faulted('AMOUNT_INVALID', `"${text}" is not an amount; write it like 55.00`);
  }
  const digits = fractionDigits(currency);
  const fraction = groups['fraction'] ?? '';
  if (fraction.length > digits) {
    return faulted('AMOUNT_INVALID', `"${text}" has too many decimals; ${currency} has ${digits}`);
  }
  // Eleven digits at most before scaling by at most 10^4: an exact integer below 2^53.
  const amountMinor = Number((groups['units'] ?? '') + fraction.padEnd(digits, '0'));
  if (amountMinor === 0) return faulted('AMOUNT_INVALID', 'the amount is zero');
  if (amountMinor > amountMinorMax) {
    return faulted('AMOUNT_INVALID', `${text} is more than a tag can hold (${formatAmount(amountMinorMax, currency)})`);
  }
  return answered(amountMinor);
}

/** The same for cash that is counted: an empty drawer is an amount too. */
export function parseAmountOrZero(text: string, currency: string): Answer<number> {
  return /^0{1,10}(?:\.0{1,4})?$/.test(text) ? answered(0) : parseAmount(text, currency);
}

/** Minor units as plain decimal text with a point: 5500 of CHF is `55.00`, −50 is `-0.50`. */
export function formatAmount(amountMinor: number, currency: string): string {
  const digits = fractionDigits(currency);
  const sign = amountMinor < 0 ? '-' : '';
  const text = Math.abs(amountMinor)
    .toString()
    .padStart(digits + 1, '0');
  if (digits === 0) return sign + text;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
