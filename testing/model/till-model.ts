import { chargeOf, feeOf, refusedAtOnce, rules } from './model-charges.ts';
import { ModelDesk } from './model-desk.ts';
import {
  deniedBalance,
  deniedByBalance,
  otherAssignmentId,
  ownAssignmentId,
  whatTheTagSays,
  writeOn,
} from './model-tags.ts';
import type { Charge, Ending, Line, ModelRow, ModelTag, Wish, Work } from './model-words.ts';

/**
 * A till, its tags and its drawer by the rules alone (requirements.md 3.1, 3.2, Q51): plain numbers, no code of the till.
 * What a person does is predicted to the unit; where something goes wrong in the middle, the model says what may be found
 * and takes over what was.
 */
export class TillModel {
  readonly tags: readonly ModelTag[];
  readonly rows: ModelRow[] = [];
  /** Writes of the other till have numbers of their own. */
  otherNumber = 0;
  readonly desk = new ModelDesk();
  work: Work | null = null;
  ending: Ending | null = null;
  screen: 'sale' | 'tap' | 'again' | 'done' | 'refused' | 'unknown' = 'sale';
  nowMs = 0;
  lastActivityMs = 0;
  present: number | null = null;
  /** The tag that lies there was served and pays for nothing else until it has left. */
  isServed = false;
  isOnline = false;
  reservation: 'held' | 'no-answer' | 'waits' | 'TAG_BLOCKED' | 'INSUFFICIENT_FUNDS' = 'held';
  isBackendUp = true;
  /** Booked in the backend, by tag: the n-th has number n. */
  readonly adjustments: { amountMinor: number; setBlocked: boolean | null }[][];
  rejectedCount = 0;
  #unknownShown: number | null = null;
  /** Unknown transactions that the backend has been told of. */
  readonly #toldUnknown = new Set<number>();
  /** Committed upon the backend's word (Q9). */
  readonly #settledByBackend = new Set<number>();
  /** Of these, what the cashier was told of since the till was started. */
  readonly #toldCashier = new Set<number>();
  /** Aborted top-ups whose cash the customer has back, by number. */
  readonly cashReturned = new Set<number>();

  constructor(tagCount: number) {
    this.tags = Array.from({ length: tagCount }, () => ({
      condition: 'blank',
      balanceMinor: 0,
      blocked: false,
      adjustmentNumber: 0,
      writes: [],
    }));
    this.adjustments = this.tags.map(() => []);
  }

  tag(index: number): ModelTag {
    const tag = this.tags[index];
    if (!tag) throw new Error(`the model has no tag ${index}`);
    return tag;
  }

  // --- beginning and ending ---

  /** @returns the code it is refused with at once; null where it has begun */
  begin(wish: Wish, firstTagOnly: boolean): string | null {
    const refused =
      refusedAtOnce(wish, this.desk.cart) ?? (this.work ? 'BUSY' : this.desk.refusedFor(wish, this.nowMs));
    if (refused) {
      this.ending = { result: 'refused', code: refused };
      return refused;
    }
    this.ending = null;
    this.screen = 'tap';
    const hasSeenPresent = this.isServed;
    this.work = { wish, firstTagOnly, phase: 'tap', row: null, attempts: 0, hasSeenPresent, madeTag: null };
    this.#lookAround();
    return null;
  }

  end(result: Ending['result'], code: string | null): void {
    const { wish, row } = this.working();
    this.#unknownShown = result === 'unknown' ? (row?.number ?? null) : null;
    if (result === 'committed') this.isServed = this.present !== null;
    if (wish.kind === 'sale' && (result === 'committed' || code === 'EARLIER_COMMITTED')) this.desk.cart = [];
    this.work = null;
    this.lastActivityMs = this.nowMs;
    this.ending = { result, code };
    this.screen = screenAfter(this.ending);
  }

