import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step } from '../../contract/ipc/step.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import type { SameTagFinding } from '../checkout/booking-chart.ts';
import { fault } from '../domain/fault.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { examine, type Finding } from '../recovery/examine.ts';
import type { CurrentVisit } from './accept-tag.ts';
import { lookAgain, writtenTransaction } from './cleanup.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import type { PreparedWrite } from './prepare-write.ts';
import { TagSearch } from './tag-search.ts';
import { recordSeen, type TagVisit, wholeTag, writeSlot } from './tag-visit.ts';

/** What is written to which tag, and as what the screens show it. */
export interface WriteOrder {
  readonly transaction: TillTransaction;
  readonly visit: CurrentVisit;
  readonly prepared: PreparedWrite;
  readonly view: ChargeView;
  /** As the steps tell of it. */
  readonly parts: Omit<Step, 'at' | 'event'>;
}

/** How the wait for the same tag ended, in the words of the charts. */
export type SameTagEnd =
  | { readonly type: 'SAME_TAG'; readonly finding: SameTagFinding }
  | { readonly type: 'TIMEOUT' }
  | { readonly type: 'INTERRUPT' };

/** Writes the image of a transaction to its tag and, where that was cut off, finds out what became of it. */
export class TagWrite {
  readonly #desk: Desk;
  readonly #patience: Patience;
  #search: TagSearch | null = null;
  #isInterrupted = false;
  /** Torn pages are known only from the last look: the next attempt has to write them again. */
  #seen: CurrentVisit | null = null;
  #finding: Finding | null = null;

  constructor(desk: Desk, patience: Patience) {
    this.#desk = desk;
    this.#patience = patience;
  }

  /** What an operator should see of a tag that says something no till of this event should have left on it. */
  get monitor(): string | null {
    const finding = this.#finding;
    return finding?.kind === 'displaced' || finding?.kind === 'undecidable' ? finding.monitor : null;
  }

  /** The write is let go on to its end, but nobody will be left to show the tag again to. */
  interrupt(): void {
    this.#isInterrupted = true;
    this.#search?.stop('INTERRUPT');
  }

  async write({ visit, prepared, view, parts }: WriteOrder): Promise<{ readonly type: 'WRITTEN' | 'LOST' }> {
    const { images } = prepared;
    this.#desk.report({ event: 'writing', ...parts });
    const showProgress = (done: number, total: number) =>
      this.#desk.show({ screen: 'writing', charge: view, progress: { done, total } });
    showProgress(0, 1);
    const tag = this.#seen ?? visit;
    const { targetSlot, after } = images;
    const written = await writeSlot(this.#desk.keys, tag, targetSlot, after[targetSlot], showProgress);
    return { type: written.kind === 'verified' ? 'WRITTEN' : 'LOST' };
  }

  /** @param attempts how often it has been written so far */
  async awaitSameTag(order: WriteOrder, attempts: number): Promise<SameTagEnd> {
    if (this.#isInterrupted) return { type: 'INTERRUPT' };
    const { uid } = order.visit;
    const { sameTagTimeoutMs } = this.#patience;
    const deadlineAt = instant(this.#desk.clock, sameTagTimeoutMs);
    this.#desk.show({ screen: 'again', charge: order.view, uid, deadlineAt });
    this.#desk.report({ event: 'waitingForSameTag', ...order.parts });
    // Money may have moved: neither another tag nor a reader that fails ends the wait.
    const patience = { ...this.#patience, firstTagOnly: false };
    this.#search = new TagSearch(this.#desk, wholeTag(this.#desk), patience, sameTagTimeoutMs, (problem) =>
      this.#desk.report({ event: 'tagRefused', error: problem }),
    );
    const found = await this.#search.find((visit) => this.#accept(uid, visit, attempts >= limits.writeAttemptsMax));
    this.#search = null;
    if (found.kind === 'stopped') return { type: 'INTERRUPT' };
    if (found.kind !== 'tag') return { type: 'TIMEOUT' };
    return this.#judge(order.transaction, found.visit);
  }

  async #accept(uid: string, visit: TagVisit, isLastAttempt: boolean): Promise<Result<TagVisit, Fault>> {
    if (visit.uid !== uid) return failed(fault('TAG_OTHER'));
    if (!isLastAttempt) return ok(visit);
    // To give up as "not written" takes two looks with the field switched off in between (requirements.md 3.2).
    const again = await lookAgain(this.#desk, visit);
    return again ? ok(again) : failed(fault('TAG_GONE'));
  }

  #judge(transaction: TillTransaction, visit: TagVisit): SameTagEnd {
    const written = writtenTransaction(this.#desk.assignment.assignmentId, transaction);
    const finding = examine(written, visit.reading);
    if (finding.kind === 'displaced' || finding.kind === 'undecidable') recordSeen(this.#desk, visit);
    if (finding.kind === 'not-written' && visit.reading.kind === 'current')
      this.#seen = { ...visit, reading: visit.reading };
    this.#finding = finding;
    return { type: 'SAME_TAG', finding: finding.kind };
  }
}
