import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { Fault, FaultCode } from '../../contract/ipc/fault.ts';
import type { Step, StepEvent } from '../../contract/ipc/step.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import type { ReplicableState } from '../../contract/wire/words.ts';
import {
  type BookingChart,
  type BookingEffect,
  type BookingEvent,
  type BookingRecord,
  plannedWork,
  twoTapPurchaseChart,
} from '../checkout/booking-chart.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { TagImage } from '../tag/image.ts';
import { acceptTag, type CurrentVisit } from './accept-tag.ts';
import type { Charge, ChargeFor } from './charge.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import { draftOf } from './draft.ts';
import { type PreparedWrite, prepareWrite } from './prepare-write.ts';
import { cashToReturn, endEvents, stepTag, stepTransaction } from './step-parts.ts';
import { readingFault } from './tag-faults.ts';
import { snapshotOf, type TagVisit, wholeTag } from './tag-visit.ts';
import { TagWrite, type WriteOrder } from './tag-write.ts';
import { Tap } from './tap.ts';
import { bookingEnd, refusedEnd, type TagWork, type WorkEnd } from './work.ts';

/**
 * Runs a booking chart to its end (Q51): a step is `can` → `transition` → one commit → the effect, whose result is the next
 * event. Everything the chart records is on the disk before the effect begins, so that a kill at any point leaves a row
 * the cleanup understands.
 */
export class Booking implements TagWork {
  readonly #chart: BookingChart;
  readonly #chargeFor: ChargeFor;
  /** As the screens show it before a tag is known. */
  readonly #view: ChargeView;
  readonly #desk: Desk;
  readonly #patience: Patience;
  #snapshot: SnapshotFrom<BookingChart>;
  readonly #tagWrite: TagWrite;
  #waiting: Pick<Tap, 'stop'> | null = null;
  #transaction: TillTransaction | null = null;
  #visit: CurrentVisit | null = null;
  #charge: Charge | null = null;
  #before: TagImage | null = null;
  #prepared: PreparedWrite | null = null;
  #fault: Fault | null = null;
  /** The backend keeps the amount until the sale has ended. */
  #isHeld = false;
  /** The step that told of the last record. */
  #recorded: Step | null = null;

  constructor(chart: BookingChart, view: ChargeView, chargeFor: ChargeFor, desk: Desk, patience: Patience) {
    this.#chart = chart;
    this.#view = view;
    this.#chargeFor = chargeFor;
    this.#desk = desk;
    this.#patience = patience;
    this.#tagWrite = new TagWrite(desk, patience);
    [this.#snapshot] = initialTransition(chart);
  }

  /** @throws InvariantBroken, or the error of a database that cannot be written; the row then waits for the cleanup */
  async run(): Promise<WorkEnd> {
    let effect: BookingEffect | null = 'await-tag';
    while (effect) effect = this.#step(await this.#perform(effect));
    return this.#end();
  }

  /** @returns false once the first write command may have been sent (Q51) */
  cancel(): boolean {
    if (!this.#snapshot.can({ type: 'CANCEL' }) || !this.#waiting) return false;
    this.#waiting.stop('CANCEL');
    return true;
  }

  /** The till is stopping: whatever can end without the tag ends now; a write in progress goes on to its end. */
  interrupt(): void {
    this.#tagWrite.interrupt();
    this.#waiting?.stop('INTERRUPT');
  }

  #step(event: BookingEvent): BookingEffect | null {
    invariant('INV-09', this.#snapshot.can(event), `${event.type} in state ${JSON.stringify(this.#snapshot.value)}`);
    const [next, actions] = transition(this.#chart, this.#snapshot, event);
    const { record, effect } = plannedWork(actions);
    if (record) this.#record(record);
    this.#snapshot = next;
    return effect;
  }

  #perform(effect: BookingEffect): BookingEvent | Promise<BookingEvent> {
    switch (effect) {
      case 'await-tag':
        return this.#awaitTag();
      case 'admit':
        return this.#admit();
      case 'reserve':
        return this.#reserve();
      case 'await-second-tap':
        return this.#awaitSecondTap();
      case 'write-tag':
        return this.#tagWrite.write(this.#order());
      case 'await-same-tag':
        return this.#tagWrite.awaitSameTag(this.#order(), this.#snapshot.context.writeAttempts);
    }
  }

  // --- records: each is one commit ---

  #record(record: BookingRecord): void {
    this.#transaction = this.#commit(record);
    if (record.kind === 'end') {
      if (record.state === 'TerminalConfirmUnknown') this.#fault = fault('OUTCOME_UNKNOWN');
      else if (record.reason) this.#fault ??= fault(record.reason);
    }
    const event = record.kind === 'end' ? endEvents[record.state] : recordEvents[record.kind];
    this.#recorded = this.#desk.report({ event, ...this.#stepParts() });
  }

  #commit(record: BookingRecord): TillTransaction {
    switch (record.kind) {
      case 'open':
        return this.#open();
      case 'checkout':
        return this.#desk.store.checkout(this.#number(), instant(this.#desk.clock));
      case 'write':
      case 'checkout-and-write':
        return this.#startWriting();
      case 'end':
        return this.#endTransaction(record.state, record.reason);
    }
  }

