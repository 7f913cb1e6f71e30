import type { Draw } from './draw.ts';
import { hostileTexts } from './hostile-values.ts';
import { encoded } from './percent-encoding.ts';
import { bytesOf, type WireMessage } from './wire-message.ts';

const segments = [
  '%',
  '%zz',
  '%00',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '..',
  '.',
  '%c0%af',
  '%ff%fe',
  '%E2%82',
  '%ed%a0%80',
  '%5c..%5c',
  '%0d%0aSet-Cookie:%20a=b',
  'x'.repeat(201),
  'x'.repeat(5_000),
  ';id=1',
  '*',
  '0x1',
  '%EF%BC%91',
  '1e0',
  '+1',
  '1.0',
  '01',
  '-1',
  '0',
  '%201',
  '1%20',
  '1%00',
  'NaN',
  'Infinity',
  'null',
  'true',
  '[object%20Object]',
  '9007199254740993',
  '99999999999999999999',
  '4294967296',
  '1,2',
  '',
];

/** One segment of the path is not what belongs there, or the path as a whole is no path. */
export function attackPath(draw: Draw, message: WireMessage): string {
  const [path = '', query] = message.target.split('?', 2);
  const parts = path.split('/');
  const at = draw.between(1, Math.max(1, parts.length - 1));
  const strange = draw.percent(75) ? draw.oneOf(segments) : encoded(draw.oneOf(hostileTexts));
  const changed = [...parts.slice(0, at), strange, ...parts.slice(at + 1)].join('/');
  const whole = draw.oneOf([
    changed,
    changed,
    changed,
    changed,
    changed,
    changed,
    `${path}/`,
    `/${path}`,
    path.toUpperCase(),
    path.replace('/v1/', '/v1//'),
    path.replace('/v1/', '/v1/./'),
    `${path}%2f..`,
    `${path}\\`,
    `${path}#fragment`,
    `${path}/${'a/'.repeat(500)}`,
    `http://evil.example${path}`,
    '*',
    'evil.example:443',
    path.slice(1),
    `${path}\u00ff\u00fe`,
  ]);
  message.target = query === undefined ? whole : `${whole}?${query}`;
  return 'path';
}

const queries = [
  'editionId=1&editionId=2',
  'editionId=1&editionId=1',
  'editionId=',
  'editionId',
  'editionId=NaN',
  'editionId=Infinity',
  'editionId=1e0',
  'editionId=0x1',
  'editionId=%201',
  'editionId=-1',
  'editionId=9007199254740993',
  'editionId=99999999999999999999999',
  'editionId=1.5',
  'editionId=%00',
  'editionId=%E0%A4%A',
  'editionId=%zz',
  'editionId[]=1',
  'editionId[$gt]=0',
  'editionId.eq=1',
  "editionId=1'--",
  'editionId=1&limit=0',
  'editionId=1&limit=-1',
  'editionId=1&limit=1000000',
  'editionId=1&limit=abc',
  'editionId=1&before=-1',
  'editionId=1&before=9223372036854775808',
  'editionId=1&before=9007199254740991',
  'editionId=1&state=Nonsense',
  'editionId=1&state=Open&state=Committed',
  'editionId=1&type=__proto__',
  'editionId=1&uid=%00',
  'editionId=1&uid=04',
  'editionId=1&from=0000-01-01T00:00:00Z',
  'editionId=1&from=9999-12-31T23:59:59Z&to=0001-01-01T00:00:00Z',
  'editionId=1&to=%2B275760-09-13T00:00:00.001Z',
  'editionId=1&from=2026-02-30T00:00:00Z',
  'editionId=1&assignmentId=99999999999',
  'editionId=1&format=csv',
  'editionId=1&format=xml',
  'editionId=1&unresolved=maybe',
  'transactions=1,2,3&entries=1',
  'transactions=,',
  'transactions=99999999999999999',
  `transactions=${'1,'.repeat(60)}1`,
  `transactions=${'9'.repeat(15)}`,
  '__proto__=1',
  '__proto__[x]=1&editionId=1',
  'constructor.prototype.x=1',
  `${'a=1&'.repeat(1_500)}editionId=1`,
  `editionId=1&x=${'y'.repeat(10_000)}`,
  '&&&===&',
  '?',
];

export function attackQuery(draw: Draw, message: WireMessage): string {
  const [path = ''] = message.target.split('?', 1);
  message.target = `${path}?${draw.oneOf(queries)}`;
  return 'query';
}

const methods = [
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'QUERY',
  'CONNECT',
  'PURGE',
  'get',
  'NONSENSE',
  '',
  'G\u00c9T',
];

