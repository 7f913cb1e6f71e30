import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { Action, Deed, Showing } from './actions.ts';
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
import { fairWeather, foulWeather, Line } from './network.ts';
import { Operators } from './operators.ts';
import { backendUrl, SimulatedTill } from './simulated-till.ts';
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
  readonly #jobs: JobRhythm;
  readonly #trace = createHash('sha256');
  /** What broke outside of anybody's call. */
  #broken: unknown = null;
  #isObserving = true;

  private constructor(options: SimulationOptions, backend: SimulatedBackend, parts: SimulationParts) {
    this.options = options;
    this.time = parts.time;
    this.tally = parts.tally;
    this.chance = parts.chance;
    this.provider = parts.provider;
    this.backend = backend;

    this.#jobs = new JobRhythm(backend, this.time);
    this.tap = new BackendTap(backend, this.books, this.provider, this.#jobs, this.time, (line) => this.trace(line));
    this.operators = new Operators(backend, this.books, this.model, this.time, () => this.#jobs.notePayment());
    const afterNotice = () => this.#jobs.notePayment();
    const notices = new CardNotices(backend, this.time, this.chance.stream('notices'), this.tally, afterNotice);
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
    const till = new SimulatedTill(index, { time, chance: chance.stream(`till ${index}`), field, line });
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

  async apply(action: Action): Promise<void> {
    this.trace(JSON.stringify(action));
    await this.#apply(action);
    await this.settle();
  }

  async #apply(action: Action): Promise<void> {
    switch (action.kind) {
      case 'pass':
        return this.pass(action.spanMs);
      case 'jobs':
        return this.backend.runJobs();
      case 'night':
        return this.#night(action.forMs);
      case 'provider':
        this.tally.fault('provider away');
        this.provider.isReachable = action.isReachable;
        return;
      case 'card':
        this.provider.nextFate = action.fate;
        return;
      case 'backend-dies':
        this.backend.dieAfter(action.statements);
        this.time.after(action.downMs, () => this.backend.restart());
        return;
      case 'clone':
      case 'roll-back':
      case 'corrupt':
        return this.#tamper(action);
      case 'operator':
        return this.#operate(action.deed);
      default:
        return this.#atTill(action);
    }
  }

  async #atTill(action: Extract<Action, { readonly till: number }>): Promise<void> {
    const desk = this.desks[action.till];
    if (!desk) return;
    const { line, field } = desk.till.world;
    switch (action.kind) {
      case 'visit':
        desk.begin(action.work, action.firstTagOnly);
        if (action.showing) this.#show(desk, action.showing);
        return;
      case 'show':
        this.#show(desk, action.showing);
        return;
      case 'lift':
        field.takeAway();
        return;
      case 'cancel':
      case 'dismiss':
        await desk.press(action.kind);
        return;
      case 'start':
        if (!desk.isRunning) this.startTill(desk);
        return;
      case 'stop':
        if (desk.isRunning) this.tally.fault('till stopped');
        desk.stop();
        return;
      case 'reader-host':
        this.tally.fault('reader host restarted');
        if (desk.isRunning) desk.running.restartReaderHost();
        return;
      case 'kill':
        if (!desk.isRunning) return;
        if (action.moments === 0) {
          this.tally.fault('kill at rest');
          desk.running.end();
        } else desk.running.life.killAfter(action.moments);
        return;
      case 'flaw':
        this.tally.fault(`write ${action.flaw}`);
        field.flaw = action.flaw;
        return;
      case 'partition':
        line.isCut = true;
        this.time.after(action.forMs, () => {
          line.isCut = false;
        });
        return;
      case 'weather':
        line.weather = action.isFoul ? foulWeather : fairWeather;
        return;
      case 'clock':
        this.tally.fault('clock changed');
        desk.till.clock.jump(action.jumpMs);
        desk.till.clock.drift(action.driftPerMillion);
        return;
    }
  }

  /** Lets time go by, with everything that falls due in it. */
  async pass(spanMs: number): Promise<void> {
    await this.time.pass(spanMs, () => this.settle());
  }

  async #night(forMs: number): Promise<void> {
    this.tally.fault('night');
    for (const desk of this.desks) if (desk.isRunning) desk.running.end();
    await this.settle();
    await this.pass(forMs);
    await this.backend.runJobs();
    for (const desk of this.desks) this.startTill(desk);
  }

  #show(desk: TillDesk, { tagId, afterMs, holdMs }: Showing): void {
    const tag = this.wristbands.all.find((one) => one.tagId === tagId);
    if (!tag) return;
    const { field } = desk.till.world;
    this.time.after(afterMs, () => {
      // There is one of it, which leaves wherever it was.
      for (const other of this.desks) if (other.till.world.field.tag === tag) other.till.world.field.takeAway();
      this.trace(`${tagId} comes to till ${desk.till.index}`);
      field.lay(tag);
    });
    this.time.after(afterMs + holdMs, () => {
      if (field.tag === tag) field.takeAway();
    });
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
    try {
      this.model.tagShows(tag.tagId, tag.uid, image, isMaking);
    } catch (error) {
      this.noteBroken(error);
    }
  }

  /** Somebody lays hands on a wristband that lies on no reader. */
  #tamper(action: Extract<Action, { readonly tagId: string }>): void {
    const tag = this.wristbands.all.find(({ tagId }) => tagId === action.tagId);
    if (!tag || this.desks.some((desk) => desk.till.world.field.tag === tag)) return;
    this.tally.fault(`tag ${action.kind}`);
    this.model.tampered.add(tag.uid);
    switch (action.kind) {
      case 'clone':
        this.#tampered(this.wristbands.clone(tag));
        return;
      case 'roll-back':
        this.wristbands.rollBack(tag, action.steps);
        this.#tampered(tag);
        return;
      case 'corrupt':
        this.wristbands.corrupt(tag, action.offset);
        this.#tampered(tag);
        return;
    }
  }

  #tampered(tag: Wristband): void {
    this.model.tamper(tag.tagId, tag.uid, this.wristbands.witness(tag));
  }

  async #operate(deed: Deed): Promise<void> {
    this.tally.work(`operator ${deed.deed}`);
    const misjudged = await this.operators.do(deed);
    if (misjudged !== null) this.model.misjudged.add(misjudged);
  }

  #editionKey(): Uint8Array {
    const keyHex = this.desks[0]?.till.secrets?.keySets[0]?.keyHex;
    if (keyHex === undefined) throw new Error('no till has been enrolled yet');
    return Buffer.from(keyHex, 'hex');
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
