import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step, StepEvent } from '../../contract/ipc/step.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import type { PaymentStatus } from '../../contract/wire/payment.ts';
import type { ReplicableState } from '../../contract/wire/words.ts';
import {
  type CardEffect,
  type CardEvent,
  type CardRecord,
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
import type { TagImage } from '../tag/image.ts';
import { acceptTag, type CurrentVisit } from './accept-tag.ts';
import { CardPayment, type PaymentEnd } from './card-payment.ts';
import type { Charge, ChargeFor } from './charge.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import { draftOf, tagPartOf } from './draft.ts';
import { chargeOf, paymentOpenFault } from './open-payment.ts';
import { type PreparedWrite, prepareWrite } from './prepare-write.ts';
import { stepTag, stepTransaction } from './step-parts.ts';
import { snapshotOf, type TagVisit, wholeTag } from './tag-visit.ts';
import { TagWrite, type WriteOrder } from './tag-write.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type TagWork, type WorkEnd } from './work.ts';

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
  /** What the work begins with; null: the card is to have its money back. */
  readonly #firstEffect: CardEffect | null;
  #snapshot: SnapshotFrom<typeof cardTopUpChart>;
  #waiting: { stop(by: 'CANCEL' | 'INTERRUPT'): void } | null = null;
  /** Came while nothing could be told of it. */
  #stopped: 'CANCEL' | 'INTERRUPT' | null = null;
  #transaction: TillTransaction | null = null;
  #visit: CurrentVisit | null = null;
  #charge: Charge | null = null;
  #before: TagImage | null = null;
  #prepared: PreparedWrite | null = null;
  #reference: string | null = null;
  /** The card had paid at some time. */
  #wasPaid = false;
  #fault: Fault | null = null;
  /** The step that told of the last record. */
  #recorded: Step | null = null;

  constructor(view: ChargeView, chargeFor: ChargeFor, desk: Desk, patience: Patience, open: OpenTopUp | null = null) {
    this.#view = view;
    this.#chargeFor = chargeFor;
    this.#desk = desk;
    // Once a card was asked to pay, neither another tag nor a reader that fails ends the wait for the one that is charged.
    this.#patience = patience;
    this.#tagWrite = new TagWrite(desk, patience);
    this.#firstEffect = open ? firstEffectOf(open) : 'await-tag';
    this.#transaction = open?.transaction ?? null;
    this.#charge = open ? chargeOf(open.transaction) : null;
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
    return this.#end();
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
    if (record) this.#record(record);
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
        return this.#ask((payment) => payment.pay(this.#opened()));
      case 'void':
        return this.#giveBack();
      case 'await-paid-tag':
        return this.#awaitPaidTag();
      case 'write-tag':
        return this.#tagWrite.write(this.#order());
      case 'await-same-tag':
        return this.#tagWrite.awaitSameTag(this.#order(), this.#snapshot.context.writeAttempts);
    }
  }

  // --- records: each is one commit ---

  #record(record: CardRecord): void {
    const earlier = this.#transaction;
    this.#transaction = this.#commit(record);
    // Nothing has changed, and so there is nothing to tell.
    if (record.kind === 'payment' && this.#transaction.payment?.status === earlier?.payment?.status) return;
    if (record.kind === 'end') {
      if (record.state === 'TerminalConfirmUnknown') this.#fault = fault('OUTCOME_UNKNOWN');
      else if (record.reason) this.#fault ??= fault(record.reason);
    }
    const event = record.kind === 'end' ? endEvents[record.state] : recordEvents[record.kind];
    this.#recorded = this.#desk.report({ event, ...this.#stepParts() });
  }

  #commit(record: CardRecord): TillTransaction {
    const at = instant(this.#desk.clock);
    switch (record.kind) {
      case 'open':
        return this.#open();
      case 'payment':
        this.#wasPaid ||= this.#isPaid();
        return this.#desk.store.recordPayment(this.#number(), this.#change(record.status, at));
      case 'checkout-and-write':
        return this.#startWriting(at);
      case 'end': {
        const { state, reason } = record;
        const shown = state === 'Committed' ? snapshotOf(this.#current().uid, this.#write().image, at) : null;
        const monitor = state === 'Committed' ? null : this.#tagWrite.monitor;
        const payment = record.payment === null ? {} : { payment: this.#change(record.payment, at) };
        return this.#desk.store.end(this.#number(), {
          ...{ state, at, cause: 'checkout', reason, shown, monitor },
          ...payment,
        });
      }
    }
  }

  #change(status: PaymentStatus, at: string) {
    return { status, reference: this.#reference, at };
  }

  #open(): TillTransaction {
    const { uid, reading } = this.#current();
    const { image } = reading;
    this.#before = image;
    const shown = snapshotOf(uid, image, instant(this.#desk.clock));
    return this.#desk.store.open(draftOf(this.#desk, this.#fixed(), uid, image), shown);
  }

  /** With what the tag shows now: another till may have written to it while the card paid. */
  #startWriting(at: string): TillTransaction {
    const { uid, reading } = this.#current();
    const { images, image } = this.#write();
    const tag = tagPartOf(uid, reading.image, this.#fixed().balanceDeltaMinor);
    invariant(
      'INV-07',
      image.transactionNumber === tag.transactionNumber,
      'the image has the number of its transaction',
    );
    return this.#desk.store.startWriting(this.#number(), images, at, tag);
  }

  // --- effects: each ends in one event ---

  async #awaitTag(): Promise<CardEvent> {
    const tap = new Tap(this.#desk, wholeTag(this.#desk), this.#patience, this.#view);
    this.#waiting = tap;
    const end = await tap.run((visit) => this.#acceptTag(visit));
    this.#waiting = null;
    if (end.type === 'CANCEL') this.#fault = end.fault;
    return { type: end.type };
  }

  async #acceptTag(first: TagVisit): Promise<Result<TagVisit, Fault>> {
    const visit = await this.#usable(first);
    if (!visit.ok) return visit;
    const charge = await this.#chargeFor(visit.value);
    if (!charge.ok) return charge;
    this.#charge = charge.value;
    this.#visit = visit.value;
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
    const number = this.#number();
    const prepared = prepareWrite(this.#desk, this.#current(), this.#fixed(), number);
    if (!prepared.ok) return this.#deny(prepared.fault);
    const asked = await this.#desk.payments.ask(number);
    if (this.#stopped) return { type: this.#stopped };
    if (!asked.ok) return this.#deny(offlineFault(asked.fault));
    if (asked.value) return this.#deny(fault('BACKEND_FAULT', { detail: 'it has a payment of this number already.' }));
    return { type: 'ADMITTED' };
  }

  async #giveBack(): Promise<CardEvent> {
    // A purchase that cannot be written any more is taken back for that reason; whoever cancelled knows why.
    return await this.#ask((payment) => payment.giveBack(this.#opened(), this.#wasPaid || this.#isPaid()), 'voiding');
  }

  async #ask(
    question: (payment: CardPayment) => Promise<PaymentEnd>,
    status: 'pending' | 'voiding' = 'pending',
  ): Promise<CardEvent> {
    const charge = this.#fixed().view;
    const payment = new CardPayment(this.#desk, this.#patience.cardTimeoutMs, (waitingFor) => {
      if (status === 'pending') this.#desk.show({ screen: 'paying', charge, status: waitingFor });
    });
    if (this.#stopped === 'INTERRUPT') return { type: 'INTERRUPT' };
    this.#desk.show({ screen: 'paying', charge, status });
    this.#waiting = payment;
    const end = await question(payment);
    this.#waiting = null;
    this.#reference = payment.reference;
    return end;
  }

  /** The tag may lie there still, or have left and come back with another balance: it is read anew and the image built again. */
  async #awaitPaidTag(): Promise<CardEvent> {
    const { view } = this.#fixed();
    const patience = { ...this.#patience, firstTagOnly: false };
    const tap = new Tap(this.#desk, wholeTag(this.#desk), patience, { ...view, purpose: 'paid-top-up' });
    this.#waiting = tap;
    if (this.#stopped) tap.stop(this.#stopped);
    const end = await tap.run((visit) => this.#acceptPaidTag(visit));
    this.#waiting = null;
    if (end.type !== 'TAG_READ') return { type: end.type };
    const prepared = prepareWrite(this.#desk, this.#current(), this.#fixed(), this.#number());
    if (!prepared.ok) return this.#deny(prepared.fault);
    this.#prepared = prepared.value;
    return { type: 'PAID_TAG' };
  }

  async #acceptPaidTag(first: TagVisit): Promise<Result<TagVisit, Fault>> {
    if (first.uid !== this.#opened().tag.uid) return failed(fault('TAG_OTHER'));
    const visit = await this.#usable(first);
    if (!visit.ok) return visit;
    const { uid, reading } = visit.value;
    this.#desk.store.recordSnapshot(snapshotOf(uid, reading.image, instant(this.#desk.clock)));
    this.#visit = visit.value;
    this.#before = reading.image;
    return visit;
  }

  #deny(problem: Fault): CardEvent {
    this.#fault = problem;
    return { type: 'DENIED', reason: problem.code };
  }

  // --- parts ---

  #order(): WriteOrder {
    const { view } = this.#fixed();
    const prepared = this.#write();
    return { transaction: this.#opened(), visit: this.#current(), prepared, view, parts: this.#stepParts() };
  }

  #stepParts(): Omit<Step, 'at' | 'event'> {
    const transaction = this.#opened();
    const image = transaction.state === 'Committed' ? this.#write().image : this.#before;
    const { payment } = transaction;
    const details = {
      ...(this.#before ? { balanceBeforeMinor: this.#before.balanceMinor } : {}),
      ...(payment ? { paymentStatus: payment.status, paymentReference: payment.reference } : {}),
    };
    const isRefused = transaction.state === 'Aborted' || transaction.state === 'TerminalConfirmUnknown';
    return {
      transaction: stepTransaction(transaction),
      ...(image ? { tag: stepTag(transaction.tag.uid, image) } : {}),
      details,
      ...(isRefused && this.#fault ? { error: this.#fault } : {}),
    };
  }

  #current(): CurrentVisit {
    invariant('INV-08', this.#visit !== null, 'no tag was read');
    return this.#visit;
  }

  #fixed(): Charge {
    invariant('INV-08', this.#charge !== null, 'no charge was fixed');
    return this.#charge;
  }

  #write(): PreparedWrite {
    invariant('INV-08', this.#prepared !== null, 'no image was prepared');
    return this.#prepared;
  }

  #opened(): TillTransaction {
    invariant('INV-08', this.#transaction !== null, 'no number was drawn');
    return this.#transaction;
  }

  #isPaid(): boolean {
    return this.#opened().payment?.status === 'approved';
  }

  #number(): number {
    return this.#opened().terminalTransactionNumber;
  }

  #end(): WorkEnd {
    const transaction = this.#transaction;
    const seen = { uid: transaction?.tag.uid ?? this.#visit?.uid ?? null, before: this.#before };
    if (!transaction) {
      const isExpired = this.#snapshot.value === 'expired';
      return refusedEnd(this.#desk, isExpired ? fault('TAG_NOT_SHOWN') : (this.#fault ?? fault('CANCELLED')), seen);
    }
    if (transaction.state === 'Open') return this.#leftOpen(transaction, seen);
    const step = this.#recorded;
    invariant('INV-09', step !== null, `a top-up ended in ${transaction.state} without a word`);
    const ended = { ...seen, transaction, step };
    switch (transaction.state) {
      case 'Committed':
        return { ...ended, result: 'committed', after: this.#write().image, fault: null };
      case 'Aborted':
        return { ...ended, result: 'aborted', after: this.#before, fault: this.#fault };
      case 'TerminalConfirmUnknown':
        return { ...ended, result: 'unknown', after: null, fault: this.#fault };
      case 'TerminalConfirmStarted':
        invariant('INV-09', false, `a top-up ended in ${transaction.state}`);
    }
  }

  #leftOpen(transaction: TillTransaction, seen: Pick<WorkEnd, 'uid' | 'before'>): WorkEnd {
    const problem = paymentOpenFault(transaction);
    const step = this.#desk.report({ event: 'fault', ...this.#stepParts(), error: problem });
    return { ...seen, result: 'payment-open', transaction, after: this.#before, fault: problem, step };
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

const recordEvents = {
  open: 'transactionOpened',
  payment: 'paymentChanged',
  'checkout-and-write': 'checkoutStarted',
} as const satisfies Record<Exclude<CardRecord['kind'], 'end'>, StepEvent>;

const endEvents = {
  Committed: 'transactionCommitted',
  Aborted: 'transactionAborted',
  TerminalConfirmUnknown: 'transactionUnknown',
} as const satisfies Record<ReplicableState, StepEvent>;
