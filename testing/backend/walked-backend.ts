import { type OperatorClient, operatorAt } from './operator-client.ts';
import { jobsByHand, type OwnBackend, startOwnBackend } from './own-backend.ts';
import { TestClock } from './test-clock.ts';

/** A backend on which every step of every kind of transaction is tried: by operators, tills, notices and jobs, at times of the test's own. */
export type WalkedBackend = OwnBackend & { clock: TestClock; operator(): Promise<OperatorClient> };

export async function startWalkedBackend(): Promise<WalkedBackend> {
  const clock = new TestClock('2026-07-04T10:00:00Z');
  const backend = await startOwnBackend({ clock, ...jobsByHand, providerTimeoutMs: 60 });
  return { ...backend, clock, operator: () => operatorAt(backend.address, clock.ms) };
}
