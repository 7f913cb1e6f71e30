import type pg from 'pg';
import { seedDemo } from '../../backend-mock/demo/seed-demo.ts';
import { ensurePassword } from '../../backend-mock/http/operator-login.ts';
import { buildServer } from '../../backend-mock/http/server.ts';
import type { App } from '../../backend-mock/http/service.ts';
import { checkDuePayments } from '../../backend-mock/jobs/check-payments.ts';
import { expireDueReservations } from '../../backend-mock/jobs/expire-reservations.ts';
import { type BoundedProvider, boundedProvider } from '../../backend-mock/payments/bounded-provider.ts';
import { ensureNoticeSecret } from '../../backend-mock/payments/notice-secret.ts';
import type { Clock, Random } from '../../backend-mock/ports.ts';
import { type Connection, type Database, openDatabase } from '../../backend-mock/store/database.ts';
import { migrate } from '../../backend-mock/store/migrate.ts';
import { silentLog } from '../backend/backend.ts';
import type { CardProvider } from './card-provider.ts';
import type { Chance } from './chance.ts';
import { killable, Mortality } from './dying-database.ts';
import type { GlobalTimers } from './global-timers.ts';
import type { Answer, SentRequest } from './network.ts';
import type { SimulatedTime } from './simulated-time.ts';
import type { Tally } from './tally.ts';

const providerTimeoutMs = 3_000;
export const operatorPassword = 'simulated';

/** A database with the schema and the demo editions in it, from which each run gets a copy. */
export async function prepareTemplate(connection: pg.PoolConfig, random: Random, now: Date): Promise<void> {
  const database = openDatabase(connection, random, silentLog);
  await migrate(database, now, async (client) => {
    await ensurePassword(client, operatorPassword, random, now);
    await ensureNoticeSecret(client, random, now);
    await seedDemo(client, random, now);
  });
  await database.close();
}

export interface BackendParts {
  readonly time: SimulatedTime;
  readonly timers: GlobalTimers;
  readonly chance: Chance;
  readonly provider: CardProvider;
  readonly tally: Tally;
}

/**
 * The real backend of a run: its HTTP routes called in this process, its ingest and ledger on a database of their own. Requests
 * come one after the other, so that one seed always gives one order. It can die at any statement and is back when the run says so.
 */
export class SimulatedBackend {
  readonly #parts: BackendParts;
  readonly #mortality: Mortality;
  readonly #app: App;
  readonly #clock: Clock;
  readonly #provider: BoundedProvider;
  /** As the process sees it, and as it truly is. */
  readonly #databases: { readonly mortal: Database; readonly real: Database };

  private constructor(
    parts: BackendParts,
    mortality: Mortality,
    databases: { readonly mortal: Database; readonly real: Database },
    app: App,
    clock: Clock,
    provider: BoundedProvider,
  ) {
    this.#parts = parts;
    this.#mortality = mortality;
    this.#databases = databases;
    this.#app = app;
    this.#clock = clock;
    this.#provider = provider;
  }

  static async open(connection: pg.PoolConfig, parts: BackendParts): Promise<SimulatedBackend> {
    const { time, chance, tally } = parts;
    const clock: Clock = { now: () => new Date(time.nowMs()) };
    const random: Random = { bytes: (count) => chance.bytes(count) };
    const mortality = new Mortality(() => tally.fault('backend killed'));
    const real = openDatabase(connection, random, silentLog);
    const mortal = killable(real, mortality.strikes);
    const provider = boundedProvider(parts.provider, providerTimeoutMs, silentLog);
    const app = await buildServer(
      { database: mortal, clock, random, demo: true, provider, tracAudience: '' },
      silentLog,
    );
    return new SimulatedBackend(parts, mortality, { mortal, real }, app, clock, provider);
  }

  get isUp(): boolean {
    return this.#mortality.isAlive;
  }

  /** Its process dies at the n-th statement from now on, before that is done. */
  dieAfter(statements: number): void {
    this.#mortality.dieAfter(statements);
  }

  restart(): void {
    this.#mortality.restart();
  }

  /** Null: it died over this request, or is not there. */
  async answer(request: SentRequest): Promise<Answer | null> {
    if (!this.isUp) return null;
    const answer = await this.#parts.timers.real(() => this.#inject(request));
    return this.isUp ? answer : null;
  }

  async #inject({ method, path, headers, body }: SentRequest): Promise<Answer> {
    const { 'accept-encoding': _, ...plain } = headers;
    const reply = await this.#app.inject({
      method: methodOf(method),
      url: path,
      headers: plain,
      ...(body === null ? {} : { payload: body }),
    });
    const kept = Object.entries(reply.headers).flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, value]] : [],
    );
    return { status: reply.statusCode, headers: Object.fromEntries(kept), body: reply.body };
  }

  /** One round of the jobs that time makes necessary. */
  async runJobs(): Promise<void> {
    const database = this.#databases.mortal;
    if (!this.isUp) return;
    const job = { database, clock: this.#clock, provider: this.#provider };
    await this.#parts.timers.real(async () => {
      try {
        await expireDueReservations(database, this.#clock);
        await checkDuePayments(job);
      } catch (error) {
        if (this.isUp) throw error;
      }
    });
  }

  /** Reads beside everything that may die. */
  query<Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#parts.timers.real(async () => (await this.#databases.real.pool.query<Row>(text, [...values])).rows);
  }

  read<Value>(work: (connection: Connection) => Promise<Value>): Promise<Value> {
    return this.#parts.timers.real(() => this.#databases.real.transaction(work));
  }

  close(): Promise<void> {
    return this.#parts.timers.real(async () => {
      await this.#app.close();
      await this.#databases.real.close();
    });
  }
}

function methodOf(method: string): 'GET' | 'PUT' | 'POST' | 'DELETE' {
  switch (method) {
    case 'GET':
    case 'PUT':
    case 'POST':
    case 'DELETE':
      return method;
    default:
      throw new Error(`no till sends ${method}`);
  }
}
