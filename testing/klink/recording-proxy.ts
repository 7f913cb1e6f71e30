import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request of a till as it went over the wire, and what it was answered. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly status: number;
  readonly answer: string;
}

/** Stands between till and backend and keeps what passes, so that a test can send the very same bytes again. */
export interface RecordingProxy {
  readonly address: string;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/** Headers that belong to one connection, not to the message. */
const ofTheConnection = new Set(['connection', 'keep-alive', 'host', 'transfer-encoding', 'content-length']);

/** What a request waits for on its way; a gate that throws lets it go no further, and the till is answered 502. */
export interface Gates {
  /** Before the backend hears of it. */
  readonly before: () => Promise<void>;
  /** The backend has answered, and the till has not heard it. */
  readonly after: () => Promise<void>;
}

const openGates: Gates = { before: () => Promise.resolve(), after: () => Promise.resolve() };

/** @param alter changes an answer on its way back, for what a healthy backend never says. */
export async function startRecordingProxy(
  backendAddress: string,
  alter: (recorded: RecordedRequest) => string = ({ answer }) => answer,
  gates: Gates = openGates,
): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = [];
  const server = createServer((incoming, outgoing) => {
    passThrough(backendAddress, incoming, gates).then(
      ({ recorded, answerHeaders }) => {
        requests.push(recorded);
        outgoing.writeHead(recorded.status, answerHeaders).end(alter(recorded));
      },
      (error: unknown) => outgoing.writeHead(502).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${portOf(server.address())}`,
    requests,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** The same request to the backend itself, byte for byte. */
export function sendAgain(backendAddress: string, request: RecordedRequest): Promise<Response> {
  return fetch(`${backendAddress}${request.path}`, {
    method: request.method,
    headers: { ...request.headers },
    ...(request.body.length === 0 ? {} : { body: Uint8Array.from(request.body) }),
  });
}

async function passThrough(backendAddress: string, incoming: IncomingMessage, { before, after }: Gates) {
  await before();
  const passed = await passOn(backendAddress, incoming);
  await after();
  return passed;
}

async function passOn(
  backendAddress: string,
  incoming: IncomingMessage,
): Promise<{ recorded: RecordedRequest; answerHeaders: Record<string, string> }> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
  const headers = Object.fromEntries(
    Object.entries(incoming.headers).flatMap(([name, value]) =>
      ofTheConnection.has(name) || typeof value !== 'string' ? [] : [[name, value]],
    ),
  );
  const request = {
    method: incoming.method ?? 'GET',
    path: incoming.url ?? '/',
    headers,
    body: Buffer.concat(chunks),
  };
  const response = await sendAgain(backendAddress, { ...request, status: 0, answer: '' });
  const answer = await response.text();
  const answerHeaders = Object.fromEntries(
    // fetch has undone the compression already.
    [...response.headers].filter(([name]) => !ofTheConnection.has(name) && name !== 'content-encoding'),
  );
  return { recorded: { ...request, status: response.status, answer }, answerHeaders };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('a proxy without a port');
  return address.port;
}
