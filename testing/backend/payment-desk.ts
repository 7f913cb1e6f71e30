import { checkDuePayments } from '../../backend-mock/jobs/check-payments.ts';
import type { RunningBackend } from '../../backend-mock/main.ts';
import { boundedProvider } from '../../backend-mock/payments/bounded-provider.ts';
import type { PaymentProvider } from '../../backend-mock/payments/provider.ts';
import { simulatedProvider } from '../../backend-mock/payments/simulated-provider.ts';
import { systemRandom } from '../../backend-mock/ports.ts';
import { type Database, openDatabase } from '../../backend-mock/store/database.ts';
import { silentLog, startTestBackend, startTestServer, type TestServer } from './backend.ts';
import { type OperatorClient, operatorAt } from './operator-client.ts';

const neverMs = 3_600_000;
/** How long a provider that gives no answer is waited for here. */
const providerTimeoutMs = 150;

/** What a test of payments stands on: the clock is the test's own. */
export type PaymentParts = {
  server: TestServer;
  backend: RunningBackend;
  database: Database;
  time: { ms: number };
};

/** Starts a database server and a backend on it, whose jobs the test runs itself. */
export async function startPaymentParts(): Promise<PaymentParts> {
  const time = { ms: Date.parse('2026-07-04T10:00:00Z') };
  const server = await startTestServer();
  const databaseUrl = await server.newDatabase();
  const clock = { now: () => new Date(time.ms) };
  const intervals = { expiryIntervalMs: neverMs, paymentIntervalMs: neverMs, providerTimeoutMs };
  const backend = await startTestBackend(databaseUrl, { clock, ...intervals });
  const database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  return { server, backend, database, time };
}

/** A backend with the simulated provider and its own database server, which {@link PaymentDesk.close} stops. */
export class PaymentDesk {
  readonly server: TestServer;
  readonly backend: RunningBackend;
  readonly database: Database;
  readonly clock: { now(): Date };
  readonly #time: { ms: number };

  constructor({ server, backend, database, time }: PaymentParts) {
    this.server = server;
    this.backend = backend;
    this.database = database;
    this.#time = time;
    this.clock = { now: () => new Date(time.ms) };
  }

  async close(): Promise<void> {
    await this.database.close();
    await this.backend.close();
    await this.server.stop();
  }

  pass(ms: number): void {
    this.#time.ms += ms;
  }

  operator(): Promise<OperatorClient> {
    return operatorAt(this.backend.address, this.#time.ms);
  }

  /** A round of the job that starts payments and asks about them, after a time; returns about how many. */
  checkAfter(ms: number, provider: PaymentProvider = simulatedProvider(this.database, this.clock)): Promise<number> {
    this.pass(ms);
    const { database, clock } = this;
    return checkDuePayments({ database, clock, provider: boundedProvider(provider, providerTimeoutMs, silentLog) });
  }
}
