import type { Fault } from '../../contract/ipc/fault.ts';
import { purchaseChart, twoTapPurchaseChart } from '../checkout/booking-chart.ts';
import { fault } from '../domain/fault.ts';
import { grossMinor } from '../domain/fees.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { acceptTag, type CurrentVisit } from './accept-tag.ts';
import { Booking } from './booking.ts';
import { CardTopUp } from './card-top-up.ts';
import type { Charge } from './charge.ts';
import { topUpCharge } from './charges.ts';
import type { Desk, Patience } from './desk.ts';
import { type TagVisit, wholeTag } from './tag-visit.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type TagWork, type WorkEnd } from './work.ts';

/** What is sold, and how much of it a card pays where the balance is too low. */
export interface OpenLoopTerms {
  readonly sale: Charge;
  /** What is missing, or all of it (Q16). */
  readonly by: 'shortfall' | 'full-price';
  readonly isTwoTaps: boolean;
  /** What both halves carry (R13). */
  readonly groupId: string;
}

/** Nothing is charged before the tag has been looked at: what is missing is only known then. */
interface Payer {
  readonly uid: string;
  /** What the card pays first; null where the balance is enough. */
  readonly topUp: Charge | null;
}

/**
 * An open loop purchase (R12, R13, Q16): a card top-up of what is missing, grossed up for its fee, and then the purchase,
 * with two numbers, two writes and one group. The purchase begins only when the top-up is Committed; if it comes to
 * nothing then, the customer keeps the balance. With enough on the tag it is a purchase like any other.
 */
export class OpenLoopSale implements TagWork {
  readonly #terms: OpenLoopTerms;
  readonly #desk: Desk;
  readonly #patience: Patience;
  #current: { cancel(): boolean; interrupt(): void } | null = null;
  #isInterrupted = false;
  #payer: Payer | null = null;

  constructor(terms: OpenLoopTerms, desk: Desk, patience: Patience) {
    this.#terms = terms;
    this.#desk = desk;
    this.#patience = patience;
  }

  async run(): Promise<WorkEnd> {
    const looked = await this.#lookAtTag();
    if (!looked.ok) return refusedEnd(this.#desk, looked.fault, { uid: null, before: null });
    const { uid, topUp } = looked.value;
    if (!topUp) return await this.#sell(uid, this.#terms.sale.groupId);
    const paid = await this.#work(
      new CardTopUp(topUp.view, (visit) => this.#ofSameTag(uid, topUp, visit), this.#desk, this.#patience),
    );
    return paid.result === 'committed' ? await this.#sell(uid, this.#terms.groupId, true) : paid;
  }

  cancel(): boolean {
    return this.#current?.cancel() ?? false;
  }

  interrupt(): void {
    this.#isInterrupted = true;
    this.#current?.interrupt();
  }

  async #lookAtTag(): Promise<Result<Payer, Fault>> {
    const tap = new Tap(this.#desk, wholeTag(this.#desk), this.#patience, this.#terms.sale.view);
    this.#current = { cancel: () => stopped(tap, 'CANCEL'), interrupt: () => stopped(tap, 'INTERRUPT') };
    const end = await tap.run((visit) => this.#accept(visit));
    this.#current = null;
    switch (end.type) {
      case 'TAG_READ':
        return this.#payer ? ok(this.#payer) : failed(fault('TAG_GONE'));
      case 'TIMEOUT':
        return failed(fault('TAG_NOT_SHOWN'));
      case 'INTERRUPT':
        return failed(fault('CANCELLED'));
      case 'CANCEL':
        return failed(end.fault ?? fault('CANCELLED'));
    }
  }

  async #accept(first: TagVisit): Promise<Result<TagVisit, Fault>> {
    const accepted = await acceptTag(this.#desk, first);
    if (!accepted.ok) return accepted;
    const { visit } = accepted.value;
    const topUp = this.#topUpFor(visit.reading.image.balanceMinor);
    if (!topUp.ok) return topUp;
    this.#payer = { uid: visit.uid, topUp: topUp.value };
    return ok(visit);
  }

  /** What the card has to pay so that the tag can; null: nothing. */
  #topUpFor(balanceMinor: number): Result<Charge | null, Fault> {
    const { sale, by, groupId } = this.#terms;
    const missingMinor = -sale.balanceDeltaMinor - balanceMinor;
    if (missingMinor <= 0) return ok(null);
    const { configuration } = this.#desk;
    const wantedMinor = by === 'shortfall' ? missingMinor : -sale.balanceDeltaMinor;
    const amountMinor = grossMinor(configuration.fees.topUp, wantedMinor);
    if (amountMinor === null) return failed(fault('AMOUNT_BELOW_FEE'));
    const charge = topUpCharge('card', amountMinor, configuration);
    return charge.ok ? ok({ ...charge.value, groupId }) : charge;
  }

  /** Both halves are for the tag that was looked at; another one has another balance. */
  #ofSameTag(uid: string, charge: Charge, visit: CurrentVisit): Result<Charge, Fault> {
    return visit.uid === uid ? ok(charge) : failed(fault('TAG_OTHER'));
  }

  #sell(uid: string, groupId: string | null, hasCardPaid = false): Promise<WorkEnd> {
    const { sale, isTwoTaps } = this.#terms;
    const charge = { ...sale, groupId };
    const chart = isTwoTaps ? twoTapPurchaseChart : purchaseChart;
    const chargeFor = (visit: CurrentVisit) => this.#ofSameTag(uid, charge, visit);
    // The card has paid for this tag: another one does not end the wait for it.
    const patience = hasCardPaid ? { ...this.#patience, firstTagOnly: false } : this.#patience;
    return this.#work(new Booking(chart, sale.view, chargeFor, this.#desk, patience));
  }

  #work(work: TagWork): Promise<WorkEnd> {
    this.#current = work;
    const ended = work.run();
    // A stop that came between the two halves finds the second one waiting, and ends it.
    if (this.#isInterrupted) work.interrupt();
    return ended;
  }
}

function stopped(tap: Pick<Tap, 'stop'>, by: 'CANCEL' | 'INTERRUPT'): true {
  tap.stop(by);
  return true;
}
