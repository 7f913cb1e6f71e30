import type { Answer } from '../../cli/answer.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { WitnessedTag } from '../klink/tag-witness.ts';
import type { VirtualReader } from '../virtual-reader/virtual-reader.ts';
import { isPaymentOpen, ruledWithoutTag, ruledWithTag, type Shown } from './cleanup-rules.ts';
import { Counter, type Operation, patienceMs } from './counter.ts';
import { type DiskState, type LeftRow, readDisk } from './disk-state.ts';
import { killDuring } from './kill.ts';
import type { Booked, KillingWorld } from './killing-world.ts';
import type { Kind } from './kind.ts';
import type { Position } from './positions.ts';

/** What one kill led to. */
export interface RowReport {
  /** What should not have been; empty where all holds. */
  readonly complaints: readonly string[];
  /** The rows of requirements 3.2 that applied. */
  readonly rules: readonly string[];
  /** False where the row broke down before anything was killed. */
  readonly wasKilled: boolean;
}

/**
 * One row of the matrix: a till of its own is killed at one moment of one operation. Then what requirements 3.2 say has to
 * hold without the tag and with it, the same operation has to go through again, and till, tag and ledger have to agree.
 */
export async function killRow(
  world: KillingWorld,
  kind: Kind,
  reader: VirtualReader,
  position: Position,
): Promise<RowReport> {
  const counter = await Counter.open(world, kind, reader);
  try {
    const operation = await kind.prepare(counter);
    return await new KillRow(counter, kind, operation, position).run();
  } finally {
    await counter.close();
  }
}

class KillRow {
  readonly #counter: Counter;
  readonly #kind: Kind;
  readonly #operation: Operation;
  readonly #position: Position;
  readonly #complaints: string[] = [];
  readonly #rules: string[] = [];
  /** How many transactions there were before the operation. */
  #earlierCount = 0;

  constructor(counter: Counter, kind: Kind, operation: Operation, position: Position) {
    this.#counter = counter;
    this.#kind = kind;
    this.#operation = operation;
    this.#position = position;
  }

  async run(): Promise<RowReport> {
    this.#earlierCount = this.#disk().rows.length;
    const before = await this.#counter.shown();
    const answer = await killDuring(this.#counter, this.#operation, this.#position);
    const told = this.#counter.till.steps.flatMap(({ event, transaction }) =>
      event === 'transactionCommitted' ? [transaction?.terminalTransactionNumber] : [],
    );
    const left = this.#disk();
    const shown = await this.#counter.shown();
    this.#checkKilled(answer, left);
    this.#checkTag(before, shown);
    if (this.#position.victim === 'till-host') await this.#counter.restart();
    const settled = await this.#cleanUp(left, shown);
    const paid = await this.#settlePayment(settled);
    const isDone = this.#kind.made ? shown !== null : paid.some(({ state }) => state === 'Committed');
    await this.#tryAgain(isDone);
    this.#counter.line.mend();
    await this.#checkEnd(before, paid, told);
    return { complaints: this.#complaints, rules: this.#rules, wasKilled: true };
  }

  #expect(rule: string, holds: boolean, found: unknown): void {
    if (!holds) this.#complaints.push(`${rule}: ${JSON.stringify(found)}`);
  }

  #disk(): DiskState {
    return readDisk(this.#counter.folder.place);
  }

  /** The transactions of the operation and of what came after it. */
  #newRows(disk: DiskState): readonly LeftRow[] {
    return disk.rows.slice(this.#earlierCount);
  }

  #checkKilled(answer: Answer<Outcome>, left: DiskState): void {
    this.#expect('the books hold at the moment of the kill', left.faults.length === 0, left.faults);
    const { victim, aftermath } = this.#position;
    if (victim === 'till-host')
      this.#expect('the till is gone', !answer.ok && answer.fault.code === 'TILL_STOPPED', answer);
    if (this.#counter.setting.code === 'DEMO-CANTEEN')
      this.#expect('INV-16: of one tap everything is in one state', areTapsWhole(left.rows), left.rows);
    if (aftermath === 'put back') {
      const isThrough = answer.ok && (answer.result.result === 'committed' || answer.result.result === 'done');
      this.#expect('the same tag on a new reader host finishes it', isThrough, answer);
    }
  }

  /** tag.md, "Writing": the old image or the whole new one. */
  #checkTag(before: WitnessedTag | null, shown: WitnessedTag | null): void {
    const isOld = JSON.stringify(shown) === JSON.stringify(before);
    this.#expect('the tag holds the old or the new image', isOld || this.#isNew(before, shown), shown);
  }

