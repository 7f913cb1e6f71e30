import type { Timers } from '../checkout/ports.ts';

/**
 * A time by which somebody stops waiting. Counted by the timers and not by the clock on the wall: one that is set back would keep
 * whoever waits for as long as it is wrong.
 */
export class Deadline {
  readonly timeoutMs: number;
  /** Settled when the time is over; never, once it was stopped. */
  readonly passed: Promise<void>;
  #isOver = false;
  readonly #stopTimer: () => void;

  constructor(timers: Timers, timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    let pass: () => void = () => undefined;
    this.passed = new Promise((resolve) => {
      pass = resolve;
    });
    this.#stopTimer = timers.after(timeoutMs, () => {
      this.#isOver = true;
      pass();
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What `work` comes to, or `late` when the time is over first: the work goes on, only nobody waits for it any longer. */
  within<Value>(work: Promise<Value>, late: Value): Promise<Value> {
    return Promise.race([work, this.passed.then(() => late)]);
  }

  /** To be called when nobody waits any more. */
  stop(): void {
    this.#stopTimer();
  }
}
