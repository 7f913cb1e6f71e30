import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { answerWith, passOn, reset, type WholeRequest, wholeRequestOf } from './passing.ts';
import { type Fate, type FateKind, fairWeather, type Weather } from './weather.ts';

/** A request that is with the backend and not answered. */
export interface Underway {
  readonly method: string;
  readonly path: string;
}

export function isBatch({ path }: Underway): boolean {
  return path.includes('/batches/');
}

/**
 * The network between all tills and their backend: every request meets with what the weather has for it. The backend may
 * die and come back elsewhere; who calls meanwhile is reset.
 */
export class FoulLine {
  readonly address: string;
  readonly tally = new Map<FateKind, number>();
  weather: Weather = fairWeather;
  target: string;
  requestCount = 0;
  /** What the backend takes for a batch, on the average of the last ones. */
  usualBatchMs = 20;
  readonly #server: Server;
  readonly #earlier = new Map<string, number>();
  readonly #underway = new Set<Underway>();
  /** What is still on its way although nobody waits for it. */
  readonly #late = new Set<Promise<void>>();
  readonly #watchers = new Set<(underway: Underway) => void>();

  private constructor(server: Server, address: string, target: string) {
    this.#server = server;
    this.address = address;
    this.target = target;
  }

  static async open(target: string): Promise<FoulLine> {
    const server = createServer((incoming, outgoing) => void line.#receive(incoming, outgoing));
    // Half-open connections stay for as long as a till bears them.
    server.requestTimeout = 0;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the line has no port');
    const line = new FoulLine(server, `http://127.0.0.1:${address.port}`, target);
    return line;
  }

  /** What is with the backend at this moment. */
  get underway(): readonly Underway[] {
    return [...this.#underway];
  }

  /** The next request that is brought to the backend. */
  nextUnderway(fits: (underway: Underway) => boolean): { readonly came: Promise<Underway>; forget(): void } {
    let watcher: (underway: Underway) => void = () => {};
    const came = new Promise<Underway>((resolve) => {
      watcher = (underway) => {
        if (!fits(underway)) return;
        this.#watchers.delete(watcher);
        resolve(underway);
      };
      this.#watchers.add(watcher);
    });
    return { came, forget: () => this.#watchers.delete(watcher) };
  }

  /** Until nothing is on its way any more, wanted or not. */
  async settled(): Promise<void> {
    while (this.#late.size > 0) await Promise.all(this.#late);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
    await this.settled();
  }

  async #receive(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const request = await wholeRequestOf(incoming);
      const fate = this.#fateOf(request);
      this.requestCount += 1;
      this.tally.set(fate.kind, (this.tally.get(fate.kind) ?? 0) + 1);
      await this.#let(fate, request, outgoing);
    } catch {
      // The till gave up, or the backend is dead: to the other end both are a connection that breaks.
      reset(outgoing);
    }
  }

  #fateOf({ method, path }: WholeRequest): Fate {
    const name = `${method} ${path}`;
    const earlierCount = this.#earlier.get(name) ?? 0;
    this.#earlier.set(name, earlierCount + 1);
    return this.weather({ method, path, earlierCount });
  }

  async #let(fate: Fate, request: WholeRequest, outgoing: ServerResponse): Promise<void> {
    switch (fate.kind) {
      case 'clear':
        return answerWith(outgoing, await this.#pass(request));
      case 'slow': {
        await pause(fate.requestMs);
        const answer = await this.#pass(request);
        await pause(fate.answerMs);
        return answerWith(outgoing, answer);
      }
      case 'drip':
        return answerWith(outgoing, await this.#pass(request, fate), fate);
      case 'cut before':
        return reset(outgoing);
      case 'request cut':
        reset(outgoing);
        return this.#later(0, () => this.#pass(request, null, Math.min(fate.share, 0.99)));
      case 'answer lost':
        await this.#pass(request);
        return reset(outgoing);
      case 'answer cut':
        return answerWith(outgoing, await this.#pass(request), null, Math.min(fate.share, 0.99));
      case 'twice at once': {
        const [answer] = await Promise.all([this.#pass(request), this.#pass(request)]);
        return answerWith(outgoing, answer);
      }
      case 'again later':
        this.#later(fate.laterMs, () => this.#pass(request));
        return answerWith(outgoing, await this.#pass(request));
      case 'overtaken':
        reset(outgoing);
        return this.#later(fate.laterMs, () => this.#pass(request));
      case 'silence before':
        return;
      case 'silence after':
        await this.#pass(request);
    }
  }

  async #pass(request: WholeRequest, ...how: [pace?: { pieceBytes: number; everyMs: number } | null, share?: number]) {
    const underway = { method: request.method, path: request.path };
    this.#underway.add(underway);
    const startedMs = performance.now();
    const answered = passOn(this.target, request, ...how);
    for (const watcher of [...this.#watchers]) watcher(underway);
    try {
      const answer = await answered;
      if (isBatch(underway)) this.usualBatchMs = 0.8 * this.usualBatchMs + 0.2 * (performance.now() - startedMs);
      return answer;
    } finally {
      this.#underway.delete(underway);
    }
  }

  /** Goes on by itself; a backend that is dead by then never hears of it. */
  #later(laterMs: number, act: () => Promise<unknown>): void {
    const done: Promise<void> = pause(laterMs)
      .then(act)
      .then(
        () => undefined,
        () => undefined,
      )
      .finally(() => this.#late.delete(done));
    this.#late.add(done);
  }
}
