import type { Logger } from 'pino';

/** A job that runs until it is stopped. */
export type RunningJob = {
  /** Lets a round under way end. */
  stop(): Promise<void>;
};

export type Job = {
  /** What the log says of it. */
  name: string;
  intervalMs: number;
  /** One round; returns how many things it did. */
  round(): Promise<number>;
};

/**
 * Runs a job round after round, with a pause between. Any number of backend processes may run it on one database: what a round takes,
 * it locks. A round that fails is tried again by the next one; of a row of failures the first is logged, and the end.
 */
export function startJob({ name, intervalMs, round }: Job, log: Logger): RunningJob {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let current: Promise<void> = Promise.resolve();
  let failures = 0;

  async function run(): Promise<void> {
    try {
      const done = await round();
      if (done > 0) log.info({ job: name, done }, 'a job has done its round');
      if (failures > 0) log.warn({ job: name, failures }, 'the rounds of a job succeed again');
      failures = 0;
    } catch (error) {
      failures += 1;
      const level = failures === 1 ? 'warn' : 'debug';
      log[level]({ err: error, job: name, failures }, 'the round of a job failed; the next one tries again');
    }
    if (!stopped) schedule();
  }

  function schedule(): void {
    timer = setTimeout(() => {
      current = run();
    }, intervalMs);
  }

  schedule();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await current;
    },
  };
}
