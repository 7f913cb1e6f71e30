import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step, StepEvent } from '../../contract/ipc/step.ts';
import type { PaymentStatus } from '../../contract/wire/payment.ts';
import type { CardRecord } from '../checkout/card-chart.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { TagImage } from '../tag/image.ts';
import type { CurrentVisit } from './accept-tag.ts';
import type { Charge } from './charge.ts';
import { type Desk, instant } from './desk.ts';
import { draftOf, tagPartOf } from './draft.ts';
import { paymentOpenFault } from './open-payment.ts';
import type { PreparedWrite } from './prepare-write.ts';
import { endEvents, stepTag, stepTransaction } from './step-parts.ts';
import { snapshotOf } from './tag-visit.ts';
import type { WriteOrder } from './tag-write.ts';
import { bookingEnd, refusedEnd, type WorkEnd } from './work.ts';

/**
 * What is known of one card top-up (Q13), and what was kept of it: each record of its chart is one commit, and then one
 * step that tells of it.
 */
export class CardTopUpBook {
  readonly #desk: Desk;
  #transaction: TillTransaction | null;
  #charge: Charge | null;
  #visit: CurrentVisit | null = null;
  #before: TagImage | null = null;
  #prepared: PreparedWrite | null = null;
  /** What the provider calls the payment. */
  #reference: string | null = null;
  /** The card had paid at some time. */
  #wasPaid = false;
  #fault: Fault | null = null;
  /** The step that told of the last record. */
  #recorded: Step | null = null;

  /** @param open a row that was left open, and what it charges; null where nothing is known yet */
  constructor(desk: Desk, open: { readonly transaction: TillTransaction; readonly charge: Charge } | null) {
    this.#desk = desk;
    this.#transaction = open?.transaction ?? null;
    this.#charge = open?.charge ?? null;
  }

  // --- what is found out ---

  /** The tag that is to be topped up, and with what. */
  fix(visit: CurrentVisit, charge: Charge): void {
    this.#visit = visit;
    this.#charge = charge;
  }

  /** The tag whose card has paid came back; it may show another balance now. */
  sawAgain(visit: CurrentVisit): void {
    const { uid, reading } = visit;
    this.#desk.store.recordSnapshot(snapshotOf(uid, reading.image, instant(this.#desk.clock)));
    this.#visit = visit;
    this.#before = reading.image;
  }

  prepared(write: PreparedWrite): void {
    this.#prepared = write;
  }

  /** @param reference null where the provider has not named the payment */
  named(reference: string | null): void {
    this.#reference = reference;
  }

  /** @param problem why it goes no further; null where whoever ended it knows */
  stoppedBy(problem: Fault | null): void {
    this.#fault = problem;
  }

  // --- records: each is one commit ---

  /** @param monitor what an operator should see about the tag, where the transaction ends other than Committed */
  record(record: CardRecord, monitor: string | null): void {
    const earlier = this.#transaction;
    this.#transaction = this.#commit(record, monitor);
    // Nothing has changed, and so there is nothing to tell.
    if (record.kind === 'payment' && this.#transaction.payment?.status === earlier?.payment?.status) return;
    if (record.kind === 'end') {
      if (record.state === 'TerminalConfirmUnknown') this.#fault = fault('OUTCOME_UNKNOWN');
      else if (record.reason) this.#fault ??= fault(record.reason);
    }
    const event = record.kind === 'end' ? endEvents[record.state] : recordEvents[record.kind];
    this.#recorded = this.#desk.report({ event, ...this.stepParts() });
  }

