import type { BackendNews } from '../checkout/replication-ports.ts';
import type { BackendWord } from '../recovery/cleanup.ts';

/**
 * What the backend has said of this till's unknown transactions (Q9). Kept in memory alone: what it proves is written down
 * when the till ends the row, and what was forgotten is asked for again.
 */
export class BackendWords {
  readonly #words = new Map<number, BackendWord>();
  readonly #told = new Set<number>();
  readonly #listeners = new Set<() => void>();

  /** Called when there is something new; returns how to stop. */
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  learn(news: readonly BackendNews[]): void {
    for (const { terminalTransactionNumber, state, cause } of news) {
      const known = this.#words.get(terminalTransactionNumber);
      // The answer to an entry names no cause; it takes nothing away from what was said with one.
      if (cause === null && known?.state === state) continue;
      this.#words.set(terminalTransactionNumber, { state, cause });
    }
    for (const listener of [...this.#listeners]) listener();
  }

  about(terminalTransactionNumber: number): BackendWord | null {
    return this.#words.get(terminalTransactionNumber) ?? null;
  }

  /** True once for each transaction: the cashier is to be told that it went through after all. */
  isToBeTold(terminalTransactionNumber: number): boolean {
    if (this.#told.has(terminalTransactionNumber)) return false;
    this.#told.add(terminalTransactionNumber);
    return true;
  }
}
