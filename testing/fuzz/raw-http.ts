import { connect } from 'node:net';

/** What came back for bytes that were sent; `undefined` where the connection ended without an answer. */
export type RawAnswer = {
  status: number;
  headers: ReadonlyMap<string, string>;
  body: Buffer;
};

export type RawOutcome = {
  answer: RawAnswer | undefined;
  /** Why there is none. */
  ending: 'answered' | 'closed' | 'silent';
  elapsedMs: number;
};

export type RawSending = {
  port: number;
  /** Address of this machine's loopback that the connection comes from: each is a caller of its own to a rate limit. */
  localAddress: string;
  bytes: Uint8Array;
  /** Ends our half of the connection behind the bytes. */
  endsEarly: boolean;
  isHead: boolean;
  timeoutMs: number;
};

/** Sends bytes over a connection of their own, whatever they are, and reads one answer, at most `timeoutMs` long. */
export function sendRaw(sending: RawSending): Promise<RawOutcome> {
  const startedMs = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: sending.port, localAddress: sending.localAddress });
    let received = Buffer.alloc(0);
    const end = (ending: RawOutcome['ending'], answer?: RawAnswer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ending, answer, elapsedMs: performance.now() - startedMs });
    };
    const timer = setTimeout(() => end('silent'), sending.timeoutMs);
    socket.on('connect', () => {
      if (sending.endsEarly) socket.end(sending.bytes);
      else socket.write(sending.bytes);
    });
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      const answer = readAnswer(received, sending.isHead, false);
      if (answer !== undefined) end('answered', answer);
    });
    const over = () => {
      const answer = readAnswer(received, sending.isHead, true);
      end(answer === undefined ? 'closed' : 'answered', answer);
    };
    // An answer may stand in what was received although writing the rest of the request failed.
    socket.on('error', over);
    socket.on('close', over);
  });
}

/** The first final answer in `bytes`, once it is whole; interim ones (1xx) are passed over. */
function readAnswer(bytes: Buffer, isHead: boolean, isOver: boolean): RawAnswer | undefined {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.subarray(0, headEnd).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
  if (!Number.isInteger(status)) return undefined;
  const rest = bytes.subarray(headEnd + 4);
  if (status < 200) return readAnswer(rest, isHead, isOver);
  const headers = new Map(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const body = isHead || status === 204 || status === 304 ? Buffer.alloc(0) : readBody(rest, headers, isOver);
  return body === undefined ? undefined : { status, headers, body };
}

function readBody(bytes: Buffer, headers: ReadonlyMap<string, string>, isOver: boolean): Buffer | undefined {
  if (headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return readChunks(bytes);
  const length = headers.get('content-length');
  if (length === undefined) return isOver ? bytes : undefined;
  return bytes.length < Number(length) ? undefined : bytes.subarray(0, Number(length));
}

function readChunks(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.subarray(at, lineEnd).toString('latin1'), 16);
    if (size === 0) return Buffer.concat(chunks);
    const start = lineEnd + 2;
    if (!(bytes.length >= start + size + 2)) return undefined;
    chunks.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}
