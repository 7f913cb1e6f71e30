import { initialTransition, type SnapshotFrom, transition } from 'xstate';
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
import type { KnownBalance } from '../checkout/account-ports.ts';
import { denyOnOwnWord } from '../domain/account-admission.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { Charge } from './charge.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import {
  type Accounts,
  type IdentifiedTag,
  knownBalanceOf,
  refuseBlocked,
  shownAccount,
  uidOnly,
} from './identify-tag.ts';
import { cashToReturn, stepTag, stepTransaction } from './step-parts.ts';
import { Tap } from './tap.ts';
import { refusedEnd, type ShownTag, type TagWork, type WorkEnd } from './work.ts';

/** Fixes the charge for the account of a tag; `payableMinor` is what may be paid out of it. */
export type AccountChargeFor = (account: {
  readonly uid: string;
  readonly payableMinor: number;
}) => Result<Charge, Fault>;

/**
 * Runs the chart of account mode to its end: a step is `can` → `transition` → one commit → the effect, whose result is the
 * next event. Nothing is ever written to the tag, which may leave as soon as its UID is read.
 */
export class AccountBooking implements TagWork {
  readonly #view: ChargeView;
  readonly #chargeFor: AccountChargeFor;
  readonly #desk: Desk;
  readonly #accounts: Accounts;
  readonly #patience: Patience;
  #snapshot: SnapshotFrom<typeof accountChart>;
  #waiting: Pick<Tap<IdentifiedTag>, 'stop'> | null = null;
  #account: { readonly uid: string; readonly charge: Charge; readonly known: KnownBalance | null } | null = null;
  #transaction: TillTransaction | null = null;
  #fault: Fault | null = null;
  /** The step that told of the last record. */
  #recorded: Step | null = null;

  constructor(view: ChargeView, chargeFor: AccountChargeFor, desk: Desk, accounts: Accounts, patience: Patience) {
    this.#view = view;
    this.#chargeFor = chargeFor;
    this.#desk = desk;
    this.#accounts = accounts;
    this.#patience = patience;
    [this.#snapshot] = initialTransition(accountChart);
  }

  /** @throws InvariantBroken, or the error of a database that cannot be written; the row then waits for the cleanup */
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
    this.#transaction = this.#commit(record);
    if (record.kind === 'end' && record.reason) this.#fault ??= fault(record.reason);
    const event = record.kind === 'end' ? endEvents[record.state] : recordEvents[record.kind];
    this.#recorded = this.#desk.report({ event, ...this.#stepParts() });
  }

