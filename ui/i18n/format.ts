import type { Language } from './languages.ts';

/** Countries whose habits a currency suggests: a Swiss till writes 1’000.00 in every language. */
const regionOfCurrency: Readonly<Record<string, string>> = { CHF: 'CH', GBP: 'GB', EUR: '', USD: 'US' };

/** The locale amounts and dates are written in: the language of the screen in the country of the money. */
export function localeOf(language: Language, currency: string | null): string {
  const region = currency === null ? '' : (regionOfCurrency[currency] ?? '');
  if (region !== '') return `${language}-${region}`;
  return language === 'en' ? 'en-GB' : language;
}

/** Making a formatter costs a hundred times what it costs to use one, and a screen has dozens of amounts. */
const formatters = new Map<string, unknown>();

type Formatter<Options, Format> = new (locale: string, options: Options) => Format;

function formatter<Options, Format>(Made: Formatter<Options, Format>, locale: string, options: Options): Format {
  const key = `${Made.name} ${locale} ${JSON.stringify(options)}`;
  const known = formatters.get(key);
  if (known instanceof Made) return known;
  const made = new Made(locale, options);
  formatters.set(key, made);
  return made;
}

const numberFormat = (locale: string, options: Intl.NumberFormatOptions) =>
  formatter(Intl.NumberFormat, locale, options);
const dateTimeFormat = (locale: string, options: Intl.DateTimeFormatOptions) =>
  formatter(Intl.DateTimeFormat, locale, options);

export interface AmountPart {
  readonly kind: 'currency' | 'sign' | 'number';
  readonly text: string;
}

/** How many minor units make a major one: 2 digits for CHF, 0 for JPY, 3 for KWD. */
export function minorDigits(currency: string): number {
  return numberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2;
}

/**
 * An amount in minor units as the parts a screen sets in different sizes, currency first. `sign: 'always'` also writes a
 * plus, for a change of a balance.
 */
export function amountParts(
  amountMinor: number,
  currency: string,
  locale: string,
  sign: 'auto' | 'always' = 'auto',
): readonly AmountPart[] {
  const digits = minorDigits(currency);
  const number = numberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  const symbol = numberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' })
    .formatToParts(0)
    .find((part) => part.type === 'currency');
  const parts: AmountPart[] = [{ kind: 'currency', text: symbol?.value ?? currency }];
  if (amountMinor < 0) parts.push({ kind: 'sign', text: '−' });
  else if (sign === 'always' && amountMinor > 0) parts.push({ kind: 'sign', text: '+' });
  parts.push({ kind: 'number', text: number.format(Math.abs(amountMinor) / 10 ** digits) });
  return parts;
}

/** The same as one text, for labels and announcements: `CHF 55.00`, `£−3.20`. */
export function formatAmount(amountMinor: number, currency: string, locale: string): string {
  const parts = amountParts(amountMinor, currency, locale);
  const [symbol, ...rest] = parts.map((part) => part.text);
  const separator = (symbol?.length ?? 0) > 1 ? ' ' : '';
  return `${symbol}${separator}${rest.join('')}`;
}

export function formatTime(at: string, locale: string, timeZone: string | null): string {
  return dateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    ...(timeZone === null ? {} : { timeZone }),
  }).format(new Date(at));
}

/** Day and time, for what may be long ago. */
export function formatDateTime(at: string, locale: string, timeZone: string | null): string {
  const zone = timeZone === null ? {} : { timeZone };
  return dateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short', ...zone }).format(new Date(at));
}

const steps: readonly { unit: Intl.RelativeTimeFormatUnit; seconds: number }[] = [
  { unit: 'day', seconds: 86_400 },
  { unit: 'hour', seconds: 3_600 },
  { unit: 'minute', seconds: 60 },
  { unit: 'second', seconds: 1 },
];

/** "3 min ago": how long `at` is past, in its largest whole unit; never in the future. */
export function formatAge(at: string, nowMs: number, locale: string): string {
  const seconds = Math.max(0, Math.round((nowMs - Date.parse(at)) / 1_000));
  const step = steps.find((candidate) => seconds >= candidate.seconds) ?? { unit: 'second', seconds: 1 };
  const format = formatter(Intl.RelativeTimeFormat, locale, { numeric: 'auto', style: 'short' });
  return format.format(-Math.floor(seconds / step.seconds), step.unit);
}

/** A span in the largest unit of which it has at least one, without saying when: `5 hr`, `12 min`. */
export function formatSpan(spanMs: number, locale: string): string {
  const seconds = Math.round(Math.abs(spanMs) / 1_000);
  const step = steps.find((candidate) => seconds >= candidate.seconds) ?? { unit: 'second', seconds: 1 };
  const format = numberFormat(locale, { style: 'unit', unit: step.unit, unitDisplay: 'short' });
  return format.format(Math.round(seconds / step.seconds));
}

/** Basis points as a percentage: 150 → `1.5 %`. */
export function formatBasisPoints(basisPoints: number, locale: string): string {
  return numberFormat(locale, { style: 'percent', maximumFractionDigits: 2 }).format(basisPoints / 10_000);
}

/** A size in the unit a person would say it in: `1.4 MB`. */
export function formatBytes(bytes: number, locale: string): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  const unit = units[step] ?? 'byte';
  const format = numberFormat(locale, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 });
  return format.format(bytes / 1_000 ** step);
}
