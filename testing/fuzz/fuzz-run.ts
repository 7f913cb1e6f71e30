import { z } from 'zod';
import { sealSchema } from '../../contract/wire/journal.ts';
import type { ContractOfBodies } from './contract-of-bodies.ts';
import { drawCase, type FuzzCase } from './fuzz-case.ts';
import type { FuzzWorld } from './fuzz-world.ts';
import { judge, patienceMs } from './judge.ts';
import { type RawOutcome, sendRaw } from './raw-http.ts';
import type { FuzzRoute, RouteBook } from './routes.ts';

/** How many requests are under way at once, and after how many the world is looked at anew. */
const atOnce = 4;
const refreshEvery = 200;
const findingsMax = 20;

type Parts = { world: FuzzWorld; book: RouteBook; contract: ContractOfBodies; seed: number };
type Count = { requests: number; consents: number };

/** A run of the fuzz: sends, judges, counts. */
export class FuzzRun {
  /** What went wrong, with the seed of its request and the request itself. */
  readonly findings: string[] = [];
  readonly #parts: Parts;
  readonly #routes = new Map<FuzzRoute, Count>();
  readonly #statuses = new Map<string, number>();
  readonly #attacks = new Map<string, number>();
  #sent = 0;
  #slowestMs = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    for (const route of parts.book.routes) this.#routes.set(route, { requests: 0, consents: 0 });
  }

  async send(count: number): Promise<void> {
    while (this.#sent < count && this.findings.length < findingsMax) {
      const until = Math.min(count, this.#sent + refreshEvery);
      await Promise.all(Array.from({ length: atOnce }, () => this.#sendUntil(until)));
      await this.#parts.world.refresh();
    }
  }

  /** Asks what has never been granted again and again, so that what is behind its checks is reached too; `rounds` times at most. */
  async insist(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      const refused = this.#parts.book.routes.filter(
        (route) => route.opensTo !== 'others' && this.#routes.get(route)?.consents === 0,
      );
      if (refused.length === 0) return;
      for (const route of refused)
        for (let left = refreshEvery / refused.length; left > 0 && this.findings.length < findingsMax; left -= 1)
          await this.#sendOne(++this.#sent, route);
      await this.#parts.world.refresh();
    }
  }

  async #sendUntil(until: number): Promise<void> {
    const { routes } = this.#parts.book;
    while (this.#sent < until && this.findings.length < findingsMax) {
      this.#sent += 1;
      const route = routes[this.#sent % routes.length];
      if (route !== undefined) await this.#sendOne(this.#sent, route);
    }
  }

  async #sendOne(index: number, route: FuzzRoute): Promise<void> {
    const { world, book, contract } = this.#parts;
    const seed = this.#parts.seed + index;
    const fuzzCase = drawCase(seed, world, book.schemas, contract, route);
    const { bytes, endsEarly, isHead } = fuzzCase;
    const sending = {
      port: world.port,
      localAddress: addressOf(index),
      bytes,
      endsEarly,
      isHead,
      timeoutMs: patienceMs,
    };
    const outcome = await sendRaw(sending);
    this.#note(fuzzCase, outcome);
    const complaints = judge(fuzzCase, outcome);
    if (complaints.length > 0)
      this.findings.push(`seed ${seed}, ${fuzzCase.attack}: ${complaints.join('; ')}\n  ${shown(bytes)}`);
  }

  #note({ route, attack, till }: FuzzCase, { answer, ending, elapsedMs }: RawOutcome): void {
    const count = this.#routes.get(route) ?? { requests: 0, consents: 0 };
    this.#routes.set(route, count);
    count.requests += 1;
    if (answer !== undefined && answer.status < 300) count.consents += 1;
    add(this.#statuses, String(answer?.status ?? ending));
    add(this.#attacks, attack);
    this.#slowestMs = Math.max(this.#slowestMs, elapsedMs);
    if (answer?.status === 200 && route.path.endsWith('/batches/{batchId}')) {
      const taken = z.object({ seal: sealSchema }).safeParse(JSON.parse(answer.body.toString('utf8')));
      if (taken.success && taken.data.seal.seq > till.seal.seq) till.seal = taken.data.seal;
    }
  }

  /** Routes that got no request, or never consented to one. */
  routesWithout(what: 'request' | 'consent'): string[] {
    return [...this.#routes]
      .filter(([{ opensTo }, { requests, consents }]) =>
        what === 'request' ? requests === 0 : consents === 0 && opensTo !== 'others',
      )
      .map(([{ method, path }]) => `${method} ${path}`);
  }

  report(): string {
    const sorted = (counts: ReadonlyMap<string, number>) =>
      [...counts]
        .sort(([one], [other]) => one.localeCompare(other))
        .map(([name, count]) => `${name} ${count}`)
        .join(', ');
    return [
      `fuzz, seed ${this.#parts.seed}: ${this.#sent} requests to ${this.#routes.size} routes, slowest ${Math.round(this.#slowestMs)} ms`,
      `  answers: ${sorted(this.#statuses)}`,
      `  attacks: ${sorted(this.#attacks)}`,
      `  never granted: ${this.routesWithout('consent').join(', ') || 'none'}`,
    ].join('\n');
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** Another address of the loopback for each request. */
function addressOf(index: number): string {
  return `127.${1 + (Math.floor(index / 62_500) % 200)}.${1 + (Math.floor(index / 250) % 250)}.${1 + (index % 250)}`;
}

function shown(bytes: Buffer): string {
  const text = bytes
    .subarray(0, 1_500)
    .toString('latin1')
    .replaceAll(/(Bearer |klink-session=)[\w-]{20,}/g, '$1…');
  return JSON.stringify(text);
}
