import type { Fault } from '../../contract/ipc/fault.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type CleanupCounts, cleanUpWithoutTag, cleanUpWithTag, cleanupFault } from './cleanup.ts';
import type { Desk, Patience } from './desk.ts';
import { TagSearch } from './tag-search.ts';
import { type TagVisit, wholeTag } from './tag-visit.ts';

/** The cleanup on request: without a tag at once, then with every tag that is shown until nothing is unresolved. */
export class CleanupVisit {
  readonly #desk: Desk;
  readonly #search: TagSearch | null;
  #committed = 0;
  #aborted = 0;

  /** @param patience whose `tapTimeoutMs` of 0 means: no tag is waited for */
  constructor(desk: Desk, patience: Patience) {
    this.#desk = { ...desk, report: (step) => this.#count(desk, step) };
    const { tapTimeoutMs } = patience;
    const patient = { ...patience, firstTagOnly: false };
    this.#search =
      tapTimeoutMs > 0
        ? new TagSearch(this.#desk, wholeTag(this.#desk), patient, tapTimeoutMs, (error) =>
            desk.report({ event: 'tagRefused', error }),
          )
        : null;
  }

  async run(): Promise<CleanupCounts> {
    cleanUpWithoutTag(this.#desk);
    if (this.#search && this.#leftCount() > 0) {
      this.#desk.report({ event: 'waitingForTag' });
      await this.#search.find((visit) => this.#resolve(visit));
    }
    return { committed: this.#committed, aborted: this.#aborted, unknown: this.#leftCount() };
  }

  /** There is nothing to take back: whatever it found out is true. */
  cancel(): boolean {
    return false;
  }

  interrupt(): void {
    this.#search?.stop('INTERRUPT');
  }

  async #resolve(visit: TagVisit): Promise<Result<TagVisit, Fault>> {
    const resolved = await cleanUpWithTag(this.#desk, visit);
    if (!resolved.ok) return failed(cleanupFault(resolved.fault));
    return this.#leftCount() === 0 ? ok(resolved.value.visit) : failed(fault('OUTCOME_UNKNOWN'));
  }

  #count(desk: Desk, step: Parameters<Desk['report']>[0]): ReturnType<Desk['report']> {
    if (step.transaction?.state === 'Committed') this.#committed += 1;
    if (step.transaction?.state === 'Aborted') this.#aborted += 1;
    return desk.report(step);
  }

  #leftCount(): number {
    return this.#desk.store.counts().unknownCount;
  }
}
