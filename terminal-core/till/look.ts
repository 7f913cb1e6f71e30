import type { AccountView } from '../../contract/ipc/account-view.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step, StepEvent } from '../../contract/ipc/step.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { ok, type Result } from '../domain/result.ts';
import type { Desk, Patience } from './desk.ts';
import { stepTag } from './step-parts.ts';
import type { TagSight } from './tag-sight.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type ShownTag, type TagWork, type WorkEnd } from './work.ts';

/** As what a look is shown, and by which step it is told. */
export interface Telling {
  readonly view: ChargeView;
  readonly event: StepEvent;
}

const ofBalance: Telling = { view: { purpose: 'balance', amountMinor: 0, feeMinor: 0 }, event: 'balance' };
const nothingSeen = { uid: null, before: null } as const;

/** What is to be shown of the tag that was found. */
export interface Found {
  readonly uid: string;
  readonly shown: ShownTag;
  readonly details?: NonNullable<Step['details']>;
  /** Account mode. */
  readonly account?: AccountView;
}

/** Shows the balance behind a tag, wherever it is kept; books nothing. */
export class Look<Seen> implements TagWork {
  readonly #desk: Desk;
  readonly #tap: Tap<Seen>;
  readonly #find: (seen: Seen) => Promise<Result<Found, Fault>>;
  readonly #event: StepEvent;
  #found: Found | null = null;

  /** @param find what is to be shown of a tag, or why this one will not do */
  constructor(
    desk: Desk,
    sight: TagSight<Seen>,
    patience: Patience,
    find: (seen: Seen) => Promise<Result<Found, Fault>>,
    { view, event } = ofBalance,
  ) {
    this.#desk = desk;
    this.#tap = new Tap(desk, sight, patience, view);
    this.#event = event;
    this.#find = find;
  }

  async run(): Promise<WorkEnd> {
    const end = await this.#tap.run((seen) => this.#accept(seen));
    switch (end.type) {
      case 'TAG_READ':
        return this.#show();
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

  async #accept(seen: Seen): Promise<Result<Seen, Fault>> {
    const found = await this.#find(seen);
    if (!found.ok) return found;
    this.#found = found.value;
    return ok(seen);
  }

  #show(): WorkEnd {
    invariant('INV-08', this.#found !== null, 'a balance is shown without a tag');
    const { uid, shown, details, account = null } = this.#found;
    const step = this.#desk.report({ event: this.#event, tag: stepTag(uid, shown), ...(details ? { details } : {}) });
    return { result: 'done', transaction: null, uid, before: null, after: shown, fault: null, step, account };
  }
}
