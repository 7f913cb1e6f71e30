import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BackendMessages, FrontendMessages } from './frontend-messages.ts';

/** A moment on the line: before the n-th statement reaches the database, or when the database has done it and nobody knows. */
export type Moment = { statement: number; when: 'before' | 'after' };

/** A statement that passed, and whether the database was outside of a transaction when it had done it. */
export type Passed = { text: string; isDurable: boolean };

/**
 * Stands between a backend and its PostgreSQL, counts the statements of all connections together, and at one moment strikes: nothing
 * passes any more, in either direction. The backend reaches it by `databaseUrl`.
 */
export class DatabaseLine {
  readonly databaseUrl: string;
  readonly passed: Passed[] = [];
  readonly #folder: string;
  readonly #server: Server;
  readonly #pairs = new Set<{ client: Socket; database: Socket; gone: Promise<unknown> }>();
  #moment: Moment | undefined;
  #strike: (() => void) | undefined;
  #counts = false;
  #isCut = false;

  private constructor(folder: string, upstream: string, databaseUrl: string) {
    this.#folder = folder;
    this.databaseUrl = databaseUrl;
    this.#server = createServer((client) => this.#connect(client, upstream));
  }

  /** @param databaseUrl names a socket folder as its `host`, as those of the tests' servers do */
  static async start(databaseUrl: string): Promise<DatabaseLine> {
    const url = new URL(databaseUrl.replace('@/', '@socket/'));
    const upstream = join(url.searchParams.get('host') ?? '', '.s.PGSQL.5432');
    const folder = await mkdtemp(join(tmpdir(), 'klink-line-'));
    const own = databaseUrl.replace(/host=[^&]*/, `host=${encodeURIComponent(folder)}`);
    const line = new DatabaseLine(folder, upstream, own);
    line.#server.listen(join(folder, '.s.PGSQL.5432'));
    await once(line.#server, 'listening');
    return line;
  }

  get hasStruck(): boolean {
    return this.#isCut;
  }

  /** Counts from now on. At the moment, if there is one, `strike` is called, once, and the line is dead. */
  count(moment?: Moment, strike?: () => void): void {
    this.#counts = true;
    this.#moment = moment;
    this.#strike = strike;
  }

  stopCounting(): void {
    this.#counts = false;
    this.#moment = undefined;
  }

  /** Resolves when the database has ended every session of the line: what was open is rolled back, no lock is left. */
  async sessionsEnded(): Promise<void> {
    await Promise.all([...this.#pairs].map(({ gone }) => gone));
  }

  async close(): Promise<void> {
    for (const { client, database } of this.#pairs) {
      client.destroy();
      database.end();
    }
    await this.sessionsEnded();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await rm(this.#folder, { recursive: true, force: true });
  }

  #connect(client: Socket, upstream: string): void {
    const database = createConnection(upstream);
    const pair = { client, database, gone: once(database, 'close') };
    this.#pairs.add(pair);
    const requests = new FrontendMessages();
    const answers = new BackendMessages();
    /** The statement that this connection waits for, by its place among those that passed. */
    let asked: number | undefined;
    client.on('data', (chunk) => {
      for (const { bytes, statement } of requests.take(chunk)) {
        if (this.#isCut) return;
        if (statement !== '' && this.#counts) {
          asked = this.passed.push({ text: statement, isDurable: false });
          if (this.#isAt(asked, 'before')) return this.#cut();
        }
        database.write(bytes);
      }
    });
    database.on('data', (chunk) => {
      if (this.#isCut) return;
      const [state] = answers.take(chunk);
      const done = state === undefined ? undefined : asked;
      if (done !== undefined) {
        asked = undefined;
        const statement = this.passed[done - 1];
        if (statement !== undefined) statement.isDurable = state === 'I';
        if (this.#isAt(done, 'after')) return this.#cut();
      }
      client.write(chunk);
    });
    // Either end may vanish at any time: that is what the line is for.
    client.on('error', () => client.destroy());
    database.on('error', () => database.destroy());
    client.on('close', () => database.end());
    database.on('close', () => {
      this.#pairs.delete(pair);
      client.destroy();
    });
  }

  #isAt(statement: number, when: Moment['when']): boolean {
    return this.#moment?.statement === statement && this.#moment.when === when;
  }

  #cut(): void {
    this.#isCut = true;
    this.#strike?.();
    for (const { client, database } of this.#pairs) {
      client.destroy();
      database.end();
    }
  }
}
