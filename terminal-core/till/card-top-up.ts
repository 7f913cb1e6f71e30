import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import {
  type CardEffect,
  type CardEvent,
  cardTopUpChart,
  plannedCardWork,
  type Resumption,
  resumedAt,
  resumptions,
} from '../checkout/card-chart.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { acceptTag, type CurrentVisit } from './accept-tag.ts';
import { CardPayment, type PaymentEnd } from './card-payment.ts';
import { CardTopUpBook } from './card-top-up-book.ts';
import type { ChargeFor } from './charge.ts';
import type { Desk, Patience } from './desk.ts';
import { chargeOf } from './open-payment.ts';
import { prepareWrite } from './prepare-write.ts';
import { stepTag } from './step-parts.ts';
import { type TagVisit, wholeTag } from './tag-visit.ts';
import { TagWrite } from './tag-write.ts';
import { Tap } from './tap.ts';
import type { TagWork, WorkEnd } from './work.ts';

/**
 * Runs the chart of a card top-up to its end, or to where it has to be left (Q13): a step is `can` → `transition` → one
 * commit → the effect, whose result is the next event. A kill at any point leaves a row from which `resumed` goes on.
 */
export class CardTopUp implements TagWork {
  readonly #chargeFor: ChargeFor;
  readonly #view: ChargeView;
  readonly #desk: Desk;
  readonly #patience: Patience;
  readonly #tagWrite: TagWrite;
  readonly #book: CardTopUpBook;
  /** What the work begins with; null: the card is to have its money back. */
  readonly #firstEffect: CardEffect | null;
  #snapshot: SnapshotFrom<typeof cardTopUpChart>;
  #waiting: { stop(by: 'CANCEL' | 'INTERRUPT'): void } | null = null;
  /** Came while nothing could be told of it. */
  #stopped: 'CANCEL' | 'INTERRUPT' | null = null;

  constructor(view: ChargeView, chargeFor: ChargeFor, desk: Desk, patience: Patience, open: OpenTopUp | null = null) {
    this.#view = view;
    this.#chargeFor = chargeFor;
    this.#desk = desk;
    // Once a card was asked to pay, neither another tag nor a reader that fails ends the wait for the one that is charged.
    this.#patience = patience;
    this.#tagWrite = new TagWrite(desk, patience);
    this.#book = new CardTopUpBook(desk, open && { transaction: open.transaction, charge: chargeOf(open.transaction) });
    this.#firstEffect = open ? firstEffectOf(open) : 'await-tag';
    this.#snapshot = open ? resumedAt(resumptionOf(open)) : initialTransition(cardTopUpChart)[0];
  }

  /** Goes on with a row that was left open: charges or asks, writes, or gives the money back. */
  static resumed(transaction: TillTransaction, to: 'finish' | 'void', desk: Desk, patience: Patience): CardTopUp {
    const charge = chargeOf(transaction);
    return new CardTopUp(charge.view, () => ok(charge), desk, patience, { transaction, to });
  }

  /** @throws InvariantBroken, or the error of a database that cannot be written; the row then waits for the next start */
  async run(): Promise<WorkEnd> {
    let effect = this.#firstEffect ?? this.#step({ type: 'VOID' });
    while (effect) effect = this.#step(await this.#perform(effect));
    return this.#book.end(this.#snapshot.value === 'expired');
  }

