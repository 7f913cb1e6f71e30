import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedRequest {
  readonly method: string;
  /** Without the assignment's part: `seal`, `config`, `batches/1-3`. */
  readonly resource: string;
  readonly body: string;
  readonly headers: http.IncomingHttpHeaders;
}

export type Reply =
  | { readonly status: number; readonly json?: unknown; readonly headers?: Readonly<Record<string, string>> }
  /** The connection is cut before an answer. */
  | 'cut'
  /** The first half of an answer, then the connection is cut. */
  | 'half'
  /** Nothing, until the server is closed. */
  | 'silence'
  /** Head and half a body, and then nothing, until the server is closed. */
  | 'stall';

/** A backend on a real socket that says what a test tells it to. */
export class ScriptedBackend {
  readonly requests: ReceivedRequest[] = [];
  /** How many are being answered now, and the most there ever were. */
  open = 0;
  openMax = 0;
  answer: (request: ReceivedRequest) => Reply | Promise<Reply>;
  readonly #server: http.Server;
  #waiting: { readonly count: number; readonly resolve: () => void } | null = null;

  private constructor(answer: (request: ReceivedRequest) => Reply | Promise<Reply>) {
    this.answer = answer;
    this.#server = http.createServer((request, response) => void this.#receive(request, response));
  }

  static async start(answer: (request: ReceivedRequest) => Reply | Promise<Reply>): Promise<ScriptedBackend> {
    const backend = new ScriptedBackend(answer);
    await new Promise<void>((resolve) => backend.#server.listen(0, '127.0.0.1', resolve));
    return backend;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port()}`;
  }

  get resources(): readonly string[] {
    return this.requests.map(({ resource }) => resource);
  }

  /** Until this many requests have come in. */
  async received(count: number): Promise<void> {
    if (this.requests.length >= count) return;
    await new Promise<void>((resolve) => {
      this.#waiting = { count, resolve };
    });
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  #port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server is not listening');
    return address.port;
  }

  async #receive(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    this.open += 1;
    this.openMax = Math.max(this.openMax, this.open);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(Buffer.from(chunk));
    const received = {
      method: request.method ?? '',
      resource: (request.url ?? '').replace(/^\/v1\/(?:assignments\/\d+\/)?/, ''),
      body: Buffer.concat(chunks).toString('utf8'),
      headers: request.headers,
    };
    this.requests.push(received);
    if (this.#waiting && this.requests.length >= this.#waiting.count) this.#waiting.resolve();
    const reply = await this.answer(received);
    this.open -= 1;
    this.#send(response, reply);
  }

  #send(response: http.ServerResponse, reply: Reply): void {
    if (reply === 'cut') response.destroy();
    else if (reply === 'half' || reply === 'stall') {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"results":[', () => (reply === 'half' ? response.destroy() : undefined));
    } else if (reply !== 'silence') {
      response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
      response.end(reply.json === undefined ? '' : JSON.stringify(reply.json));
    }
  }
}
