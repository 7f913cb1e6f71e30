import type { ReceiptLanguage } from '../../contract/ipc/receipt.ts';

/** Countries whose habits a currency suggests: a Swiss receipt writes 1’000.00 in every language. */
const countryOfCurrency: Readonly<Record<string, string>> = { CHF: 'CH', GBP: 'GB' };

/** The locale a receipt's amounts and times are written in: its language, in the country of the money. */
export function receiptLocale(language: ReceiptLanguage, currency: string): string {
  const country = countryOfCurrency[currency];
  if (country !== undefined) return `${language}-${country}`;
  return language === 'en' ? 'en-GB' : language;
}

/** How a receipt writes amounts, rates and times. */
export interface Writing {
  /** Without its currency: `−2.00`. */
  amount(amountMinor: number): string;
  /** With it: `CHF 55.00`, `£55.00`, `€ 55,00`. */
  money(amountMinor: number): string;
  /** A rate in percent: `8.1` → `8,1 %` in German. */
  rate(taxRate: string): string;
  /** Date and time to the second, where the event takes place. */
  instant(at: string): string;
}

/** How a receipt writes in its language; amounts have as many decimals as the currency. */
export function writingFor(language: ReceiptLanguage, currency: string, timeZone: string): Writing {
  const locale = receiptLocale(language, currency);
  const digits =
    new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
  const number = new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const symbol = new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
    .formatToParts(0)
    .find(({ type }) => type === 'currency');
  const name = symbol?.value ?? currency;
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 2 });
  const instants = new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'medium', timeZone });
  const amount = (amountMinor: number): string =>
    `${amountMinor < 0 ? '−' : ''}${number.format(Math.abs(amountMinor) / 10 ** digits)}`;
  return {
    amount,
    money: (amountMinor) => `${name}${name === '£' ? '' : ' '}${amount(amountMinor)}`,
    rate: (taxRate) => percent.format(Number(taxRate) / 100),
    instant: (at) => instants.format(new Date(at)),
  };
}