  /** @returns false while the card is being given its money back, and once the first write command may have been sent */
  cancel(): boolean {
    if (!this.#snapshot.can({ type: 'CANCEL' })) return false;
    if (this.#waiting) this.#waiting.stop('CANCEL');
    else this.#stopped ??= 'CANCEL';
    return true;
  }

  interrupt(): void {
    this.#stopped = 'INTERRUPT';
    this.#tagWrite.interrupt();
    this.#waiting?.stop('INTERRUPT');
  }

  #step(event: CardEvent): CardEffect | null {
    invariant('INV-09', this.#snapshot.can(event), `${event.type} in state ${JSON.stringify(this.#snapshot.value)}`);
    const [next, actions] = transition(cardTopUpChart, this.#snapshot, event);
    const { record, effect } = plannedCardWork(actions);
    if (record) this.#book.record(record, this.#tagWrite.monitor);
    this.#snapshot = next;
    return effect;
  }

  #perform(effect: CardEffect): CardEvent | Promise<CardEvent> {
    switch (effect) {
      case 'await-tag':
        return this.#awaitTag();
      case 'admit':
        return this.#admit();
      case 'pay':
        return this.#ask((payment) => payment.pay(this.#book.opened()));
      case 'void':
        return this.#giveBack();
      case 'await-paid-tag':
        return this.#awaitPaidTag();
      case 'write-tag':
        return this.#tagWrite.write(this.#book.order());
      case 'await-same-tag':
        return this.#tagWrite.awaitSameTag(this.#book.order(), this.#snapshot.context.writeAttempts);
    }
  }

  // --- effects: each ends in one event ---

  async #awaitTag(): Promise<CardEvent> {
    const tap = new Tap(this.#desk, wholeTag(this.#desk), this.#patience, this.#view);
    this.#waiting = tap;
    const end = await tap.run((visit) => this.#acceptTag(visit));
    this.#waiting = null;
    if (end.type === 'CANCEL') this.#book.stoppedBy(end.fault);
    return { type: end.type };
  }

  async #acceptTag(first: TagVisit): Promise<Result<TagVisit, Fault>> {
    const visit = await this.#usable(first);
    if (!visit.ok) return visit;
    const charge = await this.#chargeFor(visit.value);
    if (!charge.ok) return charge;
    this.#book.fix(visit.value, charge.value);
    return visit;
  }

  async #usable(first: TagVisit): Promise<Result<CurrentVisit, Fault>> {
    const accepted = await acceptTag(this.#desk, first);
    if (!accepted.ok) return accepted;
    const { visit } = accepted.value;
    const { uid, reading } = visit;
    this.#desk.report({ event: 'tagRead', tag: stepTag(uid, reading.image) });
    const isBlocked = reading.image.blocked || this.#desk.configuration.blockedTags.includes(uid);
    return isBlocked ? failed(fault('TAG_BLOCKED')) : ok(visit);
  }

  /** Balance and limits first, then whether the backend is there and has no payment of this number: only then a card pays. */
  async #admit(): Promise<CardEvent> {
    const number = this.#book.number();
    const prepared = prepareWrite(this.#desk, this.#book.visit(), this.#book.charge(), number);
    if (!prepared.ok) return this.#deny(prepared.fault);
    const asked = await this.#desk.payments.ask(number);
    if (this.#stopped) return { type: this.#stopped };
    if (!asked.ok) return this.#deny(offlineFault(asked.fault));
    if (asked.value) return this.#deny(fault('BACKEND_FAULT', { detail: 'it has a payment of this number already.' }));
    return { type: 'ADMITTED' };
  }

  async #giveBack(): Promise<CardEvent> {
    // A purchase that cannot be written any more is taken back for that reason; whoever cancelled knows why.
    return await this.#ask((payment) => payment.giveBack(this.#book.opened(), this.#book.hasPaid), 'voiding');
  }

  async #ask(
    question: (payment: CardPayment) => Promise<PaymentEnd>,
    status: 'pending' | 'voiding' = 'pending',
  ): Promise<CardEvent> {
    const charge = this.#book.charge().view;
    const payment = new CardPayment(this.#desk, this.#patience.cardTimeoutMs, (waitingFor) => {
      if (status === 'pending') this.#desk.show({ screen: 'paying', charge, status: waitingFor });
    });
    if (this.#stopped === 'INTERRUPT') return { type: 'INTERRUPT' };
    this.#desk.show({ screen: 'paying', charge, status });
    this.#waiting = payment;
    const end = await question(payment);
    this.#waiting = null;
    this.#book.named(payment.reference);
    return end;
  }

  /** The tag may lie there still, or have left and come back with another balance: it is read anew and the image built again. */
  async #awaitPaidTag(): Promise<CardEvent> {
    const { view } = this.#book.charge();
    const patience = { ...this.#patience, firstTagOnly: false };
    const tap = new Tap(this.#desk, wholeTag(this.#desk), patience, { ...view, purpose: 'paid-top-up' });
    this.#waiting = tap;
    if (this.#stopped) tap.stop(this.#stopped);
    const end = await tap.run((visit) => this.#acceptPaidTag(visit));
    this.#waiting = null;
    if (end.type !== 'TAG_READ') return { type: end.type };
    const prepared = prepareWrite(this.#desk, this.#book.visit(), this.#book.charge(), this.#book.number());
    if (!prepared.ok) return this.#deny(prepared.fault);
    this.#book.prepared(prepared.value);
    return { type: 'PAID_TAG' };
  }

  async #acceptPaidTag(first: TagVisit): Promise<Result<TagVisit, Fault>> {
    if (first.uid !== this.#book.opened().tag.uid) return failed(fault('TAG_OTHER'));
    const visit = await this.#usable(first);
    if (!visit.ok) return visit;
    this.#book.sawAgain(visit.value);
    return visit;
  }

  #deny(problem: Fault): CardEvent {
    this.#book.stoppedBy(problem);
    return { type: 'DENIED', reason: problem.code };
  }
}

/** A row that was left open, and what is to become of it. */
interface OpenTopUp {
  readonly transaction: TillTransaction;
  readonly to: 'finish' | 'void';
}

function resumptionOf({ transaction }: OpenTopUp): Resumption {
  return transaction.payment?.status === 'approved' ? 'paid' : 'paying';
}

function firstEffectOf(open: OpenTopUp): CardEffect | null {
  return open.to === 'void' ? null : resumptions[resumptionOf(open)].effect;
}

/** Nothing is charged before the backend is known to be there; why it is not stands in the detail. */
function offlineFault(problem: Fault): Fault {
  const isOffline = problem.code === 'BACKEND_UNREACHABLE' || problem.code === 'BACKEND_FAULT';
  return isOffline ? fault('PAYMENT_OFFLINE', { detail: String(problem.details?.['detail'] ?? '') }) : problem;
}
