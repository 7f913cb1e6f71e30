import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';

/** What happens to one request on its way to the other side. */
export type Fate =
  | 'goes'
  | 'lost on the way there'
  | 'lost on the way back'
  | 'refused for now'
  | 'says no'
  | 'token refused';

/** A request as it passes, before its fate is known. */
export type Passing = { number: number; method: string; path: string };

export type Line = {
  /** What the connector takes for the other side. */
  address: string;
  /** Decides over each request; by default all go. May wait, and may end whoever asks. */
  decide(fate: (passing: Passing) => Fate | Promise<Fate>): void;
  /** Called when the other side has answered, before the answer goes on. */
  onAnswered(told: (passing: Passing) => void | Promise<void>): void;
  readonly passed: readonly Passing[];
  close(): Promise<void>;
};

/**
 * A line to a Trac installation on which requests and answers can be lost. It takes `Idempotency-Key` off: an installation that does
 * not know it (requirements, 7.4) must get everything once all the same.
 */
export async function openLine(target: string): Promise<Line> {
  let fateOf: (passing: Passing) => Fate | Promise<Fate> = () => 'goes';
  let answered: (passing: Passing) => void | Promise<void> = () => undefined;
  const passed: Passing[] = [];
  const server = createServer((request, response) => {
    const pass = async () => {
      const passing = { number: passed.length + 1, method: request.method ?? '', path: request.url ?? '' };
      passed.push(passing);
      const body = await bodyOf(request);
      const fate = await fateOf(passing);
      if (fate === 'lost on the way there') return response.destroy();
      if (fate === 'refused for now') return response.writeHead(503, { 'Retry-After': '1' }).end();
      if (fate === 'token refused') return response.writeHead(401).end();
      if (fate === 'says no')
        return response.writeHead(400, { 'Content-Type': 'application/json' }).end('{"detail":"not today"}');
      const reply = await fetch(`${target}${passing.path}`, {
        method: passing.method,
        headers: headersOf(request),
        ...(body.length > 0 ? { body } : {}),
      });
      const text = await reply.text();
      await answered(passing);
      if (fate === 'lost on the way back') return response.destroy();
      return response.writeHead(reply.status, { 'Content-Type': reply.headers.get('content-type') ?? '' }).end(text);
    };
    pass().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = z.object({ port: z.int() }).parse(server.address());
  return {
    address: `http://127.0.0.1:${port}`,
    decide(fate) {
      fateOf = fate;
    },
    onAnswered(told) {
      answered = told;
    },
    passed,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      }),
  };
}

const kept = ['authorization', 'content-type'] as const;

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    kept.flatMap((name) => (request.headers[name] === undefined ? [] : [[name, request.headers[name]]])),
  );
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(z.instanceof(Uint8Array).parse(chunk));
  return Uint8Array.from(Buffer.concat(chunks));
}
