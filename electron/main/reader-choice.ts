import type { ReaderKind, ReaderState } from '../../contract/ipc/reader.ts';
import type { TillSettings } from '../../contract/settings/till-settings.ts';

/** How long a PC/SC reader may take to turn up before `auto` takes the simulated one. */
export const readerSearchMs = 1_000;

/**
 * Which reader the till runs with. `auto` begins with PC/SC and falls back once, for this run of the application: a till
 * that changed its reader by itself in the middle of an evening would surprise the person behind it.
 */
export class ReaderChoice {
  private searching: boolean;
  private chosen: ReaderKind;

  constructor(wanted: TillSettings['reader']['kind']) {
    this.searching = wanted === 'auto';
    this.chosen = wanted === 'auto' ? 'pcsc' : wanted;
  }

  get kind(): ReaderKind {
    return this.chosen;
  }

  /** True when this state ends the search without a reader: no PC/SC on this machine, or its service is down. */
  stateSeen(state: ReaderState): boolean {
    if (!this.searching) return false;
    if (state === 'ready' || state === 'fault') this.searching = false;
    return (state === 'unavailable' || state === 'service-down') && this.giveUp();
  }

  /** True when `readerSearchMs` after the first state there is still no reader. */
  searchTimeOver(lastState: ReaderState): boolean {
    if (!this.searching) return false;
    if (lastState === 'missing') return this.giveUp();
    this.searching = false;
    return false;
  }

  /** True when the reader host died while it searched: its driver is not one to start an evening with. */
  hostGone(): boolean {
    return this.searching && this.giveUp();
  }

  private giveUp(): boolean {
    this.searching = false;
    this.chosen = 'simulated';
    return true;
  }
}
