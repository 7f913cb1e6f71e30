import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { seedDemo } from './demo/seed-demo.ts';
import { ensurePassword } from './http/operator-login.ts';
import { buildServer } from './http/server.ts';
import { startJobs } from './jobs/start-jobs.ts';
import { limits } from './limits.ts';
import { createLog } from './log.ts';
import { boundedProvider } from './payments/bounded-provider.ts';
import { ensureNoticeSecret } from './payments/notice-secret.ts';
import type { PaymentProvider } from './payments/provider.ts';
import { simulatedProvider } from './payments/simulated-provider.ts';
import { type Clock, type Random, systemClock, systemRandom } from './ports.ts';
import type { RefundGateway } from './refunds/gateway.ts';
import { simulatedRefundGateway } from './refunds/simulated-gateway.ts';
import { type Database, openDatabase } from './store/database.ts';
import { type EmbeddedServer, startEmbeddedServer } from './store/embedded-server.ts';
import { migrate } from './store/migrate.ts';

export const defaultPort = 7480;

export type BackendOptions = {
  /** TCP port on `host`; 0 takes a free one. */
  port: number;
  /** Default: this machine only. */
  host?: string;
  /**
   * Addresses or networks (`10.0.0.0/8`) of the proxies in front, which say in `X-Forwarded-For` who asks. Default: none is believed,
   * for otherwise anybody could be as many callers as they like; behind a proxy all are one caller then.
   */
  trustProxy?: readonly string[];
  /** Holds the embedded database; not touched where `databaseUrl` is given. */
  dataFolder: string;
  /** Makes the demo editions and takes their codes any number of times. */
  demo: boolean;
  /** Any PostgreSQL from version 15 instead of the embedded one. */
  databaseUrl?: string;
  /** The operator's password at the first start. Without it: `demo` in demo mode, else a random one that is announced once. */
  adminPassword?: string;
  /** Shows the operator what must never stand in a log; default: a line on standard error. */
  announce?: (line: string) => void;
  log?: Logger;
  clock?: Clock;
  /** How often expired reservations are marked; whoever looks at one sooner sees it expired as well. */
  expiryIntervalMs?: number;
  /** How often the job looks for payments to ask the provider about. */
  paymentIntervalMs?: number;
  /** How often credits are brought and sales processed; what they come to does not depend on it. */
  canteenIntervalMs?: number;
  /** How often a round with a Trac installation is looked for; when one is due is another question. */
  connectorIntervalMs?: number;
  /** Who takes money from cards; default: the simulator of protocol.md, on the same database server. */
  provider?: PaymentProvider;
  /** Who pays refunds back to cards; default: its simulator, on the same database server. */
  refundGateway?: RefundGateway;
  /** How long one call to it may take. */
  providerTimeoutMs?: number;
  random?: Random;
  /** `aud` of the JWTs of integrations (R52); default: the demo's host in demo mode, else the production host. */
  tracAudience?: string;
};

const tracHosts = { production: 'https://trac.mypebble.co.uk/', demo: 'https://trac-demo.stage.pebble.cloud' };

/** A backend that answers. */
export type RunningBackend = {
  /** For example `http://127.0.0.1:7480`. */
  address: string;
  /** Lets requests under way end, then stops the embedded database too. May be called more than once. */
  close(): Promise<void>;
};

/**
 * Starts the backend and returns when it answers. Any number may run on one `databaseUrl`. Rejects with a clear message where
 * the data folder or the port is in use, the database cannot be reached, or its schema is newer or edited; nothing is left
 * running then.
 */
export async function startBackend(options: BackendOptions): Promise<RunningBackend> {
  const log = options.log ?? createLog();
  const random = options.random ?? systemRandom;
  const clock = options.clock ?? systemClock;
  const embedded = options.databaseUrl === undefined ? await startEmbeddedServer(options.dataFolder, log) : undefined;
  const database = openDatabase(embedded?.connection ?? { connectionString: options.databaseUrl ?? '' }, random, log);
  try {
    await prepareDatabase(database, options, { clock, random });
    const provider = boundedProvider(
      options.provider ?? simulatedProvider(database, clock),
      options.providerTimeoutMs ?? limits.providerTimeoutMs,
      log,
    );
    const refundGateway = options.refundGateway ?? simulatedRefundGateway(database, clock);
    const tracAudience = options.tracAudience ?? (options.demo ? tracHosts.demo : tracHosts.production);
    const app = await buildServer({ database, clock, random, demo: options.demo, provider, tracAudience }, log, {
      trustProxy: options.trustProxy ?? [],
    });
    await app.listen({ port: options.port, host: options.host ?? '127.0.0.1' });
    const address = addressOf(app.server.address());
    const simulatorTells = options.provider === undefined ? address : undefined;
    const jobs = startJobs({ database, clock, random, provider, refundGateway, simulatorTells }, options, log);
    return running(address, async () => {
      // Requests under way end by themselves; one that does not arrive may not hold up the stop.
      const impatience = setTimeout(() => app.server.closeAllConnections(), limits.drainTimeoutMs);
      await app.close();
      clearTimeout(impatience);
      await jobs.stop();
      await release(database, embedded);
    });
  } catch (error) {
    await release(database, embedded);
    throw error;
  }
}

async function prepareDatabase(
  database: Database,
  options: BackendOptions,
  { clock, random }: { clock: Clock; random: Random },
): Promise<void> {
  await requireVersion(database);
  const now = clock.now();
  let announced: string | undefined;
  await migrate(database, now, async (connection) => {
    const given = options.adminPassword ?? (options.demo ? 'demo' : undefined);
    announced = await ensurePassword(connection, given, random, now);
    await ensureNoticeSecret(connection, random, now);
    if (options.demo) await seedDemo(connection, random, now);
  });
  if (announced !== undefined) {
    const announce = options.announce ?? ((line: string) => process.stderr.write(`${line}\n`));
    announce(`The operator's password is ${announced} and is not shown again.`);
  }
}

const versionMin = 150_000;

async function requireVersion(database: Database): Promise<void> {
  const answer = await database.pool.query<{ server_version_num: string }>('SHOW server_version_num');
  const version = Number(answer.rows[0]?.server_version_num);
  if (!(version >= versionMin)) throw new Error('The database server is older than PostgreSQL 15.');
}

async function release(database: Database, embedded: EmbeddedServer | undefined): Promise<void> {
  try {
    await database.close();
  } finally {
    await embedded?.stop();
  }
}

function addressOf(address: AddressInfo | string | null): string {
  if (address === null || typeof address === 'string') throw new Error('The backend listens on no TCP port.');
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `http://${host}:${address.port}`;
}

function running(address: string, stop: () => Promise<void>): RunningBackend {
  let closing: Promise<void> | undefined;
  return {
    address,
    close() {
      closing ??= stop();
      return closing;
    },
  };
}
