import { z } from 'zod';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { Result } from '../../terminal-core/domain/result.ts';
import type { Work } from './actions.ts';
import type { BooksModel } from './books-model.ts';
import { cleanupRowOf, startRowOf, undecidedRowOf } from './cleanup-rows.ts';
import type { ForkWatch } from './fork-watch.ts';
import type { KeptDisk } from './kept-disk.ts';
import { demand, keyOf, ModelViolation, type MoneyModel } from './money-model.ts';
import type { RunningTill, SimulatedTill } from './simulated-till.ts';
import type { Tally } from './tally.ts';
import { TillObserver } from './till-observer.ts';
import { type Ended, intentsOf, start } from './till-work.ts';

const assignmentSchema = z.object({ assignmentId: z.int(), journalId: z.string() });

/** What a till's desk knows of the world around it. */
interface Surroundings {
  readonly model: MoneyModel;
  readonly books: BooksModel;
  readonly tally: Tally;
  trace(line: string): void;
  noteBroken(error: unknown): void;
}

/** One till with the person before it: what they ask for, what they are told, and who watches what is stored. */
export class TillDesk {
  readonly till: SimulatedTill;
  readonly #simulation: Surroundings;
  /** Null where no assignment is followed: there is none, or its till has lost what it knew. */
  observer: TillObserver | null = null;
  /** Where the till's disk was put back. */
  fork: ForkWatch | null = null;
  keptDisk: KeptDisk | null = null;
  #work: Work['work'] | null = null;

  constructor(till: SimulatedTill, simulation: Surroundings) {
    this.till = till;
    this.#simulation = simulation;
  }

  get isRunning(): boolean {
    return this.till.running !== null;
  }

  get running(): RunningTill {
    const { running } = this.till;
    if (!running) throw new Error(`till ${this.till.index} is not running`);
    return running;
  }

  get isBusy(): boolean {
    return this.#work !== null;
  }

  /** A tag is being issued, repaired or replaced here. */
  get isMaking(): boolean {
    return this.#work === 'issue' || this.#work === 'repair' || this.#work === 'replace';
  }

  /** Follows the assignment of the till from now on, where it has one. */
  enrolled(): void {
    const row = this.running.database
      .prepare('SELECT assignment_id AS assignmentId, journal_id AS journalId FROM assignment')
      .get();
    if (row === undefined) return;
    const { assignmentId, journalId } = assignmentSchema.parse(row);
    const { model, tally } = this.#simulation;
    this.observer = new TillObserver(assignmentId, journalId, model, (number, from, to, cause) => {
      tally.reach(`till: ${from} → ${to} (${cause})`);
      this.#simulation.trace(`till ${this.till.index}: ${number} ${from} → ${to} (${cause})`);
      if (cause === 'cleanup') this.#noteCleanup(number, from, to);
      if (cause === 'backend') this.#checkWord(number, to);
    });
  }

  /** The till's disk was put back. */
  forked(watch: ForkWatch): void {
    this.observer = null;
    this.fork = watch;
  }

  /** The till's disk is empty. */
  forgotten(): void {
    this.observer = null;
    this.fork = null;
    this.keptDisk = null;
  }

  /** Looks at what the till has stored since it was last looked at. */
  observe(): void {
    const { running } = this.till;
    if (!running?.database.open) return;
    try {
      this.fork?.look(running.database);
      if (!this.observer && !this.fork) this.enrolled();
      if (!this.observer || !running.life.hasNews()) return;
      const { seals } = this.#simulation.books;
      this.observer.look(running.database, seals.get(this.observer.assignmentId)?.seq ?? 0);
    } catch (error) {
      this.#simulation.noteBroken(error);
    }
  }

