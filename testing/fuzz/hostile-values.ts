import fc from 'fast-check';
import type { Draw } from './draw.ts';
import { type HostileJson, RawText } from './json-text.ts';

const long = 'x'.repeat(10_000);

/** Texts that have broken parsers, databases, logs and pages before. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udfff\ud800b',
  '\ufeff',
  '\u202eevil\u2066',
  '\u0007\u001b[31m',
  'Zo\u0065\u0308 \u{1f9cb}',
  '\u0661\u0662\u0663',
  '\uff11',
  "'; SELECT pg_sleep(60); --",
  "' OR '1'='1",
  '"; COPY edition TO STDOUT; --',
  '$1',
  '%s%n%s',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a template engine would run.
  '${7*7}{{7*7}}<%= 7*7 %>',
  '<script>alert(1)</script>',
  '../../../../etc/passwd',
  'a\r\nSet-Cookie: klink-session=forged',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-Infinity',
  'true',
  '0x10',
  '1e3',
  '1e999',
  '-0',
  '01',
  '1.0',
  '9007199254740993',
  '99999999999999999999999999',
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59.999999999Z',
  '2026-02-30T00:00:00Z',
  '2026-06-30T23:59:60Z',
  '+275760-09-13T00:00:00.001Z',
  '-000001-01-01T00:00:00Z',
  '2026-07-04T20:15:03+14:00',
  long,
];

/** Numbers at and beyond every bound there is: of a byte, of a tag, of JavaScript and of PostgreSQL. */
export const hostileNumbers: readonly HostileJson[] = [
  -0,
  0,
  -1,
  0.1,
  -0.5,
  1e-7,
  255,
  256,
  65_535,
  65_536,
  2_147_483_647,
  2_147_483_648,
  -2_147_483_648,
  4_294_967_295,
  4_294_967_296,
  9_007_199_254_740_991,
  -9_007_199_254_740_991,
  1e21,
  1e308,
  new RawText('9007199254740993'),
  new RawText('9223372036854775807'),
  new RawText('9223372036854775808'),
  new RawText('1e999'),
  new RawText('-1e999'),
  new RawText('1.0'),
  new RawText('100e-2'),
  new RawText('0.1e1'),
  new RawText('1'.repeat(400)),
];

const nested = (opening: string, closing: string, depth: number) =>
  new RawText(`${opening.repeat(depth)}1${closing.repeat(depth)}`);

/** Values of every other kind. */
const hostileOthers: readonly HostileJson[] = [
  null,
  true,
  false,
  [],
  {},
  [[]],
  [null],
  { length: 1 },
  new RawText('{"__proto__":{"role":"admin"}}'),
  new RawText('{"constructor":{"prototype":{"role":"admin"}}}'),
  new RawText('{"a":1,"a":2}'),
  new RawText('NaN'),
  new RawText('undefined'),
  new RawText("'single'"),
  new RawText('"\\ud800"'),
  new RawText('"\\u0000"'),
  new RawText('"\\x41"'),
  nested('[', ']', 60),
  nested('[', ']', 70),
  nested('{"a":', '}', 60),
];

/** A value that does not belong where it stands, or only just does. */
export function hostileValue(draw: Draw): HostileJson {
  const kind = draw.between(0, 9);
  if (kind < 4) return draw.oneOf(hostileTexts);
  if (kind < 7) return draw.oneOf(hostileNumbers);
  if (kind < 9) return draw.oneOf(hostileOthers);
  return draw.of(fc.jsonValue({ depthSize: 'small' }).map((value): HostileJson => JSON.parse(JSON.stringify(value))));
}
