import type { Logger } from 'pino';
import { expireReservations } from '../ledger/holds.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Database } from '../store/database.ts';

/** A job that runs until it is stopped. */
export type RunningJob = {
  /** Lets a round under way end. */
  stop(): Promise<void>;
};

/**
 * Marks reservations whose time is over (R41), round after round. Any number of backend processes may run it on one database: each
 * takes the rows that no other is working on. A round that fails is logged, and the next one tries again.
 */
export function startExpiryJob(database: Database, clock: Clock, log: Logger, intervalMs: number): RunningJob {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();

  async function run(): Promise<void> {
    try {
      const expired = await expireAll(database, clock);
      if (expired > 0) log.info({ expired }, 'reservations expired');
    } catch (error) {
      log.warn({ err: error }, 'reservations could not be expired; the next round tries again');
    }
    if (!stopped) schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => {
      round = run();
    }, intervalMs);
  }

  schedule();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}

async function expireAll(database: Database, clock: Clock): Promise<number> {
  let total = 0;
  for (;;) {
    const expired = await database.transaction((connection) =>
      expireReservations(connection, { of: 'all', rowsMax: limits.expiryRowsMax }, clock.now()),
    );
    total += expired;
    if (expired < limits.expiryRowsMax) return total;
  }
}