  /** The image of one of the operation's transactions, or the tag that was to be made. */
  #isNew(before: WitnessedTag | null, shown: WitnessedTag | null): boolean {
    const { deltasMinor, made } = this.#kind;
    if (shown === null) return false;
    const { transactionNumber, balanceMinor, generation } = shown;
    if (made)
      return transactionNumber === 0 && balanceMinor === made.balanceMinor && made.generations.includes(generation);
    const writeCount = transactionNumber - (before?.transactionNumber ?? 0);
    const changedMinor = deltasMinor.slice(0, writeCount).reduce((sum, deltaMinor) => sum + deltaMinor, 0);
    const isOne = writeCount >= 1 && writeCount <= deltasMinor.length;
    return isOne && balanceMinor === (before?.balanceMinor ?? 0) + changedMinor;
  }

  /** Requirements 3.2: without the tag, which the start has done, then with it. The rows as they are then. */
  async #cleanUp(left: DiskState, shown: WitnessedTag | null): Promise<readonly LeftRow[]> {
    const found = this.#newRows(left);
    const without = found.map(ruledWithoutTag);
    this.#rules.push(...without.map(({ rule }) => rule));
    const unknownCount = without.filter(({ state }) => state === 'TerminalConfirmUnknown').length;
    // Once it answers, the till has begun, which is after the cleanup of its start.
    const status = await this.#counter.till.ask('status', {});
    this.#expectStates('without the tag', without);
    const openCount = without.filter(({ state }) => state === 'Open').length;
    this.#expect('nothing is left open but a payment', status.unfinishedCount === openCount, status);
    this.#expect('what is unknown is counted', status.unknownCount === unknownCount, status);
    const ruled = found.map((row, at) => ruledWithTag(without[at]?.state ?? '', shownOf(row, left, shown)));
    if (unknownCount > 0) {
      this.#rules.push(...ruled.map(({ rule }) => rule));
      await this.#replicate();
      if (this.#position.aftermath !== 'try again') await this.#cleanUpWithTag(unknownCount);
    }
    if (this.#position.aftermath !== 'try again') this.#expectStates('with the tag', ruled);
    return found.map((row, at) => ({ ...row, state: ruled[at]?.state ?? row.state }));
  }

  /** A card payment that is still open is brought to one of its two ends (Q13): finished with the tag, or voided. */
  async #settlePayment(rows: readonly LeftRow[]): Promise<readonly LeftRow[]> {
    if (!rows.some(isPaymentOpen)) return rows;
    const isFinished = this.#position.moment.number % 2 === 1;
    const answer = isFinished
      ? await this.#counter.show(() =>
          this.#counter.till.call('finishPayment', { timeoutMs: patienceMs, firstTagOnly: true }),
        )
      : await this.#counter.till.call('voidPayment', {});
    const wanted = isFinished ? 'committed' : 'aborted';
    this.#rules.push(`open payment, ${isFinished ? 'finished' : 'voided'} → ${wanted}`);
    this.#expect(`the open payment is ${wanted}`, answer.ok && answer.result.result === wanted, answer);
    const state = isFinished ? 'Committed' : 'Aborted';
    return rows.map((row) => (isPaymentOpen(row) ? { ...row, state } : row));
  }

  async #cleanUpWithTag(unknownCount: number): Promise<void> {
    const { till, reader, tag } = this.#counter;
    const memory = await reader.memory(tag);
    const counts = await this.#counter.show(() => till.ask('cleanup', { timeoutMs: patienceMs }));
    this.#expect('with the tag nothing is unknown', counts.unknown === 0, counts);
    this.#expect('each is decided once', counts.committed + counts.aborted === unknownCount, counts);
    this.#expect('the cleanup writes no tag', Buffer.from(memory).equals(await reader.memory(tag)), counts);
  }

  #expectStates(when: string, ruled: readonly { readonly rule: string; readonly state: string }[]): void {
    const states = this.#newRows(this.#disk()).map(({ state }) => state);
    const wanted = ruled.map(({ state }) => state);
    this.#expect(`3.2 ${when}: ${ruled.map(({ rule }) => rule)}`, `${states}` === `${wanted}`, states);
  }

  async #tryAgain(isDone: boolean): Promise<void> {
    const answer = await this.#counter.tap(this.#operation);
    const code = answer.ok ? (answer.result.step.error?.code ?? answer.result.result) : answer.fault.code;
    const { refusedAgain } = this.#kind;
    const isFine =
      isDone && refusedAgain !== null
        ? code === refusedAgain
        : answer.ok && (answer.result.result === 'committed' || answer.result.result === 'done');
    this.#expect(`the same again${isDone ? ', after it was done' : ''}`, isFine, answer);
    if (this.#kind.use) await this.#counter.tapped(this.#kind.use);
  }

  async #replicate(): Promise<void> {
    const replicated = await this.#counter.till.ask('replicate', { untilEmpty: true, timeoutMs: patienceMs });
    const isWhole = replicated.rejectedCount === 0 && replicated.unsentCount === 0 && replicated.fault === null;
    this.#expect('everything is sent, and nothing rejected', isWhole, replicated);
  }

  /** No card has paid for what is not booked, and none was given back what is. */
  async #checkPayments({ assignmentId, rows }: DiskState): Promise<void> {
    const { world, folder } = this.#counter;
    for (const { number, state, paymentStatus } of rows) {
      if (paymentStatus === null) continue;
      const standing = await world.paymentStatus(assignmentId, folder.place, number);
      const isRight = state === 'Committed' ? standing === 'approved' : standing !== 'approved';
      this.#expect('the card has paid for what is booked', isRight, { number, state, paymentStatus, standing });
    }
  }

  /** Till, tag and ledger agree to the cent, and what was once said is so. */
  async #checkEnd(
    before: WitnessedTag | null,
    settled: readonly LeftRow[],
    told: readonly (number | undefined)[],
  ): Promise<void> {
    await this.#replicate();
    const disk = this.#disk();
    this.#expect('the books hold', disk.faults.length === 0, disk.faults);
    const stateOf = (number: number | undefined) => disk.rows.find((row) => row.number === number)?.state;
    const isSettled = settled.every(({ number, state }) => stateOf(number) === state);
    this.#expect('the end is as ruled, and stays', isSettled, [settled, disk.rows]);
    this.#expect(
      'what was called Committed is',
      told.every((number) => stateOf(number) === 'Committed'),
      told,
    );
    const wasToldMade = this.#counter.till.steps.some(({ event }) => makingEvents.includes(event));
    this.#expect('what was called made is journalled', !wasToldMade || disk.journalKinds.includes('tagEvent'), disk);
    await this.#checkPayments(disk);
    const { uid, folder, world, setting } = this.#counter;
    const beganWith = this.#kind.made?.balanceMinor ?? before?.balanceMinor ?? 0;
    const onTill = sumOfCommitted(this.#newRows(disk)) + beganWith;
    const booked = await world.bookedOf(disk.assignmentId, folder.place, uid);
    if (setting.code === 'DEMO-FEST') {
      const onTag = (await this.#counter.shown())?.balanceMinor;
      const isSame = onTag === onTill && onTill === booked.cashMinor;
      this.#expect('till, tag and ledger agree', isSame, { onTag, onTill, booked });
    } else {
      const wanted = purseAfter(disk.rows, this.#kind.creditMinor ?? 0);
      this.#expect('till and purses agree', JSON.stringify(booked) === JSON.stringify(wanted), { wanted, booked });
    }
  }
}

/** What tells that a tag was made anew. */
const makingEvents: readonly string[] = ['tagIssued', 'tagRepaired', 'tagReplaced'];

function shownOf({ number }: LeftRow, { assignmentId }: DiskState, shown: WitnessedTag | null): Shown {
  const isWritten = shown?.history.some(
    (entry) => entry.assignmentId === assignmentId && entry.terminalTransactionNumber === number,
  );
  return isWritten === true ? 'written' : 'not written';
}

/** Whether the transactions of one tap, and those that take a tap's back, were opened, checked out and ended together. */
function areTapsWhole(rows: readonly LeftRow[]): boolean {
  const statesOf = new Map<string, string[]>();
  for (const { groupId, deltaMinor, state } of rows) {
    if (groupId === null) continue;
    const tap = `${groupId} ${Math.sign(deltaMinor)}`;
    statesOf.set(tap, [...(statesOf.get(tap) ?? []), state]);
  }
  return [...statesOf.values()].every((states) => states.length === 2 && states[0] === states[1]);
}

/** What somebody has left (R77, R78, R109, Q29): credit pays for meals as far as it goes, net of what came back, the cash the rest. */
function purseAfter(rows: readonly LeftRow[], creditMinor: number): Booked {
  const mealMinor = -sumOfCommitted(rows.filter(({ isMeal }) => isMeal));
  const byCreditMinor = Math.min(creditMinor, mealMinor);
  return { cashMinor: sumOfCommitted(rows) + byCreditMinor, heldMinor: 0, creditMinor: creditMinor - byCreditMinor };
}

function sumOfCommitted(rows: readonly LeftRow[]): number {
  return rows.reduce((sum, { state, deltaMinor }) => sum + (state === 'Committed' ? deltaMinor : 0), 0);
}
