import type { BackendOptions } from '../../backend-mock/main.ts';
import { systemRandom } from '../../backend-mock/ports.ts';
import { type Database, openDatabase } from '../../backend-mock/store/database.ts';
import { silentLog, startTestBackend, startTestServer, type TestServer } from './backend.ts';

/** A demo backend in this process with a PostgreSQL of its own: reached over HTTP, and at its tables. */
export type OwnBackend = {
  address: string;
  server: TestServer;
  databaseUrl: string;
  /** Connections of the test's own, beside the backend's. */
  database: Database;
  /** Stops both. */
  close(): Promise<void>;
};

/** Starts both. For one test file: a server takes half a second to start. */
export async function startOwnBackend(options: Partial<BackendOptions> = {}): Promise<OwnBackend> {
  const server = await startTestServer();
  const databaseUrl = await server.newDatabase();
  const backend = await startTestBackend(databaseUrl, options);
  const database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  return {
    address: backend.address,
    server,
    databaseUrl,
    database,
    async close() {
      await database.close();
      await backend.close();
      await server.stop();
    },
  };
}

const neverMs = 3_600_000;

/** Options of a backend whose jobs the test runs itself, at the times of its own clock. */
export const jobsByHand = {
  expiryIntervalMs: neverMs,
  paymentIntervalMs: neverMs,
} as const satisfies Partial<BackendOptions>;
