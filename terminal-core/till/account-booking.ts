import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import type { AccountView } from '../../contract/ipc/account-view.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step, StepEvent } from '../../contract/ipc/step.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import {
  type AccountEffect,
  type AccountEvent,
  type AccountRecord,
  accountChart,
  plannedAccountWork,
} from '../checkout/account-chart.ts';
import type { Cart } from '../domain/cart.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { denialOfDay, denialOnOwnWord } from './account-denials.ts';
import { accountDrafts, type ChargedAccount } from './account-drafts.ts';
import { accountView, knownStanding, salePartViews, standingOf } from './account-standing.ts';
import { Acknowledgement, allergenConflicts } from './allergen-warning.ts';
import type { Charge } from './charge.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import { type Accounts, type IdentifiedTag, refuseBlocked, shownAccount, uidOnly } from './identify-tag.ts';
import { cashToReturn, endEvents, stepTag, stepTransaction } from './step-parts.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type ShownTag, type TagWork, type WorkEnd } from './work.ts';

/** What is booked on the account of the tag that will be shown. */
export interface AccountOrder {
  readonly view: ChargeView;
  /** What one tap pays for, each a transaction of its own; `payableMinor` is what may be paid out of the account. */
  chargesFor(account: { readonly uid: string; readonly payableMinor: number }): Result<readonly Charge[], Fault>;
  /** What goes over the counter, which the member may be allergic to. */
  readonly goods: Cart;
  /** Somebody has said so before the tag was shown (command line). */
  readonly allergensKnown: boolean;
}

interface IdentifiedAccount extends ChargedAccount {
  /** When the backend was asked about it. */
  readonly askedAtMs: number;
}

/**
 * Runs the chart of account mode to its end: a step is `can` → `transition` → one commit → the effect, whose result is the
 * next event. Nothing is ever written to the tag, which may leave as soon as its UID is read.
 */
export class AccountBooking implements TagWork {
  readonly #order: AccountOrder;
  readonly #desk: Desk;
  readonly #accounts: Accounts;
  readonly #patience: Patience;
  #snapshot: SnapshotFrom<typeof accountChart>;
  #waiting: { stop(by: 'CANCEL' | 'INTERRUPT'): void } | null = null;
  #warning: Acknowledgement | null = null;
  #account: IdentifiedAccount | null = null;
  #transactions: readonly TillTransaction[] = [];
  #fault: Fault | null = null;
  /** The step that told of the last record. */
  #recorded: Step | null = null;

