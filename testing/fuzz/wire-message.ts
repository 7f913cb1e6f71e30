import type { FuzzRequest } from './fuzz-request.ts';
import { writeJson } from './json-text.ts';
import { encoded } from './percent-encoding.ts';

/** A request on its way to bytes; an attack changes any part of it. */
export type WireMessage = {
  method: string;
  /** The target of the request line, not checked by anybody. */
  target: string;
  headers: [name: string, value: string][];
  body: Buffer | undefined;
  /** How the end of the body is told. */
  framing: 'length' | 'chunked' | 'none';
  /** The client ends its half of the connection behind what it sent. */
  endsEarly: boolean;
  /** Only the first part of the bytes is sent. */
  cutAt: number | undefined;
};

export function messageOf(request: FuzzRequest): WireMessage {
  const path = request.route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => request.path.get(name) ?? '1');
  const query = request.query.map(([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`).join('&');
  const body = request.json === undefined ? undefined : Buffer.from(writeJson(request.json), 'utf8');
  return {
    method: request.method,
    target: query === '' ? path : `${path}?${query}`,
    headers: [
      ['Host', '127.0.0.1'],
      ...request.headers,
      ...(body === undefined ? [] : [['Content-Type', 'application/json'] as [string, string]]),
    ],
    body,
    framing: 'length',
    endsEarly: false,
    cutAt: undefined,
  };
}

/** The message in the bytes of HTTP/1.1, on a connection that ends with it. */
export function bytesOf(message: WireMessage): Buffer {
  const { body } = message;
  const framing: string[] = [];
  if (body !== undefined && message.framing === 'length') framing.push(`Content-Length: ${body.length}`);
  if (body !== undefined && message.framing === 'chunked') framing.push('Transfer-Encoding: chunked');
  const lines = [
    `${message.method} ${message.target} HTTP/1.1`,
    ...message.headers.map(([name, value]) => `${name}: ${value}`),
    ...framing,
    'Connection: close',
    '',
    '',
  ];
  const head = Buffer.from(lines.join('\r\n'), 'latin1');
  const whole = body === undefined ? head : Buffer.concat([head, message.framing === 'chunked' ? chunks(body) : body]);
  return message.cutAt === undefined ? whole : whole.subarray(0, message.cutAt);
}

function chunks(body: Buffer): Buffer {
  const half = Math.ceil(body.length / 2);
  const parts = [body.subarray(0, half), body.subarray(half)].filter((part) => part.length > 0);
  return Buffer.concat([
    ...parts.flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]),
    Buffer.from('0\r\n\r\n'),
  ]);
}
