import type { SimulatedTime } from './simulated-time.ts';

/**
 * Libraries set timers without a port: a request's time limit in the till's HTTP client. While a simulation runs they ring in
 * its time; while the backend works on a request, whose database is a program of its own, they are the machine's.
 */
export class GlobalTimers {
  readonly #real = { setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout };
  readonly #cancels = new Map<number, () => void>();
  #lastId = 0;
  #realDepth = 0;

  /** @param time asked at every timer, for each run has its own */
  install(time: () => SimulatedTime): void {
    const setSimulated = (act: () => void, delayMs = 0): number | NodeJS.Timeout => {
      if (this.#realDepth > 0) return this.#real.setTimeout(act, delayMs);
      this.#lastId += 1;
      const id = this.#lastId;
      const cancel = time().after(delayMs, () => {
        this.#cancels.delete(id);
        act();
      });
      this.#cancels.set(id, cancel);
      return id;
    };
    const clearSimulated = (id: number | NodeJS.Timeout | undefined): void => {
      if (typeof id !== 'number') {
        this.#real.clearTimeout(id);
        return;
      }
      this.#cancels.get(id)?.();
      this.#cancels.delete(id);
    };
    Object.assign(globalThis, { setTimeout: setSimulated, clearTimeout: clearSimulated });
  }

  uninstall(): void {
    Object.assign(globalThis, this.#real);
    this.#cancels.clear();
  }

  /** Work that needs the machine's own time. */
  async real<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#realDepth += 1;
    try {
      return await work();
    } finally {
      this.#realDepth -= 1;
    }
  }
}
