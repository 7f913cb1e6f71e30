import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { Draw } from './draw.ts';
import type { WireMessage } from './wire-message.ts';

type Attack = (draw: Draw, message: WireMessage) => void;

const bomb = 8 * 1_048_576;
let gzipBomb: Buffer | undefined;
let zstdBomb: Buffer | undefined;

function setHeader(message: WireMessage, name: string, value: string | undefined): void {
  message.headers = message.headers.filter(([each]) => each.toLowerCase() !== name.toLowerCase());
  if (value !== undefined) message.headers.push([name, value]);
}

/** The body as text with something done to it that no parser may take. */
const brokenJson: Attack = (draw, message) => {
  const text = message.body?.toString('utf8') ?? '{}';
  const cut = draw.between(0, Math.max(0, text.length - 1));
  const broken = [
    text.slice(0, cut),
    `${text}}`,
    `${text}${text}`,
    text.replaceAll('"', "'"),
    `${text},`,
    `/* a comment */${text}`,
    `\ufeff${text}`,
    '',
    'null',
    '[]',
    '0',
    '"text"',
    'true',
    '\u0000',
    `{"__proto__":${text}}`,
    `[${text}]`,
    '{"a":'.repeat(10_000),
    `${'['.repeat(10_000)}${']'.repeat(10_000)}`,
    `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`,
    `{"a":"${'\\\\'.repeat(5_000)}"}`,
    text.replace(/:\s*-?\d+/, ':1e999'),
    text.replace(/:\s*-?\d+/, ':01'),
  ];
  message.body = Buffer.from(draw.oneOf(broken), 'utf8');
};

/** Bytes that are not the text they claim to be. */
const brokenText: Attack = (draw, message) => {
  const body = message.body ?? Buffer.from('{}');
  const at = draw.between(0, Math.max(0, body.length - 1));
  const bad = draw.oneOf([[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80], [0x00], [0xe2, 0x82]]);
  message.body = draw.percent(70)
    ? Buffer.concat([body.subarray(0, at), Buffer.from(bad), body.subarray(at)])
    : Buffer.from(body.toString('utf8'), 'utf16le');
};

const mediaTypes = [
  'text/plain',
  'application/xml',
  'multipart/form-data; boundary=x',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'application/json; charset=shift_jis',
  'application/json;;;',
  'application/json, text/plain',
  'APPLICATION/JSON',
  'application/problem+json',
  'json',
  ';',
  '',
  'application/'.repeat(200),
];
const otherMediaType: Attack = (draw, message) => {
  message.body ??= Buffer.from('{}');
  setHeader(message, 'Content-Type', draw.percent(12) ? undefined : draw.oneOf(mediaTypes));
};

const encodings: readonly Attack[] = [
  (_draw, message) => {
    setHeader(message, 'Content-Encoding', 'gzip');
  },
  (_draw, message) => {
    setHeader(message, 'Content-Encoding', 'gzip');
    message.body = gzipSync(message.body ?? Buffer.from('{}'));
  },
  (_draw, message) => {
    setHeader(message, 'Content-Encoding', 'zstd');
    message.body = zstdCompressSync(message.body ?? Buffer.from('{}'));
  },
  (draw, message) => {
    const whole = gzipSync(message.body ?? Buffer.from('{}'));
    setHeader(message, 'Content-Encoding', 'gzip');
    message.body = whole.subarray(0, draw.between(0, whole.length - 1));
  },
  (draw, message) => {
    const whole = zstdCompressSync(message.body ?? Buffer.from('{}'));
    setHeader(message, 'Content-Encoding', 'zstd');
    message.body = whole.subarray(0, draw.between(0, whole.length - 1));
  },
  (_draw, message) => {
    setHeader(message, 'Content-Encoding', 'deflate');
    message.body = deflateSync(message.body ?? Buffer.from('{}'));
  },
  (draw, message) => {
    setHeader(
      message,
      'Content-Encoding',
      draw.oneOf(['br', 'gzip, gzip', 'identity', 'nonsense', '', 'GZIP', 'gzip;q=1']),
    );
  },
  (_draw, message) => {
    setHeader(message, 'Content-Encoding', 'gzip');
    gzipBomb ??= gzipSync(Buffer.alloc(bomb, ' '));
    message.body = gzipBomb;
  },
  (_draw, message) => {
    setHeader(message, 'Content-Encoding', 'zstd');
    zstdBomb ??= zstdCompressSync(Buffer.alloc(bomb, ' '));
    message.body = zstdBomb;
  },
];

const tooLarge: Attack = (draw, message) => {
  const body = message.body ?? Buffer.from('{}');
  const filling = Buffer.alloc(1_048_576 - body.length + draw.oneOf([-1, 0, 1, 100_000]), ' ');
  message.body = Buffer.concat([body, filling]);
  if (draw.percent(50)) message.framing = 'chunked';
};

const unasked: Attack = (draw, message) => {
  message.body = Buffer.from(draw.oneOf(['{}', 'null', '{', 'text', '[1]']));
  setHeader(message, 'Content-Type', draw.oneOf(['application/json', 'text/plain', undefined]));
};

/** What is wrong with a body as a whole; a request without one gets one. */
export function attackBody(draw: Draw, message: WireMessage): string {
  const asked = message.body !== undefined;
  const kind = draw.between(0, 99);
  if (!asked && kind < 50) unasked(draw, message);
  else if (kind < 45) brokenJson(draw, message);
  else if (kind < 60) brokenText(draw, message);
  else if (kind < 75) otherMediaType(draw, message);
  else if (kind < 95) draw.oneOf(encodings)(draw, message);
  else tooLarge(draw, message);
  return 'body';
}
