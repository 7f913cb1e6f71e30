import type { Logger } from 'pino';
import { noticeSkewMsMax } from '../../contract/wire/outside-top-up.ts';
import { connectDueEditions } from '../connector/connect-due.ts';
import { limits } from '../limits.ts';
import { openDueAutoTopUps } from '../payments/auto-top-up.ts';
import type { BoundedProvider } from '../payments/bounded-provider.ts';
import { forgetOldNotices } from '../payments/receive-notice.ts';
import { sendDueNotices } from '../payments/simulated-notices.ts';
import type { Clock, Random } from '../ports.ts';
import { applyCredits, processSales } from '../purses/canteen-rounds.ts';
import type { RefundGateway } from '../refunds/gateway.ts';
import { payDueRefunds } from '../refunds/pay-due-refunds.ts';
import type { Database } from '../store/database.ts';
import { checkDuePayments } from './check-payments.ts';
import { expireDueReservations } from './expire-reservations.ts';
import { forgetOldBatches } from './forget-batches.ts';
import { type Job, type RunningJob, startJob } from './running-job.ts';

export type JobParts = {
  database: Database;
  clock: Clock;
  random: Random;
  provider: BoundedProvider;
  refundGateway: RefundGateway;
  /** Where the simulated provider sends its notices; absent where there is a real one. */
  simulatorTells: string | undefined;
};

/** Pauses between rounds that differ from the limits. */
export type JobPauses = {
  expiryIntervalMs?: number | undefined;
  paymentIntervalMs?: number | undefined;
  connectorIntervalMs?: number | undefined;
  canteenIntervalMs?: number | undefined;
};

/** Starts every job of a backend process. Any number of processes may run them on one database. */
export function startJobs(parts: JobParts, pauses: JobPauses, log: Logger): RunningJob {
  const jobs = jobsOf(parts, pauses, log).map((job) => startJob(job, log));
  return {
    async stop() {
      await Promise.all(jobs.map((job) => job.stop()));
    },
  };
}

/** Every job of a backend process, as it is started. */
export function jobsOf(parts: JobParts, pauses: JobPauses, log: Logger): Job[] {
  const { database, clock, refundGateway: gateway, simulatorTells } = parts;
  const paymentIntervalMs = pauses.paymentIntervalMs ?? limits.paymentIntervalMs;
  const jobs: Job[] = [
    {
      name: 'expire-reservations',
      intervalMs: pauses.expiryIntervalMs ?? limits.expiryIntervalMs,
      round: () => expireDueReservations(database, clock),
    },
    { name: 'check-payments', intervalMs: paymentIntervalMs, round: () => checkDuePayments(parts) },
    {
      name: 'open-auto-top-ups',
      intervalMs: pauses.paymentIntervalMs ?? limits.autoTopUpIntervalMs,
      round: () => openDueAutoTopUps(parts),
    },
    {
      name: 'pay-refunds',
      intervalMs: paymentIntervalMs,
      round: () => payDueRefunds({ database, clock, gateway, log }),
    },
    {
      name: 'forget-batches',
      intervalMs: limits.batchAnswersPruneIntervalMs,
      round: () => forgetOldBatches(database, clock),
    },
    {
      name: 'connect-trac',
      intervalMs: pauses.connectorIntervalMs ?? limits.connectorTickMs,
      round: () => connectDueEditions({ ...parts, log }),
    },
    {
      name: 'apply-credits',
      intervalMs: pauses.canteenIntervalMs ?? limits.creditsIntervalMs,
      round: () => applyCredits(database, clock),
    },
    {
      name: 'process-sales',
      intervalMs: pauses.canteenIntervalMs ?? limits.salesIntervalMs,
      round: () => processSales(database, clock),
    },
    { name: 'forget-notices', intervalMs: noticeSkewMsMax, round: () => forgetOldNotices(database, clock) },
  ];
  if (simulatorTells !== undefined) {
    const round = () => sendDueNotices({ database, clock, address: simulatorTells });
    jobs.push({ name: 'send-simulated-notices', intervalMs: paymentIntervalMs, round });
  }
  return jobs;
}
