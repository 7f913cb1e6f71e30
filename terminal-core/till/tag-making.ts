import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step } from '../../contract/ipc/step.ts';
import {
  plannedMaking,
  type TagMakingEffect,
  type TagMakingEvent,
  type TagMakingRecord,
  tagMakingChart,
} from '../checkout/tag-making-chart.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { sameBytes } from '../tag/bytes.ts';
import type { TagImage } from '../tag/image.ts';
import type { Desk, Patience } from './desk.ts';
import type { MakingPlan, TagMaker } from './tag-maker.ts';
import { type TagVisit, wholeTag, writeStages } from './tag-visit.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type TagWork, type WorkEnd } from './work.ts';

/** What was begun on a tag: found there again, only the reading back had failed. */
interface Begun {
  readonly uid: string;
  readonly slot: Uint8Array;
}

/** Makes a tag anew, as its maker says: issued, repaired, or in a lost one's place. Books nothing. */
export class TagMaking implements TagWork {
  readonly #maker: TagMaker;
  readonly #desk: Desk;
  readonly #patience: Patience;
  #snapshot: SnapshotFrom<typeof tagMakingChart>;
  #tap: Tap | null = null;
  #visit: TagVisit | null = null;
  /** What the tag that was found is already, where it is what it was to become. */
  #found: TagImage | null = null;
  #plan: MakingPlan | null = null;
  #begun: Begun | null = null;
  #fault: Fault | null = null;
  #isInterrupted = false;
  /** The step that told of its end. */
  #told: Step | null = null;

  constructor(maker: TagMaker, desk: Desk, patience: Patience) {
    this.#maker = maker;
    this.#desk = desk;
    this.#patience = patience;
    [this.#snapshot] = initialTransition(tagMakingChart);
  }

  async run(): Promise<WorkEnd> {
    let effect: TagMakingEffect | null = 'await-tag';
    while (effect) effect = this.#step(await this.#perform(effect));
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

  #step(event: TagMakingEvent): TagMakingEffect | null {
    invariant('INV-09', this.#snapshot.can(event), `${event.type} in state ${JSON.stringify(this.#snapshot.value)}`);
    const [next, actions] = transition(tagMakingChart, this.#snapshot, event);
    const { record, effect } = plannedMaking(actions);
    if (record) this.#record(record);
    this.#snapshot = next;
    return effect;
  }

  #perform(effect: TagMakingEffect): Promise<TagMakingEvent> {
    switch (effect) {
      case 'await-tag':
        return this.#awaitTag();
      case 'settle':
        return this.#settle();
      case 'write-tag':
        return this.#write();
    }
  }

  #record(record: TagMakingRecord['kind']): void {
    switch (record) {
      case 'announce':
        this.#maker.announce(this.#current());
        break;
      case 'begin':
        this.#maker.begin(this.#current(), this.#settled());
        break;
      case 'conclude':
        this.#told = this.#desk.report(this.#maker.conclude(this.#current(), this.#made()));
        break;
    }
  }

  async #awaitTag(): Promise<TagMakingEvent> {
    if (this.#isInterrupted) return { type: 'INTERRUPT' };
    const tap = new Tap(this.#desk, wholeTag(this.#desk), this.#patience, this.#maker.view);
    this.#tap = tap;
    const end = await tap.run((visit) => this.#take(visit), this.#fault);
    this.#tap = null;
    this.#fault = end.type === 'CANCEL' ? end.fault : null;
    return { type: end.type === 'TAG_READ' && this.#found ? 'ALREADY_MADE' : end.type };
  }

  async #take(first: TagVisit): Promise<Result<TagVisit, Fault>> {
    const taken = this.#isOwnWork(first) ? ok({ visit: first, isMade: true }) : await this.#maker.take(first);
    if (!taken.ok) return failed(taken.fault);
    const { visit, isMade } = taken.value;
    this.#visit = visit;
    this.#found = isMade && visit.reading.kind === 'current' ? visit.reading.image : null;
    return ok(visit);
  }

  /** Torn off between the last write and the reading back: the tag is made, and only this till does not know it yet. */
  #isOwnWork({ uid, reading }: TagVisit): boolean {
    return reading.kind === 'current' && uid === this.#begun?.uid && sameBytes(reading.slots[0], this.#begun.slot);
  }

  async #settle(): Promise<TagMakingEvent> {
    const plan = await this.#maker.settle(this.#current());
    if (plan.ok && !this.#isInterrupted) {
      this.#plan = plan.value;
      return { type: 'SETTLED' };
    }
    this.#fault = plan.ok ? fault('INTERRUPTED') : plan.fault;
    return { type: 'DENIED' };
  }

  async #write(): Promise<TagMakingEvent> {
    const visit = this.#current();
    const { stages, slot } = this.#settled();
    this.#begun = { uid: visit.uid, slot };
    this.#desk.report({ event: 'writing' });
    const written = await writeStages(visit, stages, (done, total) =>
      this.#desk.show({ screen: 'writing', charge: this.#maker.view, progress: { done, total } }),
    );
    if (written.kind === 'verified') return { type: 'WRITTEN' };
    this.#fault = fault('TAG_GONE');
    return { type: 'LOST' };
  }

  #current(): TagVisit {
    invariant('INV-08', this.#visit !== null, 'no tag was read');
    return this.#visit;
  }

  #settled(): MakingPlan {
    invariant('INV-08', this.#plan !== null, 'nothing was settled');
    return this.#plan;
  }

  #made(): TagImage {
    return this.#found ?? this.#settled().image;
  }

  #end(): WorkEnd {
    const seen = { uid: this.#visit?.uid ?? null, before: null };
    if (this.#told)
      return { ...seen, result: 'done', transaction: null, after: this.#made(), fault: null, step: this.#told };
    const isExpired = this.#snapshot.value === 'expired';
    return refusedEnd(this.#desk, isExpired ? fault('TAG_NOT_SHOWN') : (this.#fault ?? fault('CANCELLED')), seen);
  }
}
