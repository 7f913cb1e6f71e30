import http from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** A request of a till, whole, as it is to reach the backend. */
export interface WholeRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Buffer;
}

/** What the backend said, byte for byte, compressed or not. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** How bytes go: all at once, or so many at a time. */
export interface Pace {
  readonly pieceBytes: number;
  readonly everyMs: number;
}

/** Headers that belong to one connection, not to the message. */
const ofTheConnection = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'host']);

export async function wholeRequestOf(incoming: http.IncomingMessage): Promise<WholeRequest> {
  return {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers: withoutConnection(incoming.headers),
    body: await bodyOf(incoming),
  };
}

/**
 * Brings a request to the backend over a connection of its own.
 * @param share less than 1: so much of the body, then the connection is reset
 * @throws where the backend is not there, dies meanwhile, or was given only a part
 */
export function passOn(
  target: string,
  request: WholeRequest,
  pace: Pace | null = null,
  share = 1,
): Promise<WholeAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = http.request(new URL(request.path, target), {
      method: request.method,
      headers: { ...request.headers, ...(request.body.length > 0 ? { 'content-length': request.body.length } : {}) },
      agent: false,
    });
    outgoing.once('error', reject);
    outgoing.once('response', (response) => {
      const { statusCode = 502, headers } = response;
      bodyOf(response).then((body) => resolve({ status: statusCode, headers, body }), reject);
    });
    if (share < 1) breakOff(outgoing, request.body.subarray(0, Math.floor(request.body.length * share)));
    else writePaced(outgoing, request.body, pace).then(() => outgoing.end(), reject);
  });
}

/** Gives the till an answer; of less than the whole it gets so much of the body, and a reset. */
export async function answerWith(
  outgoing: http.ServerResponse,
  answer: WholeAnswer,
  pace: Pace | null = null,
  share = 1,
): Promise<void> {
  outgoing.writeHead(answer.status, { ...withoutConnection(answer.headers), 'content-length': answer.body.length });
  await writePaced(outgoing, answer.body.subarray(0, Math.floor(answer.body.length * share)), pace);
  if (share >= 1) outgoing.end();
  else outgoing.write('', () => reset(outgoing));
}

/** As when a router forgets the connection. */
export function reset({ socket }: http.ServerResponse): void {
  // A socket that is being shut down, as when the till was killed, cannot be reset, and Node would never be rid of it.
  if (socket?.writableEnded) socket.destroy();
  else socket?.resetAndDestroy();
}

function breakOff(outgoing: http.ClientRequest, sent: Buffer): void {
  outgoing.flushHeaders();
  outgoing.once('socket', (socket) =>
    socket.once('connect', () => outgoing.write(sent, () => outgoing.destroy(new Error('cut off in the middle')))),
  );
}

async function writePaced(to: http.OutgoingMessage, bytes: Buffer, pace: Pace | null): Promise<void> {
  if (pace === null) {
    if (bytes.length > 0) to.write(bytes);
    return;
  }
  for (let at = 0; at < bytes.length && !to.destroyed; at += pace.pieceBytes) {
    to.write(bytes.subarray(at, at + pace.pieceBytes));
    await pause(pace.everyMs);
  }
}

async function bodyOf(message: http.IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function withoutConnection(headers: http.IncomingHttpHeaders): http.OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofTheConnection.has(name)));
}
