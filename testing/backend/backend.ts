import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { z } from 'zod';
import { createLog } from '../../backend-mock/log.ts';
import { type BackendOptions, type RunningBackend, startBackend } from '../../backend-mock/main.ts';
import { startEmbeddedServer } from '../../backend-mock/store/embedded-server.ts';
import { debianServerUser, isDebianServerInstalled, startDebianServer } from './debian-server.ts';

/** One real PostgreSQL for a test file; every test may have a database of its own on it. */
export type TestServer = {
  /** Makes an empty database and returns its address. */
  newDatabase(): Promise<string>;
  /** What the server writes to its log, for tests that read its statements. */
  logFile: string;
  /** Of the server's programs: 18 is the embedded one, 15 Debian's. */
  majorVersion: number;
  stop(): Promise<void>;
};

export const silentLog = createLog(pino.destination('/dev/null'), 'silent');

const kindSchema = z.enum(['embedded', 'debian']);

/** Which PostgreSQL the backend's suite runs on: the embedded one, or with `KLINK_TEST_DATABASE=debian` Debian's 15. */
function testDatabaseKind(): z.infer<typeof kindSchema> {
  return kindSchema.parse(process.env['KLINK_TEST_DATABASE'] ?? 'embedded');
}

/** Starts the PostgreSQL that this run of the tests is about, in a temporary folder. */
export async function startTestServer(): Promise<TestServer> {
  switch (testDatabaseKind()) {
    case 'embedded':
      return startEmbedded();
    case 'debian':
      return startDebian();
  }
}

async function startEmbedded(): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'klink-test-'));
  // Else, as root, the server's user could not enter, and the cluster would go elsewhere and stay there.
  await chmod(folder, 0o755);
  const server = await startEmbeddedServer(folder, silentLog);
  return describeServer({ ...server.connection }, server.logFile, async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });
}

async function startDebian(): Promise<TestServer> {
  if (!isDebianServerInstalled()) throw new Error('KLINK_TEST_DATABASE=debian needs the Debian package postgresql-15.');
  const server = await startDebianServer();
  const connection = { host: server.socketFolder, user: debianServerUser, database: 'postgres' };
  return describeServer(connection, server.logFile, () => server.stop());
}

async function describeServer(
  connection: pg.ClientConfig,
  logFile: string,
  stop: () => Promise<void>,
): Promise<TestServer> {
  const asked = await askOnce(connection, 'SHOW server_version_num');
  const majorVersion = Math.floor(Number(asked) / 10_000);
  return {
    logFile,
    majorVersion,
    async newDatabase() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      await askOnce(connection, `CREATE DATABASE ${name}`);
      return `postgresql://${connection.user}@/${name}?host=${encodeURIComponent(connection.host ?? '')}`;
    },
    stop,
  };
}

/** The first value of the first row, if the statement gives any. */
async function askOnce(connection: pg.ClientConfig, statement: string): Promise<unknown> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    const answer = await client.query<unknown[]>({ text: statement, rowMode: 'array' });
    return answer.rows[0]?.[0];
  } finally {
    await client.end();
  }
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
