import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { createLog } from '../../backend-mock/log.ts';
import { type BackendOptions, type RunningBackend, startBackend } from '../../backend-mock/main.ts';
import { type EmbeddedServer, startEmbeddedServer } from '../../backend-mock/store/embedded-server.ts';

/** One real PostgreSQL for a test file; every test may have a database of its own on it. */
export type TestServer = {
  /** Makes an empty database and returns its address. */
  newDatabase(): Promise<string>;
  /** What the server writes to its log, for tests that read its statements. */
  logFile: string;
  stop(): Promise<void>;
};

export const silentLog = createLog(pino.destination('/dev/null'), 'silent');

/** Starts the embedded PostgreSQL in a temporary folder. */
export async function startTestServer(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'klink-test-'));
  // Else, as root, the server's user could not enter, and the cluster would go elsewhere and stay there.
  await chmod(folder, 0o755);
  const server: EmbeddedServer = await startEmbeddedServer(folder, silentLog);
  return {
    logFile: server.logFile,
    async newDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      const client = new pg.Client(server.connection);
      await client.connect();
      await client.query(`CREATE DATABASE ${name}`);
      await client.end();
      return `postgresql://klink@/${name}?host=${encodeURIComponent(server.connection.host ?? '')}`;
    },
    async stop() {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A demo backend in this process on a database of its own, reached over HTTP. */
export async function startTestBackend(
  databaseUrl: string,
  options: Partial<BackendOptions> = {},
): Promise<RunningBackend> {
  return startBackend({
    port: 0,
    dataFolder: join(tmpdir(), 'klink-test-unused'),
    demo: true,
    log: silentLog,
    ...options,
    databaseUrl,
  });
}