  #endRow(row: ModelRow, state: 'Committed' | 'Aborted' | 'TerminalConfirmUnknown', code: string | null): void {
    row.state = state;
    this.end(state === 'Committed' ? 'committed' : state === 'Aborted' ? 'aborted' : 'unknown', code);
  }

  working(): Work {
    if (!this.work) throw new Error('the model has no work');
    return this.work;
  }

  // --- what people do ---

  hold(tag: number): void {
    this.present = tag;
    this.isServed = false;
    if (this.work) this.work.hasSeenPresent = false;
    this.#lookAround();
  }

  remove(): void {
    this.present = null;
    this.isServed = false;
  }

  /** Something that the model does not follow has begun and was refused: nothing has changed. */
  refuse(code: string): void {
    this.ending = { result: 'refused', code };
    this.screen = screenAfter(this.ending);
    this.lastActivityMs = this.nowMs;
  }

  cancel(): string | null {
    const { work } = this;
    if (!work) return this.dismiss();
    if (work.phase === 'again') return 'NOT_CANCELLABLE';
    if (work.row) this.#endRow(work.row, 'Aborted', 'CANCELLED');
    else this.end('refused', 'CANCELLED');
    return null;
  }

  dismiss(): string | null {
    if (!this.work) this.screen = 'sale';
    else if (this.work.phase !== 'again') return 'BUSY';
    else this.interrupt();
    return null;
  }

  /** The till stops, or the cashier will not wait for the same tag. */
  interrupt(): void {
    const { work } = this;
    if (!work) return;
    if (!work.row) this.end('refused', 'CANCELLED');
    else if (work.phase === 'again') this.#endRow(work.row, 'TerminalConfirmUnknown', 'OUTCOME_UNKNOWN');
    else this.#endRow(work.row, 'Aborted', 'INTERRUPTED');
  }

  /** Nobody does anything for longer than the till waits for a tag, and shorter than it waits for a cashier. */
  wait(delayMs: number): void {
    const { work } = this;
    this.nowMs += delayMs;
    const isIdle = this.nowMs >= this.lastActivityMs + rules.idleLockMs;
    if (isIdle && work) this.lastActivityMs += rules.idleLockMs;
    else if (isIdle) this.logOut();
    if (this.screen === 'done') this.screen = 'sale';
    if (work) this.#timeOut(work);
  }

  #timeOut(work: Work): void {
    if (!work.row) this.end('refused', 'TAG_NOT_SHOWN');
    else if (work.phase === 'again') this.#endRow(work.row, 'TerminalConfirmUnknown', 'OUTCOME_UNKNOWN');
    else this.#endRow(work.row, 'Aborted', 'TAG_NOT_SHOWN');
  }

  /** A process that is gone: who was logged in and what was in the cart is gone with it. */
  restart(): void {
    this.work = null;
    this.ending = null;
    this.screen = 'sale';
    this.desk.cart = [];
    this.present = null;
    this.isServed = false;
    this.isOnline = false;
    this.desk.logIn(null);
    this.#toldCashier.clear();
  }

  // --- the desk ---

  changeCart(cart: readonly Line[]): void {
    this.desk.cart = [...cart];
    this.lastActivityMs = this.nowMs;
    if (this.screen === 'done') this.screen = 'sale';
  }

  logIn(cashier: 'sue' | 'anna'): void {
    this.desk.logIn(cashier);
    this.lastActivityMs = this.nowMs;
  }

  logOut(): void {
    this.desk.logIn(null);
  }

  /** Money rule 4: the cash of a top-up that was not booked is to be given back. */
  awaitsCash({ number, type, state }: ModelRow): boolean {
    return type === 'TopUp' && state === 'Aborted' && !this.cashReturned.has(number);
  }

  /** What somebody has to look at. */
  get attentionCount(): number {
    const isUnsettled = (row: ModelRow) => row.state === 'TerminalConfirmUnknown' || this.awaitsCash(row);
    return this.rows.filter(isUnsettled).length + this.rejectedCount;
  }

  /** Another till of the event books on a tag, all in one go. @returns the code it was not done for, or null */
  bookElsewhere(index: number, amountMinor: number): string | null {
    const tag = this.tag(index);
    this.remove();
    if (tag.condition !== 'issued') return tag.condition === 'blank' ? 'TAG_UNKNOWN' : 'TAG_CORRUPT';
    if (tag.blocked) return 'TAG_BLOCKED';
    const deltaMinor = amountMinor > 0 ? amountMinor - feeOf(rules.topUpFee, amountMinor) : amountMinor;
    const number = this.otherNumber + 1;
    this.otherNumber = number;
    const denied = deniedByBalance(tag.balanceMinor, deltaMinor);
    if (denied) return denied;
    tag.balanceMinor += deltaMinor;
    tag.writes.push({ assignmentId: otherAssignmentId, number, deltaMinor });
    return null;
  }

  /** The crash cleanup, which asks the tag that lies there and then the one that is shown, as long as it needs one. */
  cleanUpWith(index: number, timeoutMs: number): void {
    const isDone = () => !this.rows.some(({ state }) => state === 'TerminalConfirmUnknown');
    if (!isDone() && this.present !== null) this.resolve(this.present);
    if (!isDone()) this.resolve(index);
    this.present = index;
    this.isServed = false;
    if (isDone()) this.#settleScreen();
    this.wait(timeoutMs);
    if (!isDone()) this.#settleScreen();
  }

  /** Whoever still looks at `unknown` sees how it ended. */
  #settleScreen(): void {
    const row = this.rows[(this.#unknownShown ?? 0) - 1];
    if (this.screen !== 'unknown' || !row || row.state === 'TerminalConfirmUnknown') return;
    this.screen = row.state === 'Committed' ? 'done' : 'refused';
    if (row.state === 'Committed' && row.wish.kind === 'sale') this.desk.cart = [];
  }

  // --- showing a tag, undisturbed ---

  #lookAround(): void {
    const { work, present } = this;
    if (!work || present === null || work.hasSeenPresent) return;
    work.hasSeenPresent = true;
    if (work.phase === 'tap') this.#firstTap(work, present);
    else if (work.phase === 'second-tap') this.#secondTap(work, present);
    else if (work.phase === 'again') this.#again(work, present);
  }

  #firstTap(work: Work, index: number): void {
    // An issue books nothing, and a tag that has money on it is refused whatever else is known of it.
    const resolved = work.wish.kind === 'issue' ? [] : [...this.resolve(index), ...this.settledMeanwhile(index)];
    const refused = this.refusedTag(work, index, resolved);
    if (typeof refused === 'string') this.#refuse(work, refused);
    else if (refused === null) this.end('done', null);
    else this.#book(work, index, refused);
  }

  #book(work: Work, index: number, charge: Charge): void {
    const row = this.open(work, index, charge);
    const denied = deniedBalance(this.tag(row.tag), row) ?? this.deniedReservation(row);
    const isWaiting = !denied && this.#isAsked(row) && this.reservation === 'waits';
    if (isWaiting) {
      work.phase = 'reserving';
      return;
    }
    if (denied) this.#endRow(row, 'Aborted', denied);
    else this.#goOnWithBooking(work, row, work.wish);
  }

  #goOnWithBooking(work: Work, row: ModelRow, wish: Wish): void {
    row.state = 'TerminalConfirmStarted';
    if (wish.kind === 'sale' && wish.taps === 2) work.phase = 'second-tap';
    else this.#writeAndCommit(row);
  }

  /** The backend says at last that it holds the amount. */
  goOnHeld(): void {
    const { wish, row } = this.working();
    if (!row) throw new Error('nothing was asked for');
    this.#goOnWithBooking(this.working(), row, wish);
  }

  #writeAndCommit(row: ModelRow): void {
    writeOn(this.tag(row.tag), row);
    this.#endRow(row, 'Committed', null);
  }

  /** The charge, or the code the tag is refused with; null where nothing is to be booked. */
  refusedTag(
    { wish, firstTagOnly, madeTag }: Work,
    index: number,
    resolved: readonly ModelRow[],
  ): Charge | string | null {
    const tag = this.tag(index);
    if (wish.kind === 'issue') {
      if (tag.condition !== 'blank' && madeTag !== index) return 'TAG_ALREADY_ISSUED';
      tag.condition = 'issued';
      return null;
    }
    if (tag.condition !== 'issued') return tag.condition === 'blank' ? 'TAG_UNKNOWN' : 'TAG_CORRUPT';
    if (wish.kind === 'balance') return null;
    const charge = this.charge(wish, index);
    if (typeof charge === 'string') return charge;
    if (tag.blocked && charge.type !== 'TagAdjustment') return 'TAG_BLOCKED';
    const isRepeated = resolved.some(
      ({ type, amountMinor }) => type === charge.type && amountMinor === charge.amountMinor,
    );
    return isRepeated && !firstTagOnly ? 'EARLIER_COMMITTED' : charge;
  }

  charge(wish: Exclude<Wish, { kind: 'issue' | 'balance' }>, index: number): Charge | string {
    const { rows } = this;
    const { cart } = this.desk;
    const adjustments = this.isBackendUp ? (this.adjustments[index] ?? []) : null;
    return chargeOf(wish, { cart, rows, tagIndex: index, tag: this.tag(index), adjustments });
  }

  #refuse(work: Work, code: string): void {
    if (code === 'EARLIER_COMMITTED' || work.firstTagOnly) this.end('refused', code);
  }

  open(work: Work, index: number, charge: Charge): ModelRow {
    const tagNumber = this.tag(index).writes.length + 1;
    const number = this.rows.length + 1;
    const { wish } = work;
    const row: ModelRow = { ...charge, wish, number, tag: index, tagNumber, shift: this.desk.shift, state: 'Open' };
    this.rows.push(row);
    work.row = row;
    return row;
  }

  deniedReservation(row: ModelRow): string | null {
    return this.#isAsked(row) && this.reservation.includes('_') ? this.reservation : null;
  }

  /** Whether the backend is asked to hold the amount, and answers (R27, Q51). */
  #isAsked({ reserves }: ModelRow): boolean {
    return reserves && this.isOnline && this.isBackendUp;
  }

  #secondTap(work: Work, index: number): void {
    const { row } = work;
    if (!row) throw new Error('a second tap without a transaction');
    const tag = this.tag(index);
    const isReadable = tag.condition === 'issued';
    const code = index !== row.tag ? 'TAG_OTHER' : isReadable ? null : 'TAG_CORRUPT';
    if (code) {
      if (work.firstTagOnly) this.#endRow(row, 'Aborted', code);
      return;
    }
    if (tag.writes.length + 1 === row.tagNumber) this.#writeAndCommit(row);
    else this.#endRow(row, 'Aborted', 'TAG_CHANGED');
  }

  #again(work: Work, index: number): void {
    const { row } = work;
    if (!row) throw new Error('the same tag is waited for without a transaction');
    if (index !== row.tag) return;
    const found = whatTheTagSays(this.tag(row.tag), row);
    const mayTryAgain = work.attempts < rules.writeAttemptsMax;
    if (found === 'written') this.#endRow(row, 'Committed', null);
    else if (found === 'displaced') this.#endRow(row, 'Aborted', 'TAG_CHANGED');
    else if (found === 'undecidable') this.#endRow(row, 'TerminalConfirmUnknown', 'OUTCOME_UNKNOWN');
    else if (mayTryAgain) this.#writeAndCommit(row);
    else this.#endRow(row, 'Aborted', 'TAG_WRITE_FAILED');
  }

  // --- requirements.md 3.2 ---

  /** What is unknown of a tag is resolved by what it says. @returns what turned out to be Committed */
  resolve(index: number): readonly ModelRow[] {
    const unknown = this.rows.filter(({ tag, state }) => tag === index && state === 'TerminalConfirmUnknown');
    for (const row of unknown) {
      const found = whatTheTagSays(this.tag(row.tag), row);
      if (found !== 'undecidable') row.state = found === 'written' ? 'Committed' : 'Aborted';
    }
    return unknown.filter(({ state }) => state === 'Committed');
  }

  /** What the backend knew of the tag's last transaction: the cashier is told once, when the tag is shown. */
  settledMeanwhile(index: number): readonly ModelRow[] {
    const last = this.rows.findLast(({ tag, state }) => tag === index && state === 'Committed');
    const isReadable = this.tag(index).condition === 'issued';
    if (!last || !isReadable || !this.#settledByBackend.has(last.number) || this.#toldCashier.has(last.number))
      return [];
    this.#toldCashier.add(last.number);
    return [last];
  }

  /** What is unknown on this till, on its tag for everybody to see, and news to the backend. */
  seenElsewhere(index: number): readonly ModelRow[] {
    const { condition, writes } = this.tag(index);
    if (condition !== 'issued') return [];
    return this.rows.filter((row) => {
      const write = writes[row.tagNumber - 1];
      const isOnTag = write?.assignmentId === ownAssignmentId && write.number === row.number;
      return (
        row.tag === index && row.state === 'TerminalConfirmUnknown' && isOnTag && !this.#toldUnknown.has(row.number)
      );
    });
  }

  /** The backend was told of everything, and answers what it knows better (Q9). */
  tellBackend(knownBetter: readonly ModelRow[]): void {
    for (const row of knownBetter) {
      row.state = 'Committed';
      this.#settledByBackend.add(row.number);
      if (this.screen === 'unknown' && this.#unknownShown === row.number) this.#toldCashier.add(row.number);
    }
    this.#settleScreen();
    for (const { number, state } of this.rows) if (state === 'TerminalConfirmUnknown') this.#toldUnknown.add(number);
  }
}

function screenAfter({ result, code }: Ending): TillModel['screen'] {
  if (result === 'done' || result === 'committed') return 'done';
  if (result === 'unknown') return 'unknown';
  return code === 'CANCELLED' ? 'sale' : 'refused';
}
