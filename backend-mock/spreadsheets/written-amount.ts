import { amountMinorMax } from '../../contract/wire/money.ts';

export type WrittenAmount =
  | { readonly outcome: 'amount'; readonly amountMinor: number }
  | { readonly outcome: 'flawed'; readonly flaw: 'AMOUNT_UNREADABLE' | 'AMOUNT_AMBIGUOUS' | 'AMOUNT_TOO_LARGE' };

/** Digits, with one kind of separator between groups of three, then maybe a point or comma and the fraction. */
const grouped =
  /^(?<whole>\d{1,3}(?:(?<group>[.,' ])\d{3})(?:\k<group>\d{3})*|\d+)(?:(?<point>[.,])(?<fraction>\d*))?$/;

/**
 * A signed amount as people and their spreadsheets write it: `12.50`, `12,5`, `1.234,56`, `1'234.50`, `-3.20`, `3.20-`, `(3.20)`,
 * `£12.50`, `CHF 12.50`. What could be two amounts (`1,234`) is not guessed. Exact: by digits, never by a float.
 * @param currency of the edition, ISO 4217; another one's sign is not read
 */
export function readWrittenAmount(text: string, currency: string): WrittenAmount {
  const { digits, signs } = signOf(currency);
  const { unsigned, negative } = withoutSign(plain(text));
  const bare = signs.reduce((rest, sign) => withoutCurrency(rest, sign), unsigned);
  // A minus may stand between the sign of the currency and the number.
  const inner = negative ? { unsigned: bare, negative } : withoutSign(bare);
  const found = grouped.exec(inner.unsigned)?.groups;
  const whole = found?.['whole'];
  if (found === undefined || whole === undefined) return flawed('AMOUNT_UNREADABLE');
  const { group, point, fraction = '' } = found;
  if (group !== undefined && group === point) return flawed('AMOUNT_UNREADABLE');
  if (isAmbiguous(whole, group, point, digits)) return flawed('AMOUNT_AMBIGUOUS');
  if (fraction.length > digits && /[1-9]/.test(fraction.slice(digits))) return flawed('AMOUNT_UNREADABLE');
  const minor = whole.replaceAll(/\D/g, '') + fraction.slice(0, digits).padEnd(digits, '0');
  const significant = minor.replace(/^0+(?=\d)/, '');
  if (significant.length > 10 || Number(significant) > amountMinorMax) return flawed('AMOUNT_TOO_LARGE');
  const amountMinor = Number(significant);
  return { outcome: 'amount', amountMinor: inner.negative && amountMinor > 0 ? -amountMinor : amountMinor };
}

/** `1,234` and `1.234`: a thousand and more, or a little more than one. */
function isAmbiguous(whole: string, group: string | undefined, point: string | undefined, digits: number): boolean {
  if (point !== undefined || group === undefined || digits === 0) return false;
  return (group === '.' || group === ',') && whole.length <= 7;
}

/** Every kind of space and minus as the plain one. */
function plain(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\s/g, ' ')
    .replaceAll(/[\u2212\u2012\u2013\u2014]/g, '-')
    .replaceAll(/[\u2018\u2019]/g, "'")
    .trim();
}

function withoutSign(text: string): { unsigned: string; negative: boolean } {
  const inner = /^\((.*)\)$/.exec(text)?.[1] ?? /^-(.*)$/.exec(text)?.[1] ?? /^(.*)-$/.exec(text)?.[1];
  if (inner !== undefined) return { unsigned: inner.trim(), negative: true };
  return { unsigned: text.replace(/^\+/, '').trim(), negative: false };
}

function withoutCurrency(text: string, sign: string): string {
  const bare = text.toUpperCase();
  if (bare.startsWith(sign)) return text.slice(sign.length).trim();
  return bare.endsWith(sign) ? text.slice(0, -sign.length).trim() : text;
}

/** The digits after the point, and how the currency is written, in capital letters. */
function signOf(currency: string): { digits: number; signs: readonly string[] } {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });
  const symbol = format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? currency;
  const francs = currency === 'CHF' ? ['SFR.', 'SFR', 'FR.', 'FR'] : [];
  return {
    digits: format.resolvedOptions().maximumFractionDigits ?? 2,
    signs: [currency, symbol.toUpperCase(), ...francs],
  };
}

const flawed = (flaw: Extract<WrittenAmount, { outcome: 'flawed' }>['flaw']): WrittenAmount => ({
  outcome: 'flawed',
  flaw,
});
