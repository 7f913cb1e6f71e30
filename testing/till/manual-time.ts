import type { Clock, Timers } from '../../terminal-core/checkout/ports.ts';

interface Alarm {
  readonly atMs: number;
  readonly action: () => void;
}

/** Time that stands still until a test moves it: clock and timers of one world, so that nothing is ever waited for. */
export class ManualTime implements Clock, Timers {
  #nowMs: number;
  #wrongByMs = 0;
  readonly #alarms = new Set<Alarm>();
  #awaitingAlarm: ((delayMs: number) => void)[] = [];

  constructor(startMs = Date.parse('2026-07-04T20:15:00.000Z')) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return this.#nowMs + this.#wrongByMs;
  }

  /** Somebody sets the clock on the wall, forward or back; what is due is due when it was. */
  setClock(byMs: number): void {
    this.#wrongByMs += byMs;
  }

  after(delayMs: number, action: () => void): () => void {
    const alarm = { atMs: this.#nowMs + delayMs, action };
    this.#alarms.add(alarm);
    for (const resolve of this.#awaitingAlarm.splice(0)) resolve(delayMs);
    return () => this.#alarms.delete(alarm);
  }

  /** How long until each alarm that is set, shortest first. */
  get pendingMs(): readonly number[] {
    return [...this.#alarms].map(({ atMs }) => atMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Until the next alarm is set: how long it is for. */
  alarmSet(): Promise<number> {
    return new Promise((resolve) => this.#awaitingAlarm.push(resolve));
  }

  /** Moves on, and rings every alarm on the way at its own time. */
  advance(byMs: number): void {
    const endMs = this.#nowMs + byMs;
    for (;;) {
      const next = [...this.#alarms].filter(({ atMs }) => atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined) break;
      this.#alarms.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.action();
    }
    this.#nowMs = endMs;
  }
}

/** Lets everything run that needs no time and no disk: all promises that can be settled are settled afterwards. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
