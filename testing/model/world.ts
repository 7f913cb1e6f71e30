import fs from 'node:fs';
import { z } from 'zod';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import { terminalStates } from '../../contract/wire/words.ts';
import type { Uplink } from '../../terminal-core/checkout/backend-ports.ts';
import type { Result } from '../../terminal-core/domain/result.ts';
import { httpUplink } from '../../terminal-core/replication/http-uplink.ts';
import type { TillOperations } from '../../terminal-core/till/operations.ts';
import type { WitnessedTag } from '../klink/tag-witness.ts';
import { witnessedTags } from '../till/books.ts';
import { assignment, configuration as festival } from '../till/festival.ts';
import { InProcessTill, type Kill } from '../till/in-process-till.ts';
import { ManualTime, settled } from '../till/manual-time.ts';
import { makeMemoryFolder } from '../till/memory-folder.ts';
import { staffed } from '../till/staff.ts';
import { CountedCalls } from './counted-calls.ts';
import type { ModelBackend } from './model-backend.ts';
import { rules } from './model-charges.ts';
import type { Aftermath, Ending } from './model-words.ts';

/** The tags of every session by their place in the drawer: a Type 2 and a MIFARE Classic tag with money, a blank one. */
export const tagPlaces = [0, 3, 1] as const;

export const configuration = { ...staffed, fees: { topUp: rules.topUpFee, refund: rules.refundFee } };
const rowSchema = z.object({ number: z.int(), state: z.enum(terminalStates), isWriteStarted: z.int() });

/** A killed till: its rows and its disk at that very moment. */
interface Killed {
  readonly rows: Aftermath['rows'];
  readonly folder: string;
}

export type Call = (operations: TillOperations) => Promise<Result<Outcome, Fault>>;

/** The real thing of a session: a whole till in this process, its tags, another till, and a backend on a real socket. */
export class World {
  readonly backend: ModelBackend;
  till: InProcessTill;
  /** Names of the commands that were played, and agreed upon. */
  readonly played: string[] = [];
  #uplink = new CountedCalls<Uplink>(httpUplink());
  readonly #time = new ManualTime();
  #stepsBefore = 0;
  #witnessed: { readonly drawer: string; readonly shown: ReturnType<typeof witnessedTags> } | null = null;
  #other: InProcessTill | null = null;
  #ending: Ending | null = null;
  /** What must never happen: the work of a till that lives ended in an exception. */
  #broken: unknown = null;

  /** @param template a folder that a till was made in, which stays as it is */
  constructor(backend: ModelBackend, template: string) {
    this.backend = backend;
    const folder = makeMemoryFolder();
    fs.cpSync(template, folder, { recursive: true });
    this.till = this.#open(folder);
  }

  close(): void {
    this.till.close();
    this.#other?.close();
  }

  // --- the till ---

  get ending(): Ending | null {
    return this.#ending;
  }

