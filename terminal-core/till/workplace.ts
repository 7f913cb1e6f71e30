import type { Timers } from '../checkout/ports.ts';
import { invariant } from '../domain/invariant.ts';

/** Work that goes on for a while and can be told to hurry. */
export interface Occupation<End> {
  run(): Promise<End>;
  /** Takes it back; false when it is too late. */
  cancel(): boolean;
  /** The till is stopping: what can end now ends. */
  interrupt(): void;
  /** Somebody has said that a warning is known; false where nothing waits for that. */
  acknowledge?(): boolean;
}

/** Where the till does one piece of work at a time. */
export class Workplace {
  #current: { readonly work: Occupation<unknown>; readonly ended: Promise<unknown> } | null = null;

  get isTaken(): boolean {
    return this.#current !== null;
  }

  /** @param finish what belongs to the end of the work: nothing else begins before it is done */
  async occupy<End, Answer>(work: Occupation<End>, finish: (end: End) => Answer): Promise<Answer> {
    invariant('INV-11', this.#current === null, 'a piece of work began while another was going on');
    const ended = work.run();
    this.#current = { work, ended };
    try {
      return finish(await ended);
    } finally {
      this.#current = null;
    }
  }

  /** @returns false when it is too late, or there is nothing to take back */
  cancel(): boolean {
    return this.#current?.work.cancel() ?? false;
  }

  interrupt(): void {
    this.#current?.work.interrupt();
  }

  /** @returns false where nothing waits for it */
  acknowledge(): boolean {
    return this.#current?.work.acknowledge?.() ?? false;
  }

  /** Answers when the work has ended, or the time is up. */
  async endedWithin(timers: Timers, timeoutMs: number): Promise<void> {
    const ended = this.#current?.ended;
    if (!ended) return;
    await new Promise<void>((resolve) => {
      const stopTimer = timers.after(timeoutMs, resolve);
      const finish = () => {
        stopTimer();
        resolve();
      };
      ended.then(finish, finish);
    });
  }
}
