import type { Presence, ReaderPort, Timers } from '../checkout/ports.ts';

export type WaitResult =
  | { readonly kind: 'presence'; readonly presence: Presence }
  /** The reader has no card and is not ready; asked for only where the caller wants to know. */
  | { readonly kind: 'reader-down' }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'stopped'; readonly by: 'CANCEL' | 'INTERRUPT' };

/**
 * Waits for cards, each once, until a deadline or until it is stopped. A card that is already in the field counts, unless
 * it was handed out before: the same card has to leave, or be reset, to be seen again.
 */
export class TagWait {
  readonly #reader: ReaderPort;
  readonly #stopTimer: () => void;
  readonly #wantsReaderDown: boolean;
  #seenPresenceId: number | null = null;
  #ended: Extract<WaitResult, { kind: 'timeout' | 'stopped' }> | null = null;
  #wake: (() => void) | null = null;

  constructor(reader: ReaderPort, timers: Timers, timeoutMs: number, wantsReaderDown: boolean) {
    this.#reader = reader;
    this.#wantsReaderDown = wantsReaderDown;
    this.#stopTimer = timers.after(timeoutMs, () => this.#end({ kind: 'timeout' }));
  }

  /** The next card, or why there will be none. */
  async next(): Promise<WaitResult> {
    for (;;) {
      const result = this.#now();
      if (result) return result;
      await this.#change();
    }
  }

  stop(by: 'CANCEL' | 'INTERRUPT'): void {
    this.#end({ kind: 'stopped', by });
  }

  /** A card that came back because its field was switched off and on, and was looked at already. */
  markSeen(presenceId: number): void {
    this.#seenPresenceId = presenceId;
  }

  /** How it was stopped, if it was: a card that was already being looked at comes too late then. */
  get stopped(): Extract<WaitResult, { kind: 'stopped' }> | null {
    return this.#ended?.kind === 'stopped' ? this.#ended : null;
  }

  /** Frees the timer; to be called when no card is wanted any more. */
  close(): void {
    this.#stopTimer();
  }

  #now(): WaitResult | null {
    if (this.#ended) return this.#ended;
    const { presence, status } = this.#reader;
    if (presence && presence.presenceId !== this.#seenPresenceId) {
      this.#seenPresenceId = presence.presenceId;
      return { kind: 'presence', presence };
    }
    const isDown = status.state !== 'ready' && status.state !== 'starting';
    return isDown && this.#wantsReaderDown ? { kind: 'reader-down' } : null;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      const stopListening = this.#reader.onChange(() => this.#wake?.());
      this.#wake = () => {
        stopListening();
        this.#wake = null;
        resolve();
      };
    });
  }

  #end(result: Extract<WaitResult, { kind: 'timeout' | 'stopped' }>): void {
    this.#ended ??= result;
    this.#stopTimer();
    this.#wake?.();
  }
}