  #commit(record: CardRecord, monitor: string | null): TillTransaction {
    const at = instant(this.#desk.clock);
    switch (record.kind) {
      case 'open':
        return this.#open(at);
      case 'payment':
        this.#wasPaid ||= this.#isPaid();
        return this.#desk.store.recordPayment(this.number(), this.#change(record.status, at));
      case 'checkout-and-write':
        return this.#startWriting(at);
      case 'end': {
        const { state, reason } = record;
        const isCommitted = state === 'Committed';
        return this.#desk.store.end(this.number(), {
          ...{ state, at, cause: 'checkout', reason },
          shown: isCommitted ? snapshotOf(this.visit().uid, this.#write().image, at) : null,
          monitor: isCommitted ? null : monitor,
          ...(record.payment === null ? {} : { payment: this.#change(record.payment, at) }),
        });
      }
    }
  }

  #change(status: PaymentStatus, at: string) {
    return { status, reference: this.#reference, at };
  }

  #open(at: string): TillTransaction {
    const { uid, reading } = this.visit();
    const { image } = reading;
    this.#before = image;
    return this.#desk.store.open(draftOf(this.#desk, this.charge(), uid, image), snapshotOf(uid, image, at));
  }

  /** With what the tag shows now: another till may have written to it while the card paid. */
  #startWriting(at: string): TillTransaction {
    const { uid, reading } = this.visit();
    const { images, image } = this.#write();
    const tag = tagPartOf(uid, reading.image, this.charge().balanceDeltaMinor);
    invariant(
      'INV-07',
      image.transactionNumber === tag.transactionNumber,
      'the image has the number of its transaction',
    );
    return this.#desk.store.startWriting(this.number(), images, at, tag);
  }

  // --- what is known ---

  order(): WriteOrder {
    const { view } = this.charge();
    return {
      transaction: this.opened(),
      visit: this.visit(),
      prepared: this.#write(),
      view,
      parts: this.stepParts(),
    };
  }

  stepParts(): Omit<Step, 'at' | 'event'> {
    const transaction = this.opened();
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

  visit(): CurrentVisit {
    invariant('INV-08', this.#visit !== null, 'no tag was read');
    return this.#visit;
  }

  charge(): Charge {
    invariant('INV-08', this.#charge !== null, 'no charge was fixed');
    return this.#charge;
  }

  #write(): PreparedWrite {
    invariant('INV-08', this.#prepared !== null, 'no image was prepared');
    return this.#prepared;
  }

  opened(): TillTransaction {
    invariant('INV-08', this.#transaction !== null, 'no number was drawn');
    return this.#transaction;
  }

  number(): number {
    return this.opened().terminalTransactionNumber;
  }

  #isPaid(): boolean {
    return this.opened().payment?.status === 'approved';
  }

  /** Also when it has been given its money back since. */
  get hasPaid(): boolean {
    return this.#wasPaid || this.#isPaid();
  }

  /** What was read of a tag, where one was. */
  get seen(): Pick<WorkEnd, 'uid' | 'before'> {
    return { uid: this.#transaction?.tag.uid ?? this.#visit?.uid ?? null, before: this.#before };
  }

  // --- how it ended ---

  /** @param isExpired no tag was shown in time */
  end(isExpired: boolean): WorkEnd {
    const { seen } = this;
    const transaction = this.#transaction;
    if (!transaction) {
      const problem = isExpired ? fault('TAG_NOT_SHOWN') : (this.#fault ?? fault('CANCELLED'));
      return refusedEnd(this.#desk, problem, seen);
    }
    if (transaction.state === 'Open') return this.#leftOpen(transaction);
    const step = this.#recorded;
    invariant('INV-09', step !== null, `a top-up ended in ${transaction.state} without a word`);
    const written = this.#prepared?.image ?? null;
    return bookingEnd({ ...seen, transaction, written, step, fault: this.#fault });
  }

  #leftOpen(transaction: TillTransaction): WorkEnd {
    const problem = paymentOpenFault(transaction);
    const step = this.#desk.report({ event: 'fault', ...this.stepParts(), error: problem });
    return { ...this.seen, result: 'payment-open', transaction, after: this.#before, fault: problem, step };
  }
}

const recordEvents = {
  open: 'transactionOpened',
  payment: 'paymentChanged',
  'checkout-and-write': 'checkoutStarted',
} as const satisfies Record<Exclude<CardRecord['kind'], 'end'>, StepEvent>;
