import type { Job } from '../../backend-mock/jobs/running-job.ts';
import { jobsOf } from '../../backend-mock/jobs/start-jobs.ts';
import { boundedProvider } from '../../backend-mock/payments/bounded-provider.ts';
import { simulatedProvider } from '../../backend-mock/payments/simulated-provider.ts';
import { type Clock, systemRandom } from '../../backend-mock/ports.ts';
import { simulatedRefundGateway } from '../../backend-mock/refunds/simulated-gateway.ts';
import { openDatabase } from '../../backend-mock/store/database.ts';
import { silentLog } from '../backend/backend.ts';

/** Longer than any round of a test: the jobs of its backends come round when they are told to. */
export const neverMs = 1_000_000_000;
/** Generous, so that only the provider that never answers is without an answer on a busy machine. */
export const providerTimeoutMs = 4_000;

/** The jobs of a backend process, taken round by round. */
export type JobRounds = {
  names: readonly string[];
  /** One round; returns how many things it did. */
  round(name: string): Promise<number>;
  close(): Promise<void>;
};

/** @param patienceMs with the provider */
export function openJobRounds(
  databaseUrl: string,
  clock: Clock,
  address: string,
  patienceMs = providerTimeoutMs,
): JobRounds {
  const database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  const provider = boundedProvider(simulatedProvider(database, clock), patienceMs, silentLog);
  const refundGateway = simulatedRefundGateway(database, clock);
  const parts = { database, clock, random: systemRandom, provider, refundGateway, simulatorTells: address };
  const jobs: ReadonlyMap<string, Job> = new Map(jobsOf(parts, {}, silentLog).map((job) => [job.name, job]));
  return {
    names: [...jobs.keys()],
    async round(name) {
      const job = jobs.get(name);
      if (job === undefined) throw new Error(`there is no job ${name}`);
      return job.round();
    },
    close: () => database.close(),
  };
}
