import { checkDuePayments } from '../../backend-mock/jobs/check-payments.ts';
import { boundedProvider } from '../../backend-mock/payments/bounded-provider.ts';
import type { PaymentProvider } from '../../backend-mock/payments/provider.ts';
import { simulatedProvider } from '../../backend-mock/payments/simulated-provider.ts';
import type { Database } from '../../backend-mock/store/database.ts';
import { silentLog } from './backend.ts';
import { type OperatorClient, operatorAt } from './operator-client.ts';
import { jobsByHand, type OwnBackend, startOwnBackend } from './own-backend.ts';
import { TestClock } from './test-clock.ts';

/** How long a provider that gives no answer is waited for here. */
const providerTimeoutMs = 150;

/** What a test of payments stands on: the clock is the test's own. */
export type PaymentParts = { backend: OwnBackend; clock: TestClock };

/** Starts a backend whose jobs the test runs itself. */
export async function startPaymentParts(): Promise<PaymentParts> {
  const clock = new TestClock('2026-07-04T10:00:00Z');
  return { backend: await startOwnBackend({ clock, ...jobsByHand, providerTimeoutMs }), clock };
}

/** A backend with the simulated provider and its own database server, which {@link PaymentDesk.close} stops. */
export class PaymentDesk {
  readonly backend: OwnBackend;
  readonly database: Database;
  readonly clock: TestClock;

  constructor({ backend, clock }: PaymentParts) {
    this.backend = backend;
    this.database = backend.database;
    this.clock = clock;
  }

  close(): Promise<void> {
    return this.backend.close();
  }

  pass(ms: number): void {
    this.clock.pass(ms);
  }

  operator(): Promise<OperatorClient> {
    return operatorAt(this.backend.address, this.clock.ms);
  }

  /** A round of the job that starts payments and asks about them, after a time; returns about how many. */
  checkAfter(ms: number, provider: PaymentProvider = simulatedProvider(this.database, this.clock)): Promise<number> {
    this.pass(ms);
    const { database, clock } = this;
    return checkDuePayments({ database, clock, provider: boundedProvider(provider, providerTimeoutMs, silentLog) });
  }
}
