import { isIP } from 'node:net';
import { InvalidArgumentError } from 'commander';
import { type ReaderKind, readerKinds } from '../contract/ipc/reader.ts';
import { calendarDaySchema, tagUidSchema } from '../contract/wire/identifiers.ts';
import { looksLikeAmount } from './amount.ts';

/** Readers of single flag values: each gives the value or tells commander why it is none, which ends with code 2. */

export function readerKindOf(text: string): ReaderKind {
  const kind = readerKinds.find((known) => known === text);
  if (kind === undefined) throw new InvalidArgumentError(`Use one of: ${readerKinds.join(', ')}.`);
  return kind;
}

const secondsMax = 86_400;

export function secondsOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > secondsMax) {
    throw new InvalidArgumentError(`Use whole seconds from 0 to ${secondsMax}.`);
  }
  return Number(text);
}

const portMax = 65_535;

export function portOf(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > portMax) {
    throw new InvalidArgumentError(`Use a number from 0 to ${portMax}; 0 takes a free port.`);
  }
  return Number(text);
}

/** `127.0.0.1`, `::1` or a network like `10.0.0.0/8`; the flag may be repeated. */
export function proxyOf(text: string, earlier: readonly string[] = []): readonly string[] {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  const bitsMax = family === 6 ? 128 : 32;
  const isNetwork = bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= bitsMax);
  if (family === 0 || !isNetwork || rest.length > 0)
    throw new InvalidArgumentError('Write an address like 127.0.0.1 or a network like 10.0.0.0/8.');
  return [...earlier, text];
}

/** Decimal text as it stands; the currency, and with it the minor unit, is known only once the till runs. */
export function amountTextOf(text: string): string {
  if (!looksLikeAmount(text)) throw new InvalidArgumentError('Write it like 55.00: digits and at most one point.');
  return text;
}

/** `10%` or `12.5%` of the goods, or an amount as it stands. */
export function discountOf(text: string): { readonly rateBasisPoints: number } | { readonly amountText: string } {
  const groups = /^(?<whole>\d{1,3})(?:\.(?<part>\d{1,2}))?%$/.exec(text)?.groups;
  if (groups?.['whole'] === undefined) return { amountText: amountTextOf(text) };
  const rateBasisPoints = Number(groups['whole']) * 100 + Number((groups['part'] ?? '').padEnd(2, '0'));
  if (rateBasisPoints < 1 || rateBasisPoints > 10_000)
    throw new InvalidArgumentError('Write a rate like 10%: from 0.01% to 100%.');
  return { rateBasisPoints };
}

export interface ItemRequest {
  readonly productId: string;
  readonly quantity: number;
}

/** `beer:2` or `water`; the flag may be repeated, so earlier items come along. */
export function itemOf(text: string, earlier: readonly ItemRequest[] = []): readonly ItemRequest[] {
  const groups = /^(?<productId>[a-z0-9][a-z0-9-]{0,63})(?::(?<quantity>[1-9]\d{0,2}))?$/.exec(text)?.groups;
  const productId = groups?.['productId'];
  if (productId === undefined) throw new InvalidArgumentError('Write it like beer or beer:2, with 1 to 999 pieces.');
  return [...earlier, { productId, quantity: Number(groups?.['quantity'] ?? '1') }];
}

export function transactionNumberOf(text: string): number {
  if (!/^[1-9]\d{0,9}$/.test(text)) throw new InvalidArgumentError('Write the number of the transaction, from 1.');
  return Number(text);
}

/** As it is printed on the tag or told by a till: lower case, and bytes set apart, are understood. */
export function tagUidOf(text: string): string {
  const uid = tagUidSchema.safeParse(text.replaceAll(/[ :-]/g, '').toUpperCase());
  if (!uid.success) throw new InvalidArgumentError('Write the number of a tag: 8, 14 or 20 hex digits.');
  return uid.data;
}

export interface LineRequest {
  readonly line: number;
  readonly quantity: number;
}

/** `1:2` or `1`: a line of a sale and how many pieces of it; the flag may be repeated. */
export function lineOf(text: string, earlier: readonly LineRequest[] = []): readonly LineRequest[] {
  const groups = /^(?<line>[1-9]\d{0,2})(?::(?<quantity>[1-9]\d{0,2}))?$/.exec(text)?.groups;
  const line = groups?.['line'];
  if (line === undefined) throw new InvalidArgumentError('Write it like 1 or 1:2, with lines and pieces from 1.');
  return [...earlier, { line: Number(line), quantity: Number(groups?.['quantity'] ?? '1') }];
}

export function backendUrlOf(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError('Write it like http://127.0.0.1:7480 or https://backend.example.');
  }
  return text;
}

/** One of some words. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((known) => known === text);
    if (word === undefined) throw new InvalidArgumentError(`Use one of: ${words.join(', ')}.`);
    return word;
  };
}

export function editionNumberOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Use the number of an edition, from 1.');
  return Number(text);
}

export function daysOf(text: string): number {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new InvalidArgumentError('Use a number of days, from 1.');
  return Number(text);
}

export function dayOf(text: string): string {
  const day = calendarDaySchema.safeParse(text);
  if (!day.success) throw new InvalidArgumentError('Write a day like 2026-09-01.');
  return day.data;
}
