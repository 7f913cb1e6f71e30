import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedServer } from '../../backend-mock/store/embedded-server.ts';
import { silentLog } from '../backend/backend.ts';
import { prepareTemplate } from './backend.ts';
import { Chance } from './chance.ts';

const templateName = 'simulation_template';
/** A simulated power cut is a copy of SQLite's; this server only has to be fast. */
const careless = ['fsync = off', 'synchronous_commit = off', 'full_page_writes = off', 'autovacuum = off', 'jit = off'];

export interface ClusterAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** One real PostgreSQL for all runs of a process; each run has a database of its own, copied from one that is furnished. */
export class Cluster {
  readonly #connection: pg.PoolConfig;
  readonly #prefix: string;
  readonly #stop: () => Promise<void>;
  #count = 0;
  #isBrokenOff = false;

  private constructor(connection: pg.PoolConfig, prefix: string, stop: () => Promise<void>) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#stop = stop;
  }

  /** The cluster of another process, which has furnished it. @param prefix of the databases' names, this process's alone */
  static attach(address: ClusterAddress, prefix: string): Cluster {
    return new Cluster({ ...address, database: 'postgres' }, prefix, () => Promise.resolve());
  }

  static async start(): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'klink-simulation-'));
    // Else, as root, the server's user could not enter, and the cluster would go elsewhere and stay there.
    await chmod(folder, 0o755);
    const server = await startEmbeddedServer(folder, silentLog);
    const cluster = new Cluster(server.connection, 'run', async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    });
    await cluster.#ask(...careless.map((setting) => `ALTER SYSTEM SET ${setting}`), 'SELECT pg_reload_conf()');
    await cluster.#ask(`CREATE DATABASE ${templateName}`);
    const start = new Date('2026-07-01T00:00:00.000Z');
    await prepareTemplate({ ...server.connection, database: templateName }, new Chance('template'), start);
    return cluster;
  }

  /** A database for one run. */
  async newDatabase(): Promise<{ readonly connection: pg.PoolConfig; drop(): Promise<void> }> {
    this.#count += 1;
    const database = `${this.#prefix}_${this.#count}`;
    await this.#ask(`CREATE DATABASE ${database} TEMPLATE ${templateName}`);
    return {
      connection: { ...this.#connection, database },
      drop: () => this.#ask(`DROP DATABASE ${database} WITH (FORCE)`),
    };
  }

  /** Leaves no server behind when the run is broken off. @param before what has to be put right first */
  stopOnSignal(before: () => void = () => undefined): void {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        this.#isBrokenOff = true;
        before();
        this.stop().finally(() => process.exit(130));
      });
  }

  /**
   * Goes on at once; never, once the run was broken off. Whatever goes on after the signal fails by the server that is gone, and
   * would be told as something that the run has found.
   */
  async unlessBrokenOff(): Promise<void> {
    if (this.#isBrokenOff) await new Promise<never>(() => undefined);
  }

  /** For a process that runs beside this one. */
  get address(): ClusterAddress {
    const { host, port, user } = this.#connection;
    if (host === undefined || port === undefined || user === undefined) throw new Error('the cluster has no address');
    return { host, port, user };
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async #ask(...statements: readonly string[]): Promise<void> {
    const client = new pg.Client(this.#connection);
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }
}
