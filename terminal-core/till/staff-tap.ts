import type { Fault } from '../../contract/ipc/fault.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import type { Cashier } from '../../contract/wire/configuration.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { Desk, Patience } from './desk.ts';
import { type IdentifiedTag, uidOnly } from './identify-tag.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type TagWork, type WorkEnd } from './work.ts';

/** Waits for the tag of somebody of the staff. Only its UID counts: nothing is booked on it and nothing is written. */
export class StaffTap implements TagWork {
  readonly #desk: Desk;
  readonly #tap: Tap<IdentifiedTag>;
  readonly #welcome: (uid: string) => Result<Cashier, Fault>;
  #uid: string | null = null;

  /** @param welcome lets the owner of a tag in, or says why not */
  constructor(desk: Desk, patience: Patience, charge: ChargeView, welcome: (uid: string) => Result<Cashier, Fault>) {
    this.#desk = desk;
    this.#tap = new Tap(desk, uidOnly(desk.reader), patience, charge);
    this.#welcome = welcome;
  }

  async run(): Promise<WorkEnd> {
    const end = await this.#tap.run((tag) => Promise.resolve(this.#accept(tag)));
    const seen = { uid: this.#uid, before: null };
    switch (end.type) {
      case 'TAG_READ':
        return this.#enter(seen);
      case 'TIMEOUT':
        return refusedEnd(this.#desk, fault('TAG_NOT_SHOWN'), seen);
      case 'INTERRUPT':
        return refusedEnd(this.#desk, fault('CANCELLED'), seen);
      case 'CANCEL':
        return refusedEnd(this.#desk, end.fault ?? fault('CANCELLED'), seen);
    }
  }

  cancel(): boolean {
    this.#tap.stop('CANCEL');
    return true;
  }

  interrupt(): void {
    this.#tap.stop('INTERRUPT');
  }

  #accept(tag: IdentifiedTag): Result<IdentifiedTag, Fault> {
    this.#uid = tag.uid;
    return ok(tag);
  }

  #enter(seen: Pick<WorkEnd, 'uid' | 'before'>): WorkEnd {
    const welcomed = this.#uid === null ? failed(fault('CASHIER_UNKNOWN')) : this.#welcome(this.#uid);
    if (!welcomed.ok) return refusedEnd(this.#desk, welcomed.fault, seen);
    const { cashierId, name, role } = welcomed.value;
    const step = this.#desk.report({ event: 'staffEntered', details: { cashierId, name, role } });
    return { ...seen, result: 'done', transaction: null, after: null, fault: null, step };
  }
}
