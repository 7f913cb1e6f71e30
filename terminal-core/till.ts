import type { CatalogueView } from '../contract/ipc/catalogue.ts';
import type { Fault } from '../contract/ipc/fault.ts';
import type { Outcome, TillStatus } from '../contract/ipc/operations.ts';
import type { Step } from '../contract/ipc/step.ts';
import type { ChargeView, ScreenView, TillView } from '../contract/ipc/till-view.ts';
import type { TillSecrets } from './checkout/ports.ts';
import type { BackendNews } from './checkout/replication-ports.ts';
import { fault } from './domain/fault.ts';
import { limits } from './domain/limits.ts';
import { failed, ok, type Result } from './domain/result.ts';
import { discountDuty } from './domain/staff.ts';
import { toHex } from './tag/bytes.ts';
import { halfPaid } from './till/attention.ts';
import { type AttentionOperations, attentionOperations } from './till/attention-operations.ts';
import { type BackendOperations, backendOperations } from './till/backend-operations.ts';
import { BackendWords } from './till/backend-words.ts';
import { CartDesk } from './till/cart-desk.ts';
import { catalogueView } from './till/catalogue.ts';
import { CateringDesk } from './till/catering-desk.ts';
import { CheckoutTaps } from './till/checkout-taps.ts';
import { type CleanupCounts, cleanUpWithoutTag, type TaglessDesk } from './till/cleanup.ts';
import { type Desk, instant, type Patience } from './till/desk.ts';
import { diagnosticsOperations } from './till/diagnostics-operations.ts';
import { endScreen } from './till/end-screen.ts';
import { historyOperations } from './till/history-operations.ts';
import { openDesk, patienceFor } from './till/open-desk.ts';
import type { TapRequest, TillOperations } from './till/operations.ts';
import { PaymentDesk } from './till/payment-desk.ts';
import { paymentOperations } from './till/payment-operations.ts';
import { receiptOperations } from './till/receipt-operations.ts';
import { ScreenDesk } from './till/screen-desk.ts';
import { settledScreen } from './till/settled-screen.ts';
import { ShiftDesk } from './till/shift-desk.ts';
import { StaffDesk } from './till/staff-desk.ts';
import { type StaffOperations, staffOperations } from './till/staff-operations.ts';
import { tillStatus } from './till/status.ts';
import { tagLedgerOver } from './till/tag-ledger.ts';
import { type TagOperations, tagOperations } from './till/tag-operations.ts';
import type { TillParts } from './till/till-parts.ts';
import { tillView } from './till/view.ts';
import type { TagWork, WorkEnd } from './till/work.ts';
import { type Occupation, Workplace } from './till/workplace.ts';

/**
 * The till's application service: the only place where a piece of work begins and ends. It does one at a time, knows what
 * is on the screen, and leaves what each work does to `till/`. Runs the same with a window and without.
 */
export class Till {
  readonly operations: TillOperations;
  readonly #parts: TillParts;
  readonly #staff: StaffDesk;
  readonly #shift: ShiftDesk;
  readonly #cart: CartDesk;
  readonly #catering: CateringDesk;
  readonly #paymentDesk: PaymentDesk;
  readonly #taps: CheckoutTaps;
  readonly #screens: ScreenDesk;
  #secrets: TillSecrets | null;
  #revision = 0;
  readonly #workplace = new Workplace();
  readonly #words = new BackendWords();
  #isStopping = false;
  /** The card of the last booking; a customer's tag left lying must not pay for the next one. */
  #servedPresenceId: number | null = null;