export function attackMethod(draw: Draw, message: WireMessage): string {
  message.method = draw.oneOf(methods);
  return 'method';
}

const headers: readonly (readonly (readonly [name: string, value: string])[])[] = [
  [['X-Large', 'x'.repeat(20_000)]],
  [['X-Large', 'x'.repeat(15_000)]],
  Array.from({ length: 300 }, (_, index) => [`X-${index}`, 'y'] as const),
  Array.from({ length: 2_500 }, (_, index) => [`X-${index}`, ''] as const),
  [['Cookie', `a=${'b'.repeat(8_000)}`]],
  [['Cookie', Array.from({ length: 400 }, (_, index) => `c${index}=1`).join('; ')]],
  [['Cookie', 'klink-session=%00; __proto__=1; constructor=2; klink-session=a']],
  [['Authorization', `Bearer ${'A'.repeat(10_000)}`]],
  [['Authorization', 'Bearer \u00ff\u00fe']],
  [['Host', 'evil.example']],
  [['Host', '']],
  [
    ['X-Forwarded-For', '1.2.3.4, 5.6.7.8'],
    ['X-Forwarded-Proto', 'https'],
  ],
  [['Expect', '100-continue']],
  [['Expect', 'the-unexpected']],
  [
    ['Upgrade', 'websocket'],
    ['Sec-WebSocket-Key', 'x'],
    ['Sec-WebSocket-Version', '13'],
  ],
  [
    ['Upgrade', 'h2c'],
    ['HTTP2-Settings', 'AAMAAABkAAQAAP__'],
  ],
  [['Range', 'bytes=0-,1-,2-']],
  [['If-None-Match', `${'"x", '.repeat(500)}*`]],
  [['If-None-Match', '*']],
  [['Accept', 'text/html;q=0.1, application/xml']],
  [['Accept-Encoding', 'br, deflate;q=nan, *;q=0']],
  [['Idempotency-Key', 'short']],
  [['Idempotency-Key', 'x'.repeat(201)]],
  [
    ['Idempotency-Key', 'first-of-two-keys'],
    ['Idempotency-Key', 'second-of-two-keys'],
  ],
  [['Idempotency-Key', '__proto__']],
  [['Klink-Signature', 'f'.repeat(64)]],
  [
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ],
  [['Bad Name', 'x']],
  [['', 'no name']],
  [['X-Nul', 'a\u0000b']],
  [['X-Folded', 'a\r\n b']],
  [['Content-Length', '5']],
  [['Content-Length', '-1']],
  [['Content-Length', '99999999999999999999']],
  [['Content-Length', '0x10']],
  [['Transfer-Encoding', 'chunked']],
  [['Transfer-Encoding', 'gzip, chunked']],
  [['Transfer-Encoding', 'nonsense']],
];

export function attackHeaders(draw: Draw, message: WireMessage): string {
  const added = draw.oneOf(headers);
  message.headers.push(...added.map(([name, value]): [string, string] => [name, value]));
  // What an earlier header of a length that is not true, or an open chunk, announces never comes.
  message.endsEarly = added.some(([name]) => /^(?:content-length|transfer-encoding)$/i.test(name));
  return 'headers';
}

/** The message ends before its end, or says another length than it has. */
export function attackFraming(draw: Draw, message: WireMessage): string {
  if (message.body !== undefined && draw.percent(50)) message.framing = draw.oneOf(['chunked', 'none']);
  message.endsEarly = true;
  const length = bytesOf(message).length;
  if (draw.percent(75)) message.cutAt = draw.between(0, length - 1);
  return 'framing';
}

const strangers: readonly Buffer[] = [
  Buffer.from('HELO klink\r\n\r\n'),
  Buffer.from('GET /healthz\r\n\r\n'),
  Buffer.from('GET /healthz HTTP/9.9\r\nHost: x\r\n\r\n'),
  Buffer.from('GET /healthz HTTP/1.0\r\n\r\n'),
  Buffer.from('GET /healthz HTTP/1.1\r\n\r\n'),
  Buffer.from('GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'),
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
  Buffer.from('POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n'),
  Buffer.from('POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n'),
  Buffer.from('POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd'),
  Buffer.from(
    'POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG',
  ),
  Buffer.from('\r\n\r\n\r\n'),
  Buffer.from(' GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n'),
  Buffer.from('GET /healthz HTTP/1.1\nHost: x\n\n'),
  Buffer.alloc(0),
];

/** Bytes that are no request of HTTP/1.1, or only nearly one. */
export function strangeBytes(draw: Draw): Buffer {
  return draw.oneOf(strangers);
}