  constructor(order: AccountOrder, desk: Desk, accounts: Accounts, patience: Patience) {
    this.#order = order;
    this.#desk = desk;
    this.#accounts = accounts;
    this.#patience = patience;
    [this.#snapshot] = initialTransition(accountChart);
  }

  /** @throws InvariantBroken, or the error of a database that cannot be written; the rows then wait for the cleanup */
  async run(): Promise<WorkEnd> {
    let effect: AccountEffect | null = 'await-tag';
    while (effect) effect = this.#step(await this.#perform(effect));
    return this.#end();
  }

  /** @returns false once the till itself decides: nothing is waited for from there to the end (Q51) */
  cancel(): boolean {
    if (!this.#snapshot.can({ type: 'CANCEL' }) || !this.#waiting) return false;
    this.#waiting.stop('CANCEL');
    return true;
  }

  interrupt(): void {
    this.#waiting?.stop('INTERRUPT');
  }

  acknowledge(): boolean {
    this.#warning?.stop('ACKNOWLEDGED');
    return this.#warning !== null;
  }

  #step(event: AccountEvent): AccountEffect | null {
    invariant('INV-09', this.#snapshot.can(event), `${event.type} in state ${JSON.stringify(this.#snapshot.value)}`);
    const [next, actions] = transition(accountChart, this.#snapshot, event);
    const { record, effect } = plannedAccountWork(actions);
    if (record) this.#record(record);
    this.#snapshot = next;
    return effect;
  }

  #perform(effect: AccountEffect): AccountEvent | Promise<AccountEvent> {
    switch (effect) {
      case 'await-tag':
        return this.#awaitTag();
      case 'await-acknowledgement':
        return this.#awaitAcknowledgement();
      case 'reserve':
        return this.#reserve();
      case 'admit':
        return this.#admit();
      case 'confirm':
        return { type: 'CONFIRMED' };
    }
  }

  // --- records: each is one commit ---

  #record(record: AccountRecord): void {
    this.#transactions = this.#commit(record);
    if (record.kind === 'end' && record.reason) this.#fault ??= fault(record.reason);
    const event = record.kind === 'end' ? endEvents[record.state] : recordEvents[record.kind];
    for (const transaction of this.#transactions)
      this.#recorded = this.#desk.report({ event, ...this.#stepParts(transaction) });
  }

  #commit(record: AccountRecord): readonly TillTransaction[] {
    const { store } = this.#desk;
    const at = instant(this.#desk.clock);
    switch (record.kind) {
      case 'open':
        return store.openOfAccount(accountDrafts(this.#desk, this.#fixed(), at), at);
      case 'checkout':
        return store.checkoutOfAccount(this.#numbers(), record.isReserved, at);
      case 'end': {
        const { state, reason } = record;
        const end = { state, at, cause: 'checkout', reason, shown: null, monitor: null } as const;
        return store.endTogether(this.#numbers(), end);
      }
    }
  }

  // --- effects: each ends in one event ---

  async #awaitTag(): Promise<AccountEvent> {
    const tap = new Tap(this.#desk, uidOnly(this.#desk.reader), this.#patience, this.#order.view);
    this.#waiting = tap;
    const end = await tap.run((tag) => this.#accept(tag));
    this.#waiting = null;
    if (end.type === 'CANCEL') this.#fault = end.fault;
    return { type: end.type === 'TAG_READ' && this.#isToBeWarned() ? 'WARNED' : end.type };
  }

  async #accept(tag: IdentifiedTag): Promise<Result<IdentifiedTag, Fault>> {
    const { uid } = tag;
    const askedAtMs = this.#desk.clock.nowMs();
    const asked = await standingOf(this.#desk, this.#accounts, uid);
    if (!asked.ok) return asked;
    const standing = asked.value;
    this.#desk.report({ event: 'tagRead', tag: stepTag(uid, shownAccount(standing?.balanceMinor ?? 0, false)) });
    const allowed = refuseBlocked(this.#desk, uid, standing);
    if (!allowed.ok) return allowed;
    const charges = this.#order.chargesFor({ uid, payableMinor: standing?.freeMinor ?? 0 });
    if (!charges.ok) return charges;
    const conflicts = allergenConflicts(this.#order.goods, standing?.member?.member.allergens ?? []);
    this.#account = { uid, standing, charges: charges.value, conflicts, askedAtMs };
    // On the command line nobody looks at a warning: whoever sells has to know beforehand.
    if (!this.#isToBeWarned() || !this.#patience.firstTagOnly) return ok(tag);
    return failed(this.#unconfirmed());
  }

  #unconfirmed(): Fault {
    const { conflicts } = this.#fixed();
    return fault('ALLERGENS_UNCONFIRMED', { allergens: conflicts.map(({ allergen }) => allergen).join(', ') });
  }

  #isToBeWarned(): boolean {
    return !this.#order.allergensKnown && (this.#account?.conflicts.length ?? 0) > 0;
  }

  async #awaitAcknowledgement(): Promise<AccountEvent> {
    const { uid, conflicts } = this.#fixed();
    const account = this.#accountView();
    invariant('INV-08', account !== null, 'a warning about nobody');
    const { tapTimeoutMs } = this.#patience;
    const warning = new Acknowledgement(this.#desk.timers, tapTimeoutMs);
    [this.#waiting, this.#warning] = [warning, warning];
    const deadlineAt = instant(this.#desk.clock, tapTimeoutMs);
    this.#desk.show({
      screen: 'allergens',
      charge: this.#order.view,
      uid,
      account,
      conflicts: [...conflicts],
      deadlineAt,
    });
    this.#desk.report({
      event: 'allergensShown',
      details: { uid, allergens: conflicts.map(({ allergen }) => allergen) },
    });
    const type = await warning.ended;
    if (type === 'TIMEOUT') this.#fault = this.#unconfirmed();
    [this.#waiting, this.#warning] = [null, null];
    return { type };
  }

  async #reserve(): Promise<AccountEvent> {
    const beyondDay = denialOfDay(this.#fixed());
    if (beyondDay) return this.#deny(fault(beyondDay.code, beyondDay.details));
    const takenBack: ('CANCEL' | 'INTERRUPT')[] = [];
    this.#waiting = { stop: (by) => void takenBack.push(by) };
    let areHeld = true;
    for (const transaction of this.#toBeHeld()) {
      const held = await this.#desk.reservations.reserve(transaction);
      if (takenBack[0]) break;
      if (!held.ok) {
        this.#waiting = null;
        return this.#deny(this.#withOwnDetails(held.fault));
      }
      areHeld &&= held.value === 'RESERVED';
    }
    this.#waiting = null;
    if (takenBack[0]) return { type: takenBack[0] };
    // What is held of one only is decided by the till for both: a hold that is not confirmed runs out.
    return { type: areHeld && this.#toBeHeld().length > 0 ? 'RESERVED' : 'UNRESERVED' };
  }

  #toBeHeld(): readonly TillTransaction[] {
    const { charges } = this.#fixed();
    return this.#transactions.filter((_, at) => charges[at]?.reserves);
  }

  /** The backend says that it is not enough; how much is missing the till knows, where it thinks so too. */
  #withOwnDetails(refused: Fault): Fault {
    const own = denialOnOwnWord(this.#desk, this.#accounts, this.#fixed());
    return own?.code === refused.code ? fault(own.code, own.details) : refused;
  }

  #admit(): AccountEvent {
    const denial = denialOnOwnWord(this.#desk, this.#accounts, this.#fixed());
    return denial ? this.#deny(fault(denial.code, denial.details)) : { type: 'ADMITTED' };
  }

  #deny(problem: Fault): AccountEvent {
    this.#fault = problem;
    return { type: 'DENIED', reason: problem.code };
  }

  // --- parts ---

  #stepParts(transaction: TillTransaction) {
    const { balanceBeforeMinor, balanceAfterMinor } = transaction.tag;
    const shownMinor = transaction.state === 'Committed' ? balanceAfterMinor : balanceBeforeMinor;
    return {
      transaction: stepTransaction(transaction),
      tag: stepTag(transaction.tag.uid, shownAccount(shownMinor, false)),
      details: { balanceBeforeMinor, ...cashToReturn(transaction) },
      ...(transaction.state === 'Aborted' && this.#fault ? { error: this.#fault } : {}),
    };
  }

  #accountView(): AccountView | null {
    const { uid, askedAtMs } = this.#fixed();
    const standing = knownStanding(this.#desk, this.#accounts, uid);
    return standing && accountView(this.#desk, this.#accounts.isCatering(), standing, { uid, askedAtMs });
  }

  #fixed(): IdentifiedAccount {
    invariant('INV-08', this.#account !== null, 'no tag was identified');
    return this.#account;
  }

  #numbers(): readonly number[] {
    invariant('INV-08', this.#transactions.length > 0, 'no number was drawn');
    return this.#transactions.map(({ terminalTransactionNumber }) => terminalTransactionNumber);
  }

  #end(): WorkEnd {
    const [first] = this.#transactions;
    const last = this.#transactions.at(-1);
    const step = this.#recorded;
    if (!first || !last || !step) {
      const isExpired = this.#snapshot.value === 'expired';
      const problem = this.#fault ?? fault(isExpired ? 'TAG_NOT_SHOWN' : 'CANCELLED');
      return refusedEnd(this.#desk, problem, { uid: null, before: null });
    }
    const before: ShownTag = shownAccount(first.tag.balanceBeforeMinor, false);
    const ended = { uid: first.tag.uid, before, transaction: first, step, account: this.#accountView() };
    if (first.state === 'Committed') {
      const after = shownAccount(last.tag.balanceAfterMinor, false);
      return { ...ended, result: 'committed', after, fault: null, ...this.#saleParts() };
    }
    invariant('INV-09', first.state === 'Aborted', `a booking ended in ${first.state}`);
    return { ...ended, result: 'aborted', after: before, fault: this.#fault };
  }

  #saleParts(): Pick<WorkEnd, 'saleParts'> {
    if (this.#order.view.purpose !== 'sale') return {};
    return { saleParts: salePartViews(this.#transactions, this.#fixed().standing?.creditMinor ?? 0) };
  }
}

const recordEvents = {
  open: 'transactionOpened',
  checkout: 'checkoutStarted',
} as const satisfies Record<Exclude<AccountRecord['kind'], 'end'>, StepEvent>;
