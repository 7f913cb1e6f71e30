import { z } from 'zod';
import type { SimulatedBackend } from './backend.ts';
import type { SimulatedTime } from './simulated-time.ts';

const pauseMs = 12_000;
const dueSchema = z.object({ at: z.date().nullable() });

/**
 * The backend's jobs, every twelve seconds while there is something for them to do. A round with nothing due changes nothing, and
 * would be half of what the database is asked for in a run.
 */
export class JobRhythm {
  readonly #backend: SimulatedBackend;
  readonly #time: SimulatedTime;
  #reservationsUntilMs: number[] = [];
  #paymentDueMs: number | null = null;

  constructor(backend: SimulatedBackend, time: SimulatedTime) {
    this.#backend = backend;
    this.#time = time;
  }

  /** From now on, for as long as the run lasts. */
  beat(): void {
    this.#time.after(pauseMs, async () => {
      if (this.#isDue()) await this.#round();
      this.beat();
    });
  }

  /** An amount is held until then. */
  noteReservation(untilMs: number): void {
    this.#reservationsUntilMs.push(untilMs);
  }

  /** A request about a payment may have set when it is looked at next. */
  async notePayment(): Promise<void> {
    const [row] = await this.#backend.query('SELECT min(next_check_at) AS at FROM payment');
    this.#paymentDueMs = dueSchema.parse(row).at?.getTime() ?? null;
  }

  #isDue(): boolean {
    const now = this.#time.nowMs();
    const isReleasing = this.#reservationsUntilMs.some((untilMs) => untilMs <= now);
    return isReleasing || (this.#paymentDueMs !== null && this.#paymentDueMs <= now);
  }

  async #round(): Promise<void> {
    if (!this.#backend.isUp) return;
    await this.#backend.runJobs();
    // One that died over them has not released everything, and is asked again.
    if (!this.#backend.isUp) return;
    const now = this.#time.nowMs();
    this.#reservationsUntilMs = this.#reservationsUntilMs.filter((untilMs) => untilMs > now);
    await this.notePayment();
  }
}
