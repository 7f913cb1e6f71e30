import type { Clock, Timers } from '../../terminal-core/checkout/ports.ts';

interface Due {
  readonly atMs: number;
  readonly order: number;
  readonly act: () => void | Promise<void>;
}

/**
 * The one time of a run: nothing happens but what is due, the earliest first, and of two at one moment the one that was set
 * first. It moves only when the run moves it.
 */
export class SimulatedTime implements Clock, Timers {
  #nowMs: number;
  #order = 0;
  readonly #due: Due[] = [];
  /** What has happened so far. */
  eventCount = 0;

  constructor(startMs = Date.parse('2026-07-03T14:00:00.000Z')) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, act: () => void | Promise<void>): () => void {
    this.#order += 1;
    const due = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, act };
    const at = this.#due.findLastIndex((other) => other.atMs <= due.atMs);
    this.#due.splice(at + 1, 0, due);
    return () => {
      const index = this.#due.indexOf(due);
      if (index >= 0) this.#due.splice(index, 1);
    };
  }

  /** Lets everything happen that is due within `spanMs`; `afterEach` is called once each of it has run its course. */
  async pass(spanMs: number, afterEach: () => Promise<void>): Promise<void> {
    const endMs = this.#nowMs + spanMs;
    for (;;) {
      const next = this.#due[0];
      if (next === undefined || next.atMs > endMs) break;
      this.#due.shift();
      this.#nowMs = next.atMs;
      this.eventCount += 1;
      await next.act();
      await afterEach();
    }
    this.#nowMs = endMs;
  }
}

/** The clock on one till's wall: it may be wrong, and go fast or slow. Its timers are of the world's time, as a steady clock is. */
export class WallClock implements Clock {
  readonly #time: SimulatedTime;
  #offsetMs = 0;
  #driftPerMillion = 0;
  #sinceMs: number;

  constructor(time: SimulatedTime) {
    this.#time = time;
    this.#sinceMs = time.nowMs();
  }

  nowMs(): number {
    const now = this.#time.nowMs();
    const drift = Math.round(((now - this.#sinceMs) * this.#driftPerMillion) / 1_000_000);
    return now + this.#offsetMs + drift;
  }

  /** Somebody sets it, forward or back. */
  jump(byMs: number): void {
    this.#offsetMs = this.nowMs() + byMs - this.#time.nowMs();
    this.#sinceMs = this.#time.nowMs();
  }

  drift(perMillion: number): void {
    this.jump(0);
    this.#driftPerMillion = perMillion;
  }

  /** Right again. */
  correct(): void {
    this.#offsetMs = 0;
    this.#driftPerMillion = 0;
    this.#sinceMs = this.#time.nowMs();
  }
}

/** All promises that can be settled without time and without disk are settled afterwards. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
