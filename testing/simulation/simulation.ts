import { createHash } from 'node:crypto';
import type pg from 'pg';
import { SimulatedBackend } from './backend.ts';
import { BackendTap } from './backend-tap.ts';
import { BooksModel } from './books-model.ts';
import { CardNotices } from './card-notices.ts';
import { CardProvider } from './card-provider.ts';
import { Chance } from './chance.ts';
import { Field } from './field.ts';
import type { GlobalTimers } from './global-timers.ts';
import { JobRhythm } from './job-rhythm.ts';
import { Life, type Moment } from './life.ts';
import { MoneyModel } from './money-model.ts';
import { Line } from './network.ts';
import { OnlineTopUps } from './online-top-ups.ts';
import { Operators } from './operators.ts';
import { thisRelease } from './releases.ts';
import { backendUrl, type Release, SimulatedTill } from './simulated-till.ts';
import { SimulatedTime, settled } from './simulated-time.ts';
import { type Wristband, Wristbands } from './tags.ts';
import { Tally } from './tally.ts';
import { TillDesk } from './till-desk.ts';

/** DEMO-FEST as the rules know it: a top-up costs 5.00, a tag holds up to 500.00. */
const rules = { topUpFeeMinor: 500, maximumBalanceMinor: 50_000 } as const;

export interface SimulationOptions {
  readonly seed: number;
  readonly tills: number;
  readonly tags: number;
  /** What every second till begins with, where there are two releases (`releases.ts`). */
  readonly older?: Release;
}

/**
 * The whole system of one run: tills, tags, readers, lines and a backend in one process and one time, and the models that
 * watch them. What it does, it does because an action says so or because it is due; what it finds, it throws.
 */
export class Simulation {
  readonly options: SimulationOptions;
  readonly time = new SimulatedTime();
  readonly tally = new Tally();
  readonly chance: Chance;
  readonly model = new MoneyModel(rules);
  readonly books = new BooksModel();
  readonly wristbands: Wristbands;
  readonly provider: CardProvider;
  readonly desks: TillDesk[] = [];
  readonly backend: SimulatedBackend;
  readonly tap: BackendTap;
  readonly operators: Operators;
  readonly jobs: JobRhythm;
  readonly online: OnlineTopUps;
  readonly #trace = createHash('sha256');
  /** What broke outside of anybody's call. */
  #broken: unknown = null;
  #isObserving = true;
  #keyHex: string | undefined;

  private constructor(options: SimulationOptions, backend: SimulatedBackend, parts: SimulationParts) {
    this.options = options;
    this.time = parts.time;
    this.tally = parts.tally;
    this.chance = parts.chance;
    this.provider = parts.provider;
    this.backend = backend;

    this.online = new OnlineTopUps(backend, this.books, this.model, this.provider);
    this.jobs = new JobRhythm(backend, this.time, () => this.online.look());
    this.tap = new BackendTap(
      backend,
      this.books,
      this.provider,
      this.jobs,
      this.time,
      (line) => this.trace(line),
      (assignmentId) => this.model.lost.has(assignmentId),
    );
    const afterPayment = async () => {
      await this.jobs.notePayment();
      await this.online.look();
    };
    this.operators = new Operators(backend, this.books, this.model, this.online, this.time, afterPayment);
    const notices = new CardNotices(backend, this.time, this.chance.stream('notices'), this.tally, afterPayment);
    this.provider.onWord = (key, taken, reference) => notices.announce(key, taken, reference);
    this.wristbands = new Wristbands(
      () => this.#editionKey(),
      (tag) => this.#tagChanged(tag),
    );
  }

  static async open(options: SimulationOptions, connection: pg.PoolConfig, timers: GlobalTimers): Promise<Simulation> {
    const chance = new Chance(`seed ${options.seed}`);
    const time = new SimulatedTime();
    const tally = new Tally();
    const provider = new CardProvider(time, chance.stream('cards'), tally);
    timers.install(() => time);
    const backend = await timers.real(() =>
      SimulatedBackend.open(connection, { time, timers, chance: chance.stream('backend'), provider, tally }),
    );
    const simulation = new Simulation(options, backend, { chance, time, tally, provider });
    await simulation.#furnish();
    return simulation;
  }

  /** Identical for identical runs. */
  get traceHash(): string {
    return this.#trace.copy().digest('hex').slice(0, 16);
  }

  trace(line: string): void {
    this.#trace.update(`${this.time.nowMs()} ${line}\n`);
    if (process.env['KLINK_SIMULATION_TRACE']) process.stderr.write(`${this.time.nowMs() % 100_000_000} ${line}\n`);
  }

