import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step } from '../../contract/ipc/step.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import { type IssueEffect, type IssueEvent, issueChart } from '../checkout/issue-chart.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { sameBytes } from '../tag/bytes.ts';
import { encodeSlot } from '../tag/codec.ts';
import type { TagImage } from '../tag/image.ts';
import { issueWrites, mayBeIssued } from '../tag/issue.ts';
import { issuedImage } from '../tag/next-image.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import { stepTag } from './step-parts.ts';
import { type TagVisit, wholeTag, writeAll } from './tag-visit.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type TagWork, type WorkEnd } from './work.ts';

const charge: ChargeView = { purpose: 'issue', amountMinor: 0, feeMinor: 0 };

/** Makes a blank or foreign tag one of this event. Books nothing; a torn issue is simply done again (tag.md, "Writing" 4). */
export class Issuing implements TagWork {
  readonly #desk: Desk;
  readonly #patience: Patience;
  #snapshot: SnapshotFrom<typeof issueChart>;
  #tap: Tap | null = null;
  #visit: TagVisit | null = null;
  #image: TagImage | null = null;
  #fault: Fault | null = null;
  #isInterrupted = false;
  #issuedStep: Step | null = null;

  constructor(desk: Desk, patience: Patience) {
    this.#desk = desk;
    this.#patience = patience;
    [this.#snapshot] = initialTransition(issueChart);
  }

  async run(): Promise<WorkEnd> {
    let effect: IssueEffect | null = 'await-tag';
    while (effect) effect = this.#step(await (effect === 'await-tag' ? this.#awaitTag() : this.#write()));
    return this.#end();
  }

  cancel(): boolean {
    if (!this.#snapshot.can({ type: 'CANCEL' }) || !this.#tap) return false;
    this.#tap.stop('CANCEL');
    return true;
  }

  interrupt(): void {
    this.#isInterrupted = true;
    this.#tap?.stop('INTERRUPT');
  }

  #step(event: IssueEvent): IssueEffect | null {
    invariant('INV-09', this.#snapshot.can(event), `${event.type} in state ${JSON.stringify(this.#snapshot.value)}`);
    const [next, actions] = transition(issueChart, this.#snapshot, event);
    if (actions.some(({ type }) => type === 'recordIssue')) this.#recordIssue();
    this.#snapshot = next;
    if (next.value === 'writing') return 'issue-tag';
    return next.value === 'waitingForTag' ? 'await-tag' : null;
  }

  #recordIssue(): void {
    const { uid } = this.#current();
    const image = this.#issued();
    const at = instant(this.#desk.clock);
    this.#desk.store.recordTagEvent({ event: 'issue', uid, generation: image.generation, detail: null }, at);
    this.#issuedStep = this.#desk.report({ event: 'tagIssued', tag: stepTag(uid, image) });
  }

  async #awaitTag(): Promise<IssueEvent> {
    if (this.#isInterrupted) return { type: 'INTERRUPT' };
    const tap = new Tap(this.#desk, wholeTag(this.#desk), this.#patience, charge);
    this.#tap = tap;
    const end = await tap.run((visit) => Promise.resolve(this.#accept(visit)), this.#fault);
    this.#tap = null;
    this.#fault = end.type === 'CANCEL' ? end.fault : null;
    return { type: end.type };
  }

  #accept(visit: TagVisit): Result<TagVisit, Fault> {
    const isRepeated = visit.uid === this.#visit?.uid;
    if (!mayBeIssued(visit.reading) && !(isRepeated && this.#isOwnWork(visit)))
      return failed(fault('TAG_ALREADY_ISSUED'));
    if (!isRepeated) this.#image = null;
    this.#visit = visit;
    return ok(visit);
  }

  /** Torn off between the last write and the reading back: the tag is issued, and only this till does not know it yet. */
  #isOwnWork({ reading, uidBytes }: TagVisit): boolean {
    if (reading.kind !== 'current' || !this.#image) return false;
    const { keys } = this.#desk;
    return sameBytes(reading.slots[0], encodeSlot(this.#image, keys.newHeader, keys.macOf(keys.newHeader, uidBytes)));
  }

  async #write(): Promise<IssueEvent> {
    const visit = this.#current();
    const header = this.#desk.keys.newHeader;
    this.#image ??= issuedImage(Math.floor(this.#desk.clock.nowMs() / 1_000));
    this.#desk.report({ event: 'writing' });
    const writes = issueWrites(header, this.#issued(), this.#desk.keys.macOf(header, visit.uidBytes));
    const written = await writeAll(visit, writes, (done, total) =>
      this.#desk.show({ screen: 'writing', charge, progress: { done, total } }),
    );
    if (written.kind === 'verified') return { type: 'WRITTEN' };
    this.#fault = fault('TAG_GONE');
    return { type: 'LOST' };
  }

  #current(): TagVisit {
    invariant('INV-08', this.#visit !== null, 'no tag was read');
    return this.#visit;
  }

  #issued(): TagImage {
    invariant('INV-08', this.#image !== null, 'no image was written');
    return this.#image;
  }

  #end(): WorkEnd {
    const seen = { uid: this.#visit?.uid ?? null, before: null };
    if (this.#issuedStep)
      return { ...seen, result: 'done', transaction: null, after: this.#issued(), fault: null, step: this.#issuedStep };
    const isExpired = this.#snapshot.value === 'expired';
    return refusedEnd(this.#desk, isExpired ? fault('TAG_NOT_SHOWN') : (this.#fault ?? fault('CANCELLED')), seen);
  }
}