  #open(): TillTransaction {
    const { uid, reading } = this.#current();
    const { image } = reading;
    this.#before = image;
    const shown = snapshotOf(uid, image, instant(this.#desk.clock));
    return this.#desk.store.open(draftOf(this.#desk, this.#fixed(), uid, image), shown);
  }

  #startWriting(): TillTransaction {
    const { images, image } = this.#write();
    const { tag } = this.#opened();
    invariant(
      'INV-07',
      image.transactionNumber === tag.transactionNumber,
      'the image has the number of its transaction',
    );
    return this.#desk.store.startWriting(this.#number(), images, instant(this.#desk.clock));
  }

  #endTransaction(state: ReplicableState, reason: FaultCode | null): TillTransaction {
    const at = instant(this.#desk.clock);
    const shown = state === 'Committed' ? snapshotOf(this.#current().uid, this.#write().image, at) : null;
    const monitor = state === 'Committed' ? null : this.#tagWrite.monitor;
    return this.#desk.store.end(this.#number(), { state, at, cause: 'checkout', reason, shown, monitor });
  }

  // --- effects: each ends in one event ---

  async #awaitTag(): Promise<BookingEvent> {
    const twoTaps = this.#chart === twoTapPurchaseChart ? ({ tap: 'open' } as const) : null;
    const tap = new Tap(this.#desk, wholeTag(this.#desk), this.#patience, this.#view, twoTaps);
    this.#waiting = tap;
    const end = await tap.run((visit) => this.#acceptTag(visit));
    this.#waiting = null;
    if (end.type === 'CANCEL') this.#fault = end.fault;
    return { type: end.type };
  }

  async #acceptTag(first: TagVisit): Promise<Result<TagVisit, Fault>> {
    const accepted = await acceptTag(this.#desk, first);
    if (!accepted.ok) return accepted;
    const { visit, committedEarlier } = accepted.value;
    const { uid, reading } = visit;
    this.#desk.report({ event: 'tagRead', tag: stepTag(uid, reading.image) });
    const charge = await this.#chargeFor(visit);
    if (!charge.ok) return charge;
    const isBlocked = reading.image.blocked || this.#desk.configuration.blockedTags.includes(uid);
    if (isBlocked && !charge.value.takesBlockedTags) return failed(fault('TAG_BLOCKED'));
    const repeated = committedEarlier.find((earlier) => this.#repeats(earlier, charge.value));
    if (repeated) return failed(earlierCommitted(repeated));
    this.#charge = charge.value;
    this.#visit = visit;
    return ok(visit);
  }

  /**
   * The same again, while the cashier could not know that it had gone through: not charged twice without being asked for
   * twice. On the command line every call is a decision of its own.
   */
  #repeats({ type, amountMinor }: TillTransaction, charge: Charge): boolean {
    return !this.#patience.firstTagOnly && type === charge.type && amountMinor === charge.amountMinor;
  }

  #admit(): BookingEvent {
    const prepared = prepareWrite(this.#desk, this.#current(), this.#fixed(), this.#number());
    if (!prepared.ok) return this.#deny(prepared.fault);
    this.#prepared = prepared.value;
    return { type: 'ADMITTED' };
  }

  async #reserve(): Promise<BookingEvent> {
    if (!this.#fixed().reserves) return { type: 'UNRESERVED' };
    // The answer may take a moment, and until the first write command it can all be taken back (Q51).
    const takenBack: ('CANCEL' | 'INTERRUPT')[] = [];
    this.#waiting = { stop: (by) => void takenBack.push(by) };
    const held = await this.#desk.reservations.reserve(this.#opened());
    this.#waiting = null;
    if (takenBack[0]) return { type: takenBack[0] };
    if (held.ok) {
      this.#isHeld = held.value === 'RESERVED';
      return { type: held.value };
    }
    return this.#deny(held.fault);
  }

  /** The customer agrees by showing the same tag again; the image is built anew, for another till may have written. */
  async #awaitSecondTap(): Promise<BookingEvent> {
    const tap = new Tap(
      this.#desk,
      wholeTag(this.#desk),
      this.#patience,
      this.#fixed().view,
      { tap: 'confirm', opened: this.#openedSale() },
      this.#current().presenceId,
    );
    this.#waiting = tap;
    const end = await tap.run((visit) => Promise.resolve(this.#acceptSecondTap(visit)));
    this.#waiting = null;
    if (end.type === 'CANCEL' && end.fault) return this.#deny(end.fault);
    if (end.type !== 'TAG_READ') return { type: end.type };
    if (this.#current().reading.image.transactionNumber !== this.#before?.transactionNumber)
      return this.#deny(fault('TAG_CHANGED'));
    const prepared = prepareWrite(this.#desk, this.#current(), this.#fixed(), this.#number());
    if (!prepared.ok) return this.#deny(prepared.fault);
    this.#prepared = prepared.value;
    return { type: 'SECOND_TAP' };
  }

  /** What the second tap agrees to. */
  #openedSale() {
    const { tag } = this.#opened();
    const { uid, balanceBeforeMinor, balanceAfterMinor } = tag;
    return { uid, balanceBeforeMinor, balanceAfterMinor, isHeld: this.#isHeld };
  }

  #acceptSecondTap(visit: TagVisit): Result<TagVisit, Fault> {
    if (visit.uid !== this.#current().uid) return failed(fault('TAG_OTHER'));
    const { reading } = visit;
    if (reading.kind !== 'current') return failed(readingFault(reading) ?? fault('TAG_UNKNOWN'));
    this.#visit = { ...visit, reading };
    return ok(visit);
  }

  #deny(problem: Fault): BookingEvent {
    this.#fault = problem;
    return { type: 'DENIED', reason: problem.code };
  }

  #order(): WriteOrder {
    const { view } = this.#fixed();
    const prepared = this.#write();
    return { transaction: this.#opened(), visit: this.#current(), prepared, view, parts: this.#stepParts() };
  }

  // --- parts ---

  #stepParts() {
    const transaction = this.#transaction ? { transaction: stepTransaction(this.#transaction) } : {};
    const image = this.#transaction?.state === 'Committed' ? this.#write().image : this.#before;
    const tag = this.#visit && image ? { tag: stepTag(this.#visit.uid, image) } : {};
    const cash = this.#transaction ? cashToReturn(this.#transaction) : {};
    const details = this.#before ? { details: { balanceBeforeMinor: this.#before.balanceMinor, ...cash } } : {};
    const isRefused = this.#transaction?.state === 'Aborted' || this.#transaction?.state === 'TerminalConfirmUnknown';
    return { ...transaction, ...tag, ...details, ...(isRefused && this.#fault ? { error: this.#fault } : {}) };
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

  #number(): number {
    return this.#opened().terminalTransactionNumber;
  }

  #end(): WorkEnd {
    const seen = { uid: this.#visit?.uid ?? null, before: this.#before };
    const step = this.#recorded;
    if (!this.#transaction || !step) {
      const isExpired = this.#snapshot.value === 'expired';
      return refusedEnd(this.#desk, isExpired ? fault('TAG_NOT_SHOWN') : (this.#fault ?? fault('CANCELLED')), seen);
    }
    const written = this.#prepared?.image ?? null;
    return bookingEnd({ ...seen, transaction: this.#transaction, written, step, fault: this.#fault });
  }
}

function earlierCommitted({ terminalTransactionNumber, amountMinor }: TillTransaction): Fault {
  return fault('EARLIER_COMMITTED', { terminalTransactionNumber, amountMinor });
}

const recordEvents = {
  open: 'transactionOpened',
  checkout: 'checkoutStarted',
  write: 'writing',
  'checkout-and-write': 'checkoutStarted',
} as const satisfies Record<Exclude<BookingRecord['kind'], 'end'>, StepEvent>;
