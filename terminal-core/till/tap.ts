import type { Fault } from '../../contract/ipc/fault.ts';
import type { ChargeView, TwoTapsView } from '../../contract/ipc/till-view.ts';
import { fault } from '../domain/fault.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import { type Accept, TagSearch } from './tag-search.ts';
import type { TagSight } from './tag-sight.ts';
import type { TagVisit } from './tag-visit.ts';

/** How the wait for a tag ended, in the words of the charts. */
export type TapEnd =
  | { readonly type: 'TAG_READ' }
  | { readonly type: 'TIMEOUT' }
  | { readonly type: 'INTERRUPT' }
  /** `fault`: not the cashier but a tag or the reader ended it. */
  | { readonly type: 'CANCEL'; readonly fault: Fault | null };

/** "Hold the tag here": shows the screen, tells of every tag that cannot be used, and ends with one that can. */
export class Tap<Visit = TagVisit> {
  readonly #desk: Desk;
  readonly #charge: ChargeView;
  readonly #search: TagSearch<Visit>;
  /** The search's timer runs from the beginning; a tag that is refused gives no more time. */
  readonly #deadlineAt: string;
  readonly #seenPresenceId: number | null;
  readonly #twoTaps: TwoTapsView | null;
  /** What the screen says is wrong. */
  #shown: Fault | null = null;

  /**
   * @param twoTaps which of two it is, where one is not enough
   * @param seenPresenceId a card that lies there already and has to leave before it counts again
   */
  constructor(
    desk: Desk,
    sight: TagSight<Visit>,
    patience: Patience,
    charge: ChargeView,
    twoTaps: TwoTapsView | null = null,
    seenPresenceId = patience.servedPresenceId,
  ) {
    this.#twoTaps = twoTaps;
    this.#desk = desk;
    this.#charge = charge;
    this.#deadlineAt = instant(desk.clock, patience.tapTimeoutMs);
    this.#search = new TagSearch(desk, sight, patience, patience.tapTimeoutMs, (problem) => {
      this.#show(problem);
      desk.report({ event: problem.code === 'TAG_GONE' ? 'tagGone' : 'tagRefused', error: problem });
    });
    this.#seenPresenceId = seenPresenceId;
    if (seenPresenceId !== null) this.#search.ignore(seenPresenceId);
  }

  /** @param before what to say about the tag that was there before */
  async run(accept: Accept<Visit>, before: Fault | null = null): Promise<TapEnd> {
    const served = this.#served();
    this.#show(before ?? served);
    this.#desk.report({ event: 'waitingForTag' });
    const stopWatching = served === null ? () => undefined : this.#untilLifted(before);
    const found = await this.#search.find(accept).finally(stopWatching);
    switch (found.kind) {
      case 'tag':
        return { type: 'TAG_READ' };
      case 'timeout':
        return { type: 'TIMEOUT' };
      case 'stopped':
        return found.by === 'CANCEL' ? { type: 'CANCEL', fault: null } : { type: 'INTERRUPT' };
      case 'refused':
        return { type: 'CANCEL', fault: found.fault };
    }
  }

  stop(by: 'CANCEL' | 'INTERRUPT'): void {
    this.#search.stop(by);
  }

  #served(): Fault | null {
    return this.#isServedLying() ? fault('TAG_SERVED') : null;
  }

  #isServedLying(): boolean {
    const lying = this.#desk.reader.presence?.presenceId ?? null;
    return lying !== null && lying === this.#seenPresenceId;
  }

  /** What was said of the card that has to leave first is over once it has. */
  #untilLifted(before: Fault | null): () => void {
    const stop = this.#desk.reader.onChange(() => {
      if (this.#isServedLying()) return;
      stop();
      if (this.#shown?.code === 'TAG_SERVED') this.#show(before);
    });
    return stop;
  }

  #show(problem: Fault | null): void {
    this.#shown = problem;
    const twoTaps = this.#twoTaps ? { twoTaps: this.#twoTaps } : {};
    this.#desk.show({ screen: 'tap', charge: this.#charge, deadlineAt: this.#deadlineAt, fault: problem, ...twoTaps });
  }
}