  /** @throws what broke in the till, if anything did */
  assertWhole(): void {
    if (this.#broken !== null) throw this.#broken;
  }

  /** Starts a piece of work, and waits until nothing goes on by itself any more. */
  async start(call: Call): Promise<void> {
    const { till } = this;
    this.#ending = null;
    till.steps.length = 0;
    call(till.till.operations).then(
      (ended) => {
        if (till === this.till) this.#ending = endingOf(ended);
      },
      (error: unknown) => {
        if (till === this.till) this.#broken = error;
      },
    );
    await this.quiet();
  }

  /** The same where nobody asks how it ends, and where it may be refused because something else goes on. */
  async begin(call: Call): Promise<void> {
    const { till } = this;
    call(till.till.operations).catch((error: unknown) => {
      if (till === this.till) this.#broken = error;
    });
    await this.quiet();
  }

  /** Until nothing goes on by itself: the backend has answered, or will not yet, and every promise that can be settled is. */
  async quiet(): Promise<void> {
    do {
      await settled();
      await Promise.race([this.#uplink.answered(), this.backend.waitedFor()]);
      await settled();
    } while (!this.#uplink.isQuiet && !this.backend.isWaitedFor);
  }

  tagId(tag: number): string {
    return this.till.tagId(tagPlaces[tag] ?? 0);
  }

  uid(tag: number): string {
    return this.till.uid(tagPlaces[tag] ?? 0);
  }

  async hand(command: Parameters<InProcessTill['hand']>[0]): Promise<void> {
    await this.till.hand(command);
    await this.quiet();
  }

  async wait(delayMs: number): Promise<void> {
    this.#time.advance(delayMs);
    await this.quiet();
  }

  // --- what goes wrong ---

  /** The till is killed now. @returns what the next one will find, before it has done anything */
  kill(tag: number | null): Promise<Aftermath> {
    return this.#reopen(this.#killNow(), tag);
  }

  /** A tag is shown, and the till is killed at the n-th question to the reader. */
  async killAtQuestion(tag: number, kill: Kill): Promise<Aftermath> {
    this.till.killAt(kill);
    await this.hand({ kind: 'hold', tagId: this.tagId(tag) });
    return this.kill(tag);
  }

  /** A tag is shown, and the till is killed right after its n-th step, which is right after the commit it tells of. */
  async killAtStep(tag: number, atStep: number): Promise<Aftermath> {
    const killed: Killed[] = [];
    let count = 0;
    this.till.onStep = () => {
      count += 1;
      if (count === atStep) killed.push(this.#killNow());
    };
    await this.hand({ kind: 'hold', tagId: this.tagId(tag) });
    return this.#reopen(killed[0] ?? this.#killNow(), tag);
  }

  /** The till is told to stop, and started again. */
  async restart(): Promise<void> {
    await this.till.till.stop();
    await this.quiet();
    await this.#reopen(this.#killNow(), null);
  }

  /** From here on it counts what is done with the tag that is shown. */
  #beforeShowing(): void {
    this.#stepsBefore = this.till.steps.length;
  }

  async tear(tag: number, writeNumber: number, point: 'before' | 'during' | 'after'): Promise<Aftermath> {
    this.#beforeShowing();
    await this.hand({ kind: 'tear', tagId: this.tagId(tag), writeNumber, point });
    await this.hand({ kind: 'remove' });
    return this.#aftermath(tag);
  }

  async loseReader(tag: number, atQuestion: number): Promise<Aftermath> {
    const { till } = this;
    this.#beforeShowing();
    till.duringCommand(atQuestion, () => till.restartReaderHost());
    await this.hand({ kind: 'hold', tagId: this.tagId(tag) });
    till.duringCommand(0, () => undefined);
    await this.hand({ kind: 'remove' });
    return this.#aftermath(tag);
  }

  /** The tags are taken to another till of the event and come back. */
  async elsewhere(tag: number, call: Call): Promise<Ending> {
    this.#other ??= new InProcessTill({
      time: this.#time,
      assignment: { ...assignment, assignmentId: 42 },
      configuration: { ...configuration, cashiers: festival.cashiers },
    });
    const other = this.#other;
    this.till.copyTagsTo(other);
    const ended = call(other.till.operations);
    await other.hand({ kind: 'hold', tagId: other.tagId(tagPlaces[tag] ?? 0) });
    const ending = endingOf(await ended);
    await other.hand({ kind: 'remove' });
    other.copyTagsTo(this.till);
    await this.quiet();
    return ending;
  }

  // --- what is there ---

  /** What each tag holds, read without any code of the till; null where it cannot be read. */
  tags(): readonly (WitnessedTag | null)[] {
    // Most commands write to no tag, and to read one as the witness does takes its time.
    const drawer = this.till.drawerText();
    if (drawer !== this.#witnessed?.drawer) this.#witnessed = { drawer, shown: witnessedTags(this.till.folder) };
    const { shown } = this.#witnessed;
    return tagPlaces.map((_, tag) => shown.get(this.uid(tag)) ?? null);
  }

  #aftermath(tag: number): Aftermath {
    return { ...this.#found(tag, this.till.folder, this.#rows()), ending: this.#ending };
  }

  #found(tag: number | null, folder: string, rows: Aftermath['rows']): Aftermath {
    const witnessed = tag === null ? null : witnessedTags(folder).get(this.uid(tag));
    const attempts = this.till.steps.filter(({ event, transaction }) => event === 'writing' && transaction).length;
    const isRead = this.till.steps.slice(this.#stepsBefore).some(({ event }) => event === 'tagRead');
    return { rows, isRead, tagNumber: witnessed?.transactionNumber ?? null, attempts, ending: null };
  }

  #rows(): Aftermath['rows'] {
    const rows = this.till.database
      .prepare(
        `SELECT terminal_transaction_number AS number, state, write_started_at IS NOT NULL AS isWriteStarted
         FROM txn ORDER BY terminal_transaction_number`,
      )
      .all();
    return z
      .array(rowSchema)
      .parse(rows)
      .map((row) => ({ ...row, isWriteStarted: row.isWriteStarted === 1 }));
  }

  #killNow(): Killed {
    this.#uplink.cut();
    return { rows: this.#rows(), folder: this.till.killNow() };
  }

  async #reopen({ rows, folder }: Killed, tag: number | null): Promise<Aftermath> {
    await this.quiet();
    const aftermath = this.#found(tag, folder, rows);
    this.till.close();
    this.till = this.#open(folder);
    this.#ending = null;
    return aftermath;
  }

  #open(folder: string): InProcessTill {
    this.#uplink = new CountedCalls<Uplink>(httpUplink());
    return new InProcessTill({ folder, time: this.#time, uplink: this.#uplink.target });
  }
}

/** How a call ended, as its caller is told. */
export function endingOf(ended: Result<Outcome, Fault>): Ending {
  if (!ended.ok) return { result: 'refused', code: ended.fault.code };
  const { result, step } = ended.value;
  return { result, code: step.error?.code ?? null };
}
