import type { ScreenView } from '../../contract/ipc/till-view.ts';
import type { Timers } from '../checkout/ports.ts';

export interface ScreenDeskParts {
  readonly timers: Timers;
  /** How long what is done stands there. */
  readonly doneMs: number;
  /** What is shown while nobody is served. */
  idle(): ScreenView;
  onChange(): void;
}

/** What is on the screen. What is done leaves by itself; everything else stays until something else is shown. */
export class ScreenDesk {
  readonly #parts: ScreenDeskParts;
  #current: ScreenView = { screen: 'starting' };
  #stopTimer: (() => void) | null = null;

  constructor(parts: ScreenDeskParts) {
    this.#parts = parts;
  }

  get current(): ScreenView {
    return this.#current;
  }

  show(screen: ScreenView): void {
    const { timers, doneMs, onChange } = this.#parts;
    this.keep();
    this.#current = screen;
    if (screen.screen === 'done') this.#stopTimer = timers.after(doneMs, () => this.showIdle());
    onChange();
  }

  showIdle(): void {
    this.show(this.#parts.idle());
  }

  /** Nothing leaves by itself any more. */
  keep(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
  }
}
