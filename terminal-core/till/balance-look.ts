import type { Fault } from '../../contract/ipc/fault.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { ok, type Result } from '../domain/result.ts';
import type { TagImage } from '../tag/image.ts';
import { acceptTag } from './accept-tag.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import { stepTag } from './step-parts.ts';
import { snapshotOf, type TagVisit, wholeTag } from './tag-visit.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type TagWork, type WorkEnd } from './work.ts';

const charge: ChargeView = { purpose: 'balance', amountMinor: 0, feeMinor: 0 };

/** Reads a tag, resolves what is unresolved of it, and shows what is on it. Books nothing. */
export class BalanceLook implements TagWork {
  readonly #desk: Desk;
  readonly #tap: Tap;
  #seen: { readonly uid: string; readonly image: TagImage } | null = null;

  constructor(desk: Desk, patience: Patience) {
    this.#desk = desk;
    this.#tap = new Tap(desk, wholeTag(desk), patience, charge);
  }

  async run(): Promise<WorkEnd> {
    const end = await this.#tap.run((visit) => this.#accept(visit));
    switch (end.type) {
      case 'TAG_READ':
        return this.#showBalance();
      case 'TIMEOUT':
        return refusedEnd(this.#desk, fault('TAG_NOT_SHOWN'), nothingSeen);
      case 'INTERRUPT':
        return refusedEnd(this.#desk, fault('CANCELLED'), nothingSeen);
      case 'CANCEL':
        return refusedEnd(this.#desk, end.fault ?? fault('CANCELLED'), nothingSeen);
    }
  }

  cancel(): boolean {
    this.#tap.stop('CANCEL');
    return true;
  }

  interrupt(): void {
    this.#tap.stop('INTERRUPT');
  }

  async #accept(first: TagVisit): Promise<Result<TagVisit, Fault>> {
    const accepted = await acceptTag(this.#desk, first);
    if (!accepted.ok) return accepted;
    const { visit } = accepted.value;
    const { uid, reading } = visit;
    this.#desk.store.recordSnapshot(snapshotOf(uid, reading.image, instant(this.#desk.clock)));
    this.#seen = { uid, image: reading.image };
    return ok(visit);
  }

  #showBalance(): WorkEnd {
    invariant('INV-08', this.#seen !== null, 'a balance is shown without a tag');
    const { uid, image } = this.#seen;
    const step = this.#desk.report({ event: 'balance', tag: stepTag(uid, image) });
    return { result: 'done', transaction: null, uid, before: null, after: image, fault: null, step };
  }
}

const nothingSeen = { uid: null, before: null } as const;
