import { z } from 'zod';
import type { SimulatedBackend } from './backend.ts';
import type { SimulatedTime } from './simulated-time.ts';

const pauseMs = 12_000;
const dueSchema = z.object({ at: z.date().nullable() });

/**
 * The backend's jobs, at most every twelve seconds and only while there is something for them to do. A round with nothing due
 * changes nothing, and would be half of what the database is asked for in a run.
 */
export class JobRhythm {
  readonly #backend: SimulatedBackend;
  readonly #time: SimulatedTime;
  #reservationsUntilMs: number[] = [];
  #paymentDueMs: number | null = null;
  readonly #afterRound: () => Promise<void>;
  #nextMs: number | null = null;

  /** @param afterRound called when jobs may have moved money */
  constructor(backend: SimulatedBackend, time: SimulatedTime, afterRound: () => Promise<void>) {
    this.#backend = backend;
    this.#time = time;
    this.#afterRound = afterRound;
  }

  /** An amount is held until then. */
  noteReservation(untilMs: number): void {
    this.#reservationsUntilMs.push(untilMs);
    this.#plan();
  }

  /** A request about a payment may have set when it is looked at next. */
  async notePayment(): Promise<void> {
    const [row] = await this.#backend.query('SELECT min(next_check_at) AS at FROM payment');
    this.#paymentDueMs = dueSchema.parse(row).at?.getTime() ?? null;
    this.#plan();
  }

  /** The next round is when the first thing is due, and not before a pause; one that is planned for later gives way. */
  #plan(): void {
    const dueMs = Math.min(this.#paymentDueMs ?? Number.POSITIVE_INFINITY, ...this.#reservationsUntilMs);
    if (dueMs === Number.POSITIVE_INFINITY) return;
    const atMs = Math.max(dueMs, this.#time.nowMs() + pauseMs);
    if (this.#nextMs !== null && this.#nextMs <= atMs) return;
    this.#nextMs = atMs;
    this.#time.after(atMs - this.#time.nowMs(), async () => {
      if (this.#nextMs !== atMs) return;
      this.#nextMs = null;
      await this.round();
    });
  }

  /** Now, due or not. */
  async round(): Promise<void> {
    await this.#backend.runJobs();
    await this.#afterRound();
    const now = this.#time.nowMs();
    // One that died over them has not released everything, and is asked again.
    if (this.#backend.isUp) this.#reservationsUntilMs = this.#reservationsUntilMs.filter((untilMs) => untilMs > now);
    await this.notePayment();
  }
}
