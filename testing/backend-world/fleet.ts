import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Dice } from './dice.ts';

/** What a backend answered, whichever process it was. */
export type Reply = { status: number; headers: Headers; text: string };

/** Something that no backend may ever answer, or not answer at all. */
export class FleetFault extends Error {}

type Running = { child: ChildProcess; address: string; ended: Promise<number | null> };

const startedSchema = z.object({ address: z.string() });
const hangingAfterMs = 60_000;
const pauseMs = 25;
const idleMs = 500;

const pause = () => new Promise((resolve) => setTimeout(resolve, pauseMs));

/**
 * Several backend processes on one database, one clock that is moved by hand, and callers who ask any of them. A question whose
 * answer was lost, because its process was killed, is asked again: every call may be repeated.
 */
export class Fleet {
  readonly #databaseUrl: string;
  readonly #places: (Running | undefined)[];
  readonly #asked = new EventEmitter();
  #offsetMs = 0;
  /** How many questions were never answered. */
  lost = 0;
  /** How many were put off: the process was stopping, or had too much to do. */
  putOff = 0;

  private constructor(databaseUrl: string, size: number) {
    this.#databaseUrl = databaseUrl;
    this.#places = Array.from({ length: size }, () => undefined);
  }

  static async start(databaseUrl: string, size: number): Promise<Fleet> {
    const fleet = new Fleet(databaseUrl, size);
    await Promise.all(fleet.#places.map((_, place) => fleet.begin(place)));
    return fleet;
  }

  get size(): number {
    return this.#places.length;
  }

  now(): Date {
    return new Date(Date.now() + this.#offsetMs);
  }

  /** Time passes, for every process a little sooner or later. */
  advance(ms: number): void {
    this.#offsetMs += ms;
    for (const running of this.#places)
      if (running?.child.connected === true) running.child.send({ offsetMs: this.#offsetMs });
  }

  async begin(place: number): Promise<void> {
    const script = fileURLToPath(new URL('./world-process.ts', import.meta.url));
    const child = spawn(process.execPath, [script, String(this.#offsetMs)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, DATABASE_URL: this.#databaseUrl },
    });
    const ended = once(child, 'exit').then(([code]) => z.int().nullable().parse(code));
    const said = once(child, 'message').then(([message]) => startedSchema.parse(message));
    const first = await Promise.race([said, ended]);
    if (first === null || typeof first === 'number')
      throw new Error(`a backend ended with ${first} before it answered`);
    child.send({ offsetMs: this.#offsetMs });
    this.#places[place] = { child, address: first.address, ended };
  }

  /** SIGKILL, as soon as it has something to do, and in the middle of that; false where nobody was there any more. */
  async kill(place: number, afterMs: number): Promise<boolean> {
    const running = this.#places[place];
    if (running === undefined) return false;
    await this.#busy(running);
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    if (this.#places[place] !== running) return false;
    this.#places[place] = undefined;
    running.child.kill('SIGKILL');
    await running.ended;
    return true;
  }

  /** When somebody asks this process something; where nobody does any more, soon all the same. */
  async #busy(running: Running): Promise<void> {
    const patience = new Promise((resolve) => setTimeout(resolve, idleMs));
    await Promise.race([once(this.#asked, running.address), patience]);
  }

  /** SIGTERM; the exit code, or `undefined` where nobody was there. */
  async stop(place: number): Promise<number | null | undefined> {
    const running = this.#places[place];
    this.#places[place] = undefined;
    running?.child.kill('SIGTERM');
    return running?.ended;
  }

  /** Exit codes of those that were still running. */
  async stopAll(): Promise<(number | null | undefined)[]> {
    const running = this.#places.flatMap((place, index) => (place === undefined ? [] : [index]));
    return Promise.all(running.map((place) => this.stop(place)));
  }

  /** Asks any process until one answers. Throws {@link FleetFault} for what is nobody's fault but the backend's. */
  async ask(dice: Dice, path: string, init: RequestInit = {}): Promise<Reply> {
    // On a busy machine several may be starting at once.
    const givenUpAtMs = performance.now() + hangingAfterMs;
    while (performance.now() < givenUpAtMs) {
      const address = dice.oneOf(this.#places.flatMap((running) => running?.address ?? []));
      const reply = address === undefined ? undefined : await this.#askOnce(`${address}${path}`, init);
      if (reply !== undefined) return reply;
      await pause();
    }
    throw new FleetFault(`${init.method ?? 'GET'} ${path} was not answered by anybody`);
  }

  async #askOnce(url: string, init: RequestInit): Promise<Reply | undefined> {
    let reply: Reply;
    try {
      const asked = fetch(url, { ...init, signal: AbortSignal.timeout(hangingAfterMs) });
      this.#asked.emit(new URL(url).origin);
      const response = await asked;
      reply = { status: response.status, headers: response.headers, text: await response.text() };
    } catch (error) {
      if (error instanceof Error && error.name === 'TimeoutError') throw new FleetFault(`${url} hung`);
      this.lost += 1;
      return undefined;
    }
    if (reply.status === 503 || reply.status === 429) {
      this.putOff += 1;
      return undefined;
    }
    if (reply.status >= 500) throw new FleetFault(`${init.method ?? 'GET'} ${url}: ${reply.status} ${reply.text}`);
    return reply;
  }
}