  /** Q9: what the backend says ends a row only where it is proof. */
  #checkWord(number: number, to: string): void {
    const key = keyOf(this.observer?.assignmentId ?? 0, number);
    const known = this.#simulation.books.known.get(key);
    const isProof =
      to === 'Committed' ? known?.state === 'Reserve' || known?.state === 'Committed' : known?.cause === 'TD';
    demand(isProof, 'Q9 proof', `${key} ends ${to} because the backend has it ${known?.state} by ${known?.cause}`);
  }

  #noteCleanup(number: number, from: string, to: string): void {
    const row = this.#row(number);
    const found = row ? cleanupRowOf(row, from, to, this.#imageHere()) : null;
    if (found) this.#simulation.tally.reach(`cleanup: ${found}`);
  }

  /** A till has read a tag, or could not: what is unknown of it and stays so. */
  noteSeen(): void {
    const tag = this.till.world.field.tag;
    for (const number of this.observer?.unresolved ?? []) {
      const row = this.#row(number);
      if (row?.state !== 'TerminalConfirmUnknown' || row.uid !== tag?.uid) continue;
      this.#simulation.tally.reach(`cleanup: ${undecidedRowOf(row, this.#imageHere())}`);
    }
  }

  /** A till that starts leaves what only a tag or a card can decide. */
  noteStart(): void {
    for (const number of this.observer?.unresolved ?? []) {
      const status = this.running.database
        .prepare('SELECT payment_status FROM txn WHERE terminal_transaction_number = ?')
        .pluck()
        .get(number);
      const found = startRowOf(this.#row(number)?.state ?? '', z.string().nullable().parse(status));
      if (found) this.#simulation.tally.reach(`cleanup: ${found}`);
    }
  }

  #row(number: number) {
    return this.observer ? this.#simulation.model.row(this.observer.assignmentId, number) : undefined;
  }

  #imageHere() {
    const { tag } = this.till.world.field;
    return tag ? (this.#simulation.model.tags.get(tag.tagId)?.image ?? null) : null;
  }

  /** The process that was at work is no more. */
  gone(): void {
    this.#work = null;
  }

  begin(work: Work, firstTagOnly: boolean): void {
    const assignmentId = this.observer?.assignmentId ?? this.fork?.assignmentId;
    if (!this.isRunning || assignmentId === undefined) return;
    if (this.isBusy) {
      this.#interfere(work, firstTagOnly);
      return;
    }
    this.#simulation.tally.work(work.work);
    this.#simulation.model.intend(assignmentId, intentsOf(work));
    this.#work = work.work;
    const { running } = this;
    const ended = running.life.guard(() => start(running.operations, work, firstTagOnly));
    this.#follow(running, assignmentId, ended ?? Promise.reject(new Error('killed')));
  }

  /** Somebody asks for something while the till is at work: it is refused, and changes nothing (INV-11). */
  #interfere(work: Work, firstTagOnly: boolean): void {
    const { running } = this;
    const isRefused = work.work === 'sell' || work.work === 'resolve' || work.work === 'voidPayment';
    // A sale would empty the cart of the one that is going on; the other two find their own things to say.
    if (isRefused) return;
    this.#simulation.tally.work('asked while at work');
    start(running.operations, work, firstTagOnly).then(
      (answer) => {
        if (answer.ok && running.life.isAlive)
          this.#simulation.noteBroken(
            new ModelViolation('INV-11 one work', `${work.work} began while another was going on`),
          );
      },
      (error: unknown) => {
        if (running.life.isAlive) this.#simulation.noteBroken(error);
      },
    );
  }

  async press(button: 'cancel' | 'dismiss'): Promise<void> {
    if (this.isRunning) await this.running.operations[button]({});
  }

  stop(): void {
    if (!this.isRunning) return;
    const { running } = this;
    running.stop().catch((error: unknown) => (running.life.isAlive ? this.#simulation.noteBroken(error) : undefined));
  }

  #follow(running: RunningTill, assignmentId: number, ended: Ended): void {
    ended.then(
      (result) => {
        if (!running.life.isAlive) return;
        this.#work = null;
        this.observe();
        try {
          this.#told(assignmentId, result);
        } catch (error) {
          this.#simulation.noteBroken(error);
        }
      },
      (error: unknown) => {
        if (running.life.isAlive) this.#simulation.noteBroken(error);
      },
    );
  }

  #told(assignmentId: number, answer: Result<Outcome, Fault>): void {
    const { trace, model, tally } = { ...this.#simulation, trace: (line: string) => this.#simulation.trace(line) };
    const said = answer.ok ? answer.value.result : answer.fault.code;
    const fault = answer.ok ? (answer.value.step.error?.code ?? '') : '';
    trace(`till ${this.till.index} says ${said} ${fault}`);
    tally.work(`said ${said}${fault === '' ? '' : ` ${fault}`}`);
    demand(answer.ok || answer.fault.code !== 'INTERNAL', 'told', 'a till reports a mistake of its own');
    const number = answer.ok ? answer.value.step.transaction?.terminalTransactionNumber : undefined;
    if (number !== undefined && answer.ok && !this.fork) model.told(assignmentId, number, answer.value.result);
  }
}