  /** Something went wrong where nobody waits for it. */
  noteBroken(error: unknown): void {
    this.#broken ??= error;
  }

  // --- beginning ---

  async #furnish(): Promise<void> {
    for (let index = 0; index < this.options.tills; index += 1) await this.#addTill(index);
    const tagChance = this.chance.stream('tags');
    for (let index = 0; index < this.options.tags; index += 1) {
      const isClassic = index % 4 === 3;
      const uid = Uint8Array.of(0x04, 0xa0 + index, ...tagChance.bytes(isClassic ? 2 : 5));
      this.wristbands.make(isClassic ? 'classic1k' : 'ntag213', uid);
    }
  }

  async #addTill(index: number): Promise<void> {
    const { time, chance } = this;
    const field = new Field(time, chance.stream(`field ${index}`), this.wristbands);
    const line = new Line(
      time,
      chance.stream(`line ${index}`),
      (request) => this.tap.answer(request),
      index,
      this.tally,
    );
    const release = index % 2 === 1 ? (this.options.older ?? thisRelease) : thisRelease;
    const till = new SimulatedTill(index, { time, chance: chance.stream(`till ${index}`), field, line }, release);
    const desk = new TillDesk(till, this);
    this.desks.push(desk);
    this.startTill(desk);
    await this.settle();
    const request = { backendUrl, code: 'DEMO-FEST', terminalName: `Till ${index + 1}` };
    const enrolled = desk.running.operations.enrol(request);
    await this.pass(5_000);
    const answer = await enrolled;
    if (!answer.ok) throw new Error(`a till could not be enrolled: ${answer.fault.code}`);
    desk.enrolled();
    await this.pass(1_000);
  }

  startTill(desk: TillDesk): void {
    const life = new Life((moment) => this.#tillEnded(desk, moment));
    try {
      desk.till.start(life, () => {
        desk.observe();
        desk.noteSeen();
      });
      desk.observe();
      desk.noteStart();
    } catch (error) {
      if (life.isAlive) throw error;
    }
  }

  #tillEnded(desk: TillDesk, moment: Moment | null): void {
    if (moment) this.tally.fault(`kill at ${moment}`);
    this.trace(`till ${desk.till.index} ends`);
    desk.observe();
    desk.till.world.field.disconnect();
    desk.till.running?.database.close();
    desk.till.running = null;
    desk.gone();
  }

  // --- going on ---

  /** Lets time go by, with everything that falls due in it. */
  async pass(spanMs: number): Promise<void> {
    await this.time.pass(spanMs, () => this.settle());
  }

  /** Until nothing goes on by itself; then everybody who watches looks at what is new. */
  async settle(): Promise<void> {
    await settled();
    this.assertWhole();
    if (this.#isObserving) for (const desk of this.desks) desk.observe();
    this.assertWhole();
  }

  assertWhole(): void {
    if (this.#broken !== null) throw this.#broken;
  }

  // --- tags ---

  #tagChanged(tag: Wristband): void {
    const image = this.wristbands.witness(tag);
    this.trace(`${tag.tagId} shows ${image?.transactionNumber} ${image?.balanceMinor}`);
    const isMaking = this.desks.some((desk) => desk.till.world.field.tag === tag && desk.isMaking);
    // What a till has just committed is known before what it writes next.
    for (const desk of this.desks) desk.observe();
    // What a till writes that does not know what it has forgotten is no better than what a thief writes.
    const isForked = this.desks.some((desk) => desk.till.world.field.tag === tag && desk.fork !== null);
    if (isForked) {
      this.model.tamper(tag.tagId, tag.uid, image);
      return;
    }
    try {
      this.model.tagShows(tag.tagId, tag.uid, image, isMaking);
    } catch (error) {
      this.noteBroken(error);
    }
  }

  #editionKey(): Uint8Array {
    // Of the event, whichever till was told it first.
    this.#keyHex ??= this.desks[0]?.till.secrets?.keySets[0]?.keyHex;
    if (this.#keyHex === undefined) throw new Error('no till has been enrolled yet');
    return Buffer.from(this.#keyHex, 'hex');
  }

  async close(): Promise<void> {
    this.#isObserving = false;
    for (const { till } of this.desks) till.close();
    await this.backend.close();
  }
}

interface SimulationParts {
  readonly chance: Chance;
  readonly time: SimulatedTime;
  readonly tally: Tally;
  readonly provider: CardProvider;
}