  constructor(parts: TillParts) {
    this.#parts = parts;
    this.#secrets = parts.secrets;
    const { assignments, pins, timers, clock, shifts } = parts;
    const cashiers = () => assignments.configuration()?.configuration.cashiers ?? [];
    this.#staff = new StaffDesk({
      cashiers,
      pins,
      timers,
      idleLockMs: parts.settings.idleLockMs,
      isBusy: () => this.#workplace.isTaken,
      onChange: () => this.#publish(),
    });
    this.#shift = new ShiftDesk(shifts, this.#staff, clock);
    this.#cart = new CartDesk({
      store: parts.store,
      newGroupId: () => this.#newGroupId(),
      admitDiscount: () => this.#staff.admitTo(discountDuty, this.#shift.current !== null),
      products: () => assignments.configuration()?.configuration.products ?? [],
      merchantId: () => this.#merchantId() ?? '',
      isBusy: () => this.#workplace.isTaken,
      onChange: () => this.#onCartChange(),
    });
    this.#catering = new CateringDesk({
      ...{ assignments, clock, timers },
      isCatering: parts.settings.catering,
      isLoginNeeded: () => this.#staff.isLoginNeeded,
      keepCatering: (catering) => parts.keepCatering(catering),
      acknowledge: () => this.#workplace.acknowledge(),
      onChange: () => this.#publish(),
    });
    this.#paymentDesk = new PaymentDesk({
      ...parts,
      report: (step) => this.#report(step),
      isBusy: () => this.#workplace.isTaken,
      onChange: () => this.#onJournalChange(),
    });
    this.#taps = new CheckoutTaps({
      assignments,
      taps: parts.settings.checkoutTaps,
      isLoginNeeded: () => this.#staff.isLoginNeeded,
      keepCheckoutTaps: (taps) => parts.keepCheckoutTaps(taps),
      onChange: () => this.#publish(),
    });
    this.#screens = new ScreenDesk({
      timers,
      doneMs: parts.settings.doneMs,
      idle: () => this.#idleScreen(),
      onChange: () => this.#publish(),
    });
    parts.reader.onChange(() => this.#publish());
    parts.replication.onChange(() => this.#refreshScreen());
    parts.replication.onNews((news) => this.#hear(news));
    this.operations = this.#allOperations();
  }

  /** What a crash left behind is decided before anything else may happen (R36). */
  start(): CleanupCounts {
    const counts = cleanUpWithoutTag(this.#taglessDesk());
    this.#screens.showIdle();
    this.#paymentDesk.wake();
    return counts;
  }

  /** Ends what can end without a tag, cleans up, and is silent from then on; within `limits.stopMs`. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#paymentDesk.stop();
    this.#catering.stop();
    this.#screens.keep();
    this.#workplace.interrupt();
    await this.#workplace.endedWithin(this.#parts.timers, limits.stopMs / 2);
    // A write that is still going on must not be judged by its own till: the next start does it.
    if (!this.#workplace.isTaken) cleanUpWithoutTag(this.#taglessDesk());
  }

  view(): TillView {
    const { assignments, store, reader, replication } = this.#parts;
    const stored = assignments.configuration();
    return tillView({
      revision: this.#revision,
      assignment: assignments.assignment(),
      configuration: stored?.configuration ?? null,
      configurationVersion: stored?.etag ?? null,
      merchantId: this.#merchantId(),
      reader: reader.status,
      replication: replication.status,
      clockDifferenceMs: this.#parts.surroundings.clockDifference()?.differenceMs ?? null,
      counts: store.counts(),
      staff: this.#staff,
      shift: this.#shift.current,
      openPayment: this.#paymentDesk.open,
      isTraining: this.#parts.isTraining,
      session: this.#catering.session(),
      isCatering: this.#catering.isCatering,
      cart: this.#cart.view(this.#catering.isCatering),
      checkoutTaps: this.#taps.count,
      halfPaidCount: halfPaid(store, this.#cart.groupId).length,
      screen: this.#screens.current,
    });
  }

  #allOperations(): TillOperations {
    return {
      view: () => Promise.resolve(ok(this.view())),
      catalogue: () => Promise.resolve(this.#catalogue()),
      ...this.#backendOperations(),
      ...this.#cart.operations,
      ...this.#catering.operations,
      ...this.#taps.operations,
      ...this.#tagOperations(),
      ...paymentOperations({
        paymentDesk: this.#paymentDesk,
        patience: (request) => this.#patience(request),
        run: (view, makeWork) => this.#do(view, makeWork),
      }),
      ...this.#staffOperations(),
      cancel: () => Promise.resolve(this.#cancel()),
      dismiss: () => Promise.resolve(this.#dismiss()),
      status: () => Promise.resolve(ok(this.#status())),
      ...this.#attentionOperations(),
      ...historyOperations(this.#parts),
      ...receiptOperations(this.#parts),
      ...diagnosticsOperations({
        ...this.#parts,
        isSealed: () => this.view().seal === 'sealed',
        inspect: (makeWork) => this.#inspect(makeWork),
      }),
      exportJournal: ({ file }) =>
        Promise.resolve(ok({ entryCount: this.#parts.writeExport(file, this.#parts.journal.lines()) })),
    };
  }

  #catalogue(): Result<CatalogueView, Fault> {
    const stored = this.#parts.assignments.configuration();
    return stored ? ok(catalogueView(stored.etag, stored.configuration)) : failed(fault('CONFIGURATION_MISSING'));
  }

  #backendOperations(): BackendOperations {
    return backendOperations({
      ...this.#parts,
      enrolmentScreen: () => {
        const { current } = this.#screens;
        return current.screen === 'enrolment' ? current : null;
      },
      show: (screen) => this.#screens.show(screen),
      showIdle: () => this.#screens.showIdle(),
      keepSecrets: (secrets) => {
        this.#secrets = secrets;
      },
      isSealed: () => this.view().seal === 'sealed',
      publish: () => this.#publish(),
      status: () => this.#status(),
    });
  }

  #staffOperations(): StaffOperations {
    return staffOperations({
      staff: this.#staff,
      shift: this.#shift,
      isBusy: () => this.#workplace.isTaken,
      desk: () => this.#desk(),
      patience: (request) => this.#patience(request),
      run: (view, makeWork) => this.#do(view, makeWork),
      cleanUp: () => void cleanUpWithoutTag(this.#taglessDesk()),
      onShiftChange: () => this.#onJournalChange(),
    });
  }

  #attentionOperations(): AttentionOperations {
    return attentionOperations({
      ...this.#parts,
      staff: this.#staff,
      groupBeingPaid: () => this.#cart.groupId,
      patience: (request) => this.#patience(request),
      onChange: () => this.#onJournalChange(),
      occupy: (makeWork) => this.#occupy(makeWork),
    });
  }

  // --- work with a tag ---

  #tagOperations(): TagOperations {
    const { assignments, tagLookup, accounts, accountLine, replacements } = this.#parts;
    return tagOperations({
      tagLookup,
      ledger: tagLedgerOver(this.#parts),
      replacements,
      accounts: { store: accounts, line: accountLine, isCatering: () => this.#catering.isCatering },
      newGroupId: () => this.#newGroupId(),
      isAccountMode: () => assignments.assignment()?.edition.mode === 'account',
      basket: () => this.#cart.payable(),
      basketInParts: () => this.#cart.payableInParts(),
      sellingStaff: ({ cashierId, approvedBy }) => ({ cashierId, approvedBy: approvedBy ?? this.#cart.approvedBy }),
      checkoutTaps: () => this.#taps.count,
      merchantId: () => this.#merchantId() ?? '',
      desk: () => this.#desk(),
      patience: (request) => this.#patience(request),
      run: (view, makeWork) => this.#do(view, makeWork),
    });
  }

  async #do(charge: ChargeView, makeWork: (desk: Desk) => TagWork): Promise<Result<Outcome, Fault>> {
    const desk = this.#desk();
    if (!desk.ok) return desk;
    if (this.#workplace.isTaken) return failed(fault('BUSY'));
    const staff = this.#staff.admit(charge.purpose, this.#shift.current !== null);
    if (!staff.ok) return staff;
    this.#screens.keep();
    // "Before each purchase", and before a number is drawn (R36).
    cleanUpWithoutTag(desk.value);
    const work = makeWork({ ...desk.value, staff: staff.value });
    try {
      const outcome = await this.#workplace.occupy(work, (end) => this.#finish(charge, end));
      this.#settle();
      return ok(outcome);
    } finally {
      this.#staff.noteActivity();
      this.#parts.replication.wake();
      this.#parts.onIdle();
    }
  }

  #finish(charge: ChargeView, end: WorkEnd): Outcome {
    const { reader, settings, clock } = this.#parts;
    // Nor must the tag of a cashier who has just come.
    const isServed = end.result === 'committed' || end.step.event === 'staffEntered';
    if (isServed) this.#servedPresenceId = reader.presence?.presenceId ?? null;
    const isPaid = end.result === 'committed' || end.fault?.code === 'EARLIER_COMMITTED';
    if (isPaid && charge.purpose === 'sale') this.#cart.empty();
    this.#screens.show(endScreen(charge, end, instant(clock, settings.doneMs)) ?? this.#idleScreen());
    return { result: end.result, step: end.step };
  }

  /** Work that books nothing of its own: it finds out what became of what was booked before. */
  async #occupy<End>(makeWork: (desk: Desk) => Occupation<End>): Promise<Result<End, Fault>> {
    const desk = this.#desk();
    if (!desk.ok) return desk;
    if (this.#workplace.isTaken) return failed(fault('BUSY'));
    try {
      return ok(await this.#workplace.occupy(makeWork(desk.value), (end) => end));
    } finally {
      this.#showSettled();
      this.#onJournalChange();
    }
  }

  /** A look that nobody sees and that books nothing: it waits for nobody, and nobody waits for it but the next customer's tap. */
  async #inspect<Seen>(makeWork: (desk: Desk) => Occupation<Seen>): Promise<Seen | null> {
    const desk = this.#desk();
    if (!desk.ok || this.#workplace.isTaken) return null;
    return await this.#workplace.occupy(makeWork(desk.value), (seen) => seen);
  }

  /** The backend knows what became of something unknown (Q9). Whoever is at work goes on undisturbed, and comes first. */
  #hear(news: readonly BackendNews[]): void {
    if (this.#isStopping) return;
    this.#words.learn(news);
    if (!this.#workplace.isTaken) this.#settle();
  }

  #settle(): void {
    const { committed, aborted } = cleanUpWithoutTag(this.#taglessDesk());
    if (committed + aborted === 0) return;
    this.#showSettled();
    this.#onJournalChange();
  }

  #showSettled(): void {
    const { store, clock, settings } = this.#parts;
    const { current } = this.#screens;
    if (current.screen !== 'unknown') return;
    const { terminalTransactionNumber, charge } = current;
    const row = store.find(terminalTransactionNumber);
    const settled = row && settledScreen(current, row, instant(clock, settings.doneMs));
    if (!settled) return;
    if (settled.screen === 'done') {
      if (charge.purpose === 'sale') this.#cart.empty();
      this.#words.isToBeTold(terminalTransactionNumber);
    }
    this.#screens.show(settled);
  }

  #patience(request: TapRequest): Patience {
    return patienceFor(this.#parts.settings, request, this.#servedPresenceId);
  }

  #desk(): Result<Desk, Fault> {
    return openDesk(this.#parts, this.#secrets, {
      words: this.#words,
      show: (screen) => this.#screens.show(screen),
      report: (step) => this.#report(step),
    });
  }

  #taglessDesk(): TaglessDesk {
    const { store, clock } = this.#parts;
    return { store, clock, words: this.#words, report: (step) => this.#report(step) };
  }

  #report(parts: Omit<Step, 'at'>): Step {
    const step = { at: instant(this.#parts.clock), ...parts };
    this.#parts.onStep(step);
    return step;
  }

  // --- operations without a tag ---

  #status(): TillStatus {
    const { assignments, store } = this.#parts;
    const configuration = assignments.configuration()?.configuration ?? null;
    return tillStatus(assignments.assignment(), configuration, store.counts());
  }

  /** There is something new to be sent and shown. */
  #onJournalChange(): void {
    this.#parts.replication.wake();
    this.#publish();
  }

  #onCartChange(): void {
    this.#staff.noteActivity();
    if (this.#screens.current.screen === 'done') this.#screens.showIdle();
    else this.#publish();
  }

  #cancel(): Result<Record<string, never>, Fault> {
    if (!this.#workplace.isTaken) return this.#dismiss();
    return this.#workplace.cancel() ? ok({}) : failed(fault('NOT_CANCELLABLE'));
  }

  #dismiss(): Result<Record<string, never>, Fault> {
    if (this.#screens.current.screen === 'again') {
      // The cashier will not wait for the same tag: the outcome stays unknown until it is seen again.
      this.#workplace.interrupt();
      return ok({});
    }
    if (this.#workplace.isTaken) return failed(fault('BUSY'));
    this.#screens.showIdle();
    return ok({});
  }

  // --- the screen ---

  #idleScreen(): ScreenView {
    const assignment = this.#parts.assignments.assignment();
    if (!assignment) return { screen: 'enrolment', busy: false, fault: null };
    const desk = this.#desk();
    return desk.ok ? { screen: 'sale' } : { screen: 'halted', fault: desk.fault };
  }

  /**
   * What the backend said may halt the till, or let it sell at last. Work that waits for a tag ends with a halt: its number would
   * be drawn by a till that knows better (ingest rule 2).
   */
  #refreshScreen(): void {
    if (this.#parts.assignments.assignment()?.haltedCode) this.#workplace.cancel();
    const { screen } = this.#screens.current;
    const isIdle = (screen === 'sale' || screen === 'halted') && !this.#workplace.isTaken;
    if (isIdle) this.#screens.showIdle();
    else this.#publish();
  }

  #publish(): void {
    if (this.#isStopping) return;
    this.#revision += 1;
    this.#parts.onView(this.view());
  }

  #newGroupId(): string {
    return toHex(this.#parts.random.bytes(16)).toLowerCase();
  }

  #merchantId(): string | null {
    const merchants = this.#parts.assignments.configuration()?.configuration.merchants ?? [];
    const wanted = this.#parts.settings.merchantId;
    return merchants.find(({ merchantId }) => merchantId === wanted)?.merchantId ?? merchants[0]?.merchantId ?? null;
  }
}