  #commit(record: AccountRecord): TillTransaction {
    const { store } = this.#desk;
    const at = instant(this.#desk.clock);
    switch (record.kind) {
      case 'open':
        return this.#open(at);
      case 'checkout':
        return store.checkoutOfAccount(this.#opened().terminalTransactionNumber, record.isReserved, at);
      case 'end': {
        const { state, reason } = record;
        const end = { state, at, cause: 'checkout', reason, shown: null, monitor: null } as const;
        return store.end(this.#opened().terminalTransactionNumber, end);
      }
    }
  }

  #open(at: string): TillTransaction {
    const { uid, known, charge } = this.#fixed();
    const { view: _, takesBlockedTags: __, reserves: ___, ...rest } = charge;
    const balanceBeforeMinor = known?.balanceMinor ?? 0;
    const tag = {
      uid,
      generation: 1,
      transactionNumber: null,
      balanceBeforeMinor,
      balanceAfterMinor: balanceBeforeMinor + charge.balanceDeltaMinor,
    };
    const { currency } = this.#desk.assignment.edition;
    return this.#desk.store.openOfAccount({ ...rest, ...this.#desk.staff, currency, tag }, at);
  }

  // --- effects: each ends in one event ---

  async #awaitTag(): Promise<AccountEvent> {
    const tap = new Tap(this.#desk, uidOnly(this.#desk.reader), this.#patience, this.#view);
    this.#waiting = tap;
    const end = await tap.run((tag) => this.#accept(tag));
    this.#waiting = null;
    if (end.type === 'CANCEL') this.#fault = end.fault;
    return { type: end.type };
  }

  async #accept(tag: IdentifiedTag): Promise<Result<IdentifiedTag, Fault>> {
    const { uid } = tag;
    const asked = await knownBalanceOf(this.#accounts, uid);
    if (!asked.ok) return asked;
    const known = asked.value;
    this.#desk.report({ event: 'tagRead', tag: stepTag(uid, shownAccount(known?.balanceMinor ?? 0, false)) });
    const allowed = refuseBlocked(this.#desk, uid, known);
    if (!allowed.ok) return allowed;
    const charge = this.#chargeFor({ uid, payableMinor: known?.freeMinor ?? 0 });
    if (!charge.ok) return charge;
    this.#account = { uid, known, charge: charge.value };
    return ok(tag);
  }

  async #reserve(): Promise<AccountEvent> {
    if (!this.#fixed().charge.reserves) return { type: 'UNRESERVED' };
    const takenBack: ('CANCEL' | 'INTERRUPT')[] = [];
    this.#waiting = { stop: (by) => void takenBack.push(by) };
    const held = await this.#desk.reservations.reserve(this.#opened());
    this.#waiting = null;
    if (takenBack[0]) return { type: takenBack[0] };
    return held.ok ? { type: held.value } : this.#deny(held.fault);
  }

  #admit(): AccountEvent {
    const { uid, known, charge } = this.#fixed();
    const { configuration } = this.#desk;
    const denial = denyOnOwnWord({
      balanceDeltaMinor: charge.balanceDeltaMinor,
      known,
      maximumBalanceMinor: configuration.limits.maximumBalanceMinor,
      exposureOfTagMinor: this.#accounts.store.exposureMinor(uid),
      exposureOfTillMinor: this.#accounts.store.exposureMinor(null),
      limits: configuration.accountLimits ?? null,
    });
    return denial ? this.#deny(fault(denial.code, denial.details)) : { type: 'ADMITTED' };
  }

  #deny(problem: Fault): AccountEvent {
    this.#fault = problem;
    return { type: 'DENIED', reason: problem.code };
  }

  // --- parts ---

  #stepParts() {
    const transaction = this.#opened();
    const { uid } = this.#fixed();
    const shown = transaction.state === 'Committed' ? this.#after() : this.#before();
    return {
      transaction: stepTransaction(transaction),
      tag: stepTag(uid, shown),
      details: { balanceBeforeMinor: transaction.tag.balanceBeforeMinor, ...cashToReturn(transaction) },
      ...(transaction.state === 'Aborted' && this.#fault ? { error: this.#fault } : {}),
    };
  }

  #before(): ShownTag {
    return shownAccount(this.#opened().tag.balanceBeforeMinor, false);
  }

  #after(): ShownTag {
    return shownAccount(this.#opened().tag.balanceAfterMinor, false);
  }

  #fixed() {
    invariant('INV-08', this.#account !== null, 'no tag was identified');
    return this.#account;
  }

  #opened(): TillTransaction {
    invariant('INV-08', this.#transaction !== null, 'no number was drawn');
    return this.#transaction;
  }

  #end(): WorkEnd {
    const transaction = this.#transaction;
    const step = this.#recorded;
    if (!transaction || !step) {
      const isExpired = this.#snapshot.value === 'expired';
      const problem = isExpired ? fault('TAG_NOT_SHOWN') : (this.#fault ?? fault('CANCELLED'));
      return refusedEnd(this.#desk, problem, { uid: null, before: null });
    }
    const ended = { uid: transaction.tag.uid, before: this.#before(), transaction, step };
    if (transaction.state === 'Committed') return { ...ended, result: 'committed', after: this.#after(), fault: null };
    invariant('INV-09', transaction.state === 'Aborted', `a booking ended in ${transaction.state}`);
    return { ...ended, result: 'aborted', after: ended.before, fault: this.#fault };
  }
}

const recordEvents = {
  open: 'transactionOpened',
  checkout: 'checkoutStarted',
} as const satisfies Record<Exclude<AccountRecord['kind'], 'end'>, StepEvent>;

const endEvents = {
  Committed: 'transactionCommitted',
  Aborted: 'transactionAborted',
} as const satisfies Record<'Committed' | 'Aborted', StepEvent>;
