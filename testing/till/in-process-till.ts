import fs from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { z } from 'zod';
import type { ReaderCommand, ReaderEvent } from '../../contract/ipc/reader.ts';
import type { SimulatorCommand, SimulatorView } from '../../contract/ipc/simulator.ts';
import type { Step, StepEvent } from '../../contract/ipc/step.ts';
import type { ScreenView, TillView } from '../../contract/ipc/till-view.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import type { Uplink } from '../../terminal-core/checkout/backend-ports.ts';
import type { Assignment, Random, Timers } from '../../terminal-core/checkout/ports.ts';
import { scryptPins } from '../../terminal-core/main/scrypt-pins.ts';
import { SimulatedReader } from '../../terminal-core/readers/simulated/simulated-reader.ts';
import { accountLineOver } from '../../terminal-core/replication/account-line.ts';
import { httpUplink } from '../../terminal-core/replication/http-uplink.ts';
import { paymentsOver } from '../../terminal-core/replication/payments.ts';
import { Replicator } from '../../terminal-core/replication/replicator.ts';
import { reservationsOver, tagLookupOver } from '../../terminal-core/replication/reservations.ts';
import { tagReplacementsOver } from '../../terminal-core/replication/tag-replacements.ts';
import { StoredAccounts } from '../../terminal-core/store/accounts.ts';
import { StoredAssignment } from '../../terminal-core/store/assignment.ts';
import { StoredCashReturns } from '../../terminal-core/store/cash-returns.ts';
import { StoredHistory } from '../../terminal-core/store/history.ts';
import { Journal } from '../../terminal-core/store/journal.ts';
import { writeJournalExport } from '../../terminal-core/store/journal-export.ts';
import { openDatabase } from '../../terminal-core/store/open-database.ts';
import { StoredOutcomes } from '../../terminal-core/store/outcomes.ts';
import { StoredReplacements } from '../../terminal-core/store/replacements.ts';
import { SecretFile } from '../../terminal-core/store/secret-file.ts';
import { changeSettings, loadSettings } from '../../terminal-core/store/settings-file.ts';
import { StoredShifts } from '../../terminal-core/store/shifts.ts';
import { databaseName } from '../../terminal-core/store/till-database.ts';
import { StoredTransactions } from '../../terminal-core/store/transactions.ts';
import { ReaderLink } from '../../terminal-core/till/reader-link.ts';
import { Till } from '../../terminal-core/till.ts';
import * as festival from './festival.ts';
import { ManualTime, settled } from './manual-time.ts';
import { makeMemoryFolder } from './memory-folder.ts';
import { unknownSurroundings } from './unknown-surroundings.ts';

export interface InProcessTillOptions {
  readonly folder?: string;
  readonly time?: ManualTime;
  readonly configuration?: Configuration | null;
  readonly assignment?: Omit<Assignment, 'haltedCode'> | null;
  /** Real HTTP where none is given. */
  readonly uplink?: Uplink;
  /** Always the same bytes, and no jitter, where none is given. */
  readonly random?: Random;
}

/** Where a kill falls: before the n-th question to the reader leaves the till, or after the tag has done what it says. */
export interface Kill {
  readonly atCommand: number;
  readonly point: 'before' | 'after';
}

const drawerName = 'simulated-tags.json';
const fixedRandom: Random = { bytes: (length) => new Uint8Array(length).fill(0xab), fraction: () => 0 };

/**
 * A whole till in this process: the application service over the real database in a folder of its own, the real simulated
 * reader with emulated tags, and the real replicator, whose backend is out of reach. Only time is the test's to move.
 */
export class InProcessTill {
  readonly folder: string;
  readonly time: ManualTime;
  readonly database: Database.Database;
  readonly assignments: StoredAssignment;
  readonly store: StoredTransactions;
  readonly journal: Journal;
  readonly accounts: StoredAccounts;
  readonly replicator: Replicator;
  reader: SimulatedReader;
  readonly link: ReaderLink;
  readonly till: Till;
  readonly steps: Step[] = [];
  readonly screens: ScreenView[] = [];
  /** Called at every step the till reports, before it goes on. */
  onStep: (step: Step) => void = () => undefined;
  #drawer: SimulatorView = { tags: [], presentTagId: null };
  #view: TillView | null = null;
  #kill: Kill | null = null;
  #between: { readonly atCommand: number; readonly act: () => void } | null = null;
  #commandCount = 0;
  #isCut = false;
  #awaitingChange: (() => void)[] = [];
  #answersWrongly = false;

  constructor(options: InProcessTillOptions = {}) {
    this.folder = options.folder ?? makeMemoryFolder();
    this.time = options.time ?? new ManualTime();
    const opened = openDatabase(path.join(this.folder, databaseName));
    if (!opened.ok) throw new Error(opened.fault.message);
    this.database = opened.value;
    const orm = drizzle(this.database);
    this.journal = new Journal(this.database, orm);
    this.assignments = new StoredAssignment(orm);
    this.store = new StoredTransactions(this.database, orm, this.journal);
    this.#enrol(options);
    // The timers of a killed process do not ring.
    const timers: Timers = {
      after: (delayMs, action) => this.time.after(delayMs, () => (this.#isCut ? undefined : action())),
    };
    this.link = new ReaderLink('simulated', (command) => this.#ask(command), timers);
    this.reader = this.#newReader();
    const uplink = options.uplink ?? httpUplink();
    const random = options.random ?? fixedRandom;
    const secretStore = new SecretFile(this.folder);
    const credentials = () => {
      const stored = this.assignments.assignment();
      // A till that a test has enrolled itself has a token of its own.
      const kept = secretStore.load();
      const token = (kept.ok ? kept.value?.token : undefined) ?? festival.secrets.token;
      return stored && { ...stored, token };
    };
    const outcomes = new StoredOutcomes(this.database, orm);
    this.replicator = new Replicator({
      journal: this.journal,
      assignments: this.assignments,
      outcomes,
      uplink,
      clock: this.time,
      timers,
      random,
      credentials,
      onRejected: () => undefined,
    });
    this.accounts = new StoredAccounts(this.database, orm, this.journal);
    const { accounts } = this;
    const settings = loadSettings(this.folder);
    if (!settings.ok) throw new Error(settings.fault.message);
    this.till = new Till({
      settings: settings.value,
      assignments: this.assignments,
      store: this.store,
      journal: this.journal,
      shifts: new StoredShifts(this.database, orm, this.journal),
      outcomes,
      history: new StoredHistory(orm),
      cashReturns: new StoredCashReturns(this.database, orm, this.journal),
      pins: scryptPins,
      isTraining: false,
      secretStore,
      secrets: this.assignments.assignment() ? festival.secrets : null,
      uplink,
      reader: this.link,
      replication: this.replicator,
      reservations: reservationsOver(uplink, this.replicator, credentials),
      payments: paymentsOver(uplink, credentials),
      tagLookup: tagLookupOver(uplink, credentials),
      tagReplacements: tagReplacementsOver(uplink, credentials),
      replacements: new StoredReplacements(this.database, orm, this.store),
      accounts,
      accountLine: accountLineOver({
        uplink,
        replication: this.replicator,
        journal: this.journal,
        assignments: this.assignments,
        accounts,
        clock: this.time,
        credentials,
      }),
      clock: this.time,
      timers,
      random,
      keepCheckoutTaps: (taps) => changeSettings(this.folder, { checkoutTaps: taps }),
      keepCatering: (catering) => changeSettings(this.folder, { catering }),
      writeExport: writeJournalExport,
      onIdle: () => undefined,
      surroundings: unknownSurroundings,
      onView: (view) => this.#see(view),
      onStep: (step) => {
        this.steps.push(step);
        this.onStep(step);
        this.#noteChange();
      },
    });
    this.reader.start();
    this.till.start();
  }

  get view(): TillView {
    if (!this.#view) throw new Error('the till has shown nothing yet');
    return this.#view;
  }

  get screen(): ScreenView {
    return this.view.screen;
  }

  /** Tags of the drawer by their place in it. */
  tagId(index: number): string {
    const tag = this.#drawer.tags[index];
    if (!tag) throw new Error(`there is no tag ${index}`);
    return tag.tagId;
  }

  uid(index: number): string {
    const tag = this.#drawer.tags[index];
    if (!tag) throw new Error(`there is no tag ${index}`);
    return tag.uid;
  }

  /** All bytes of a tag, as they lie in the drawer. */
  memoryOf(index: number): string {
    const drawer = z.object({ tags: z.array(z.object({ memory: z.string() })) }).parse(JSON.parse(this.drawerText()));
    return drawer.tags[index]?.memory ?? '';
  }

  /** The drawer of tags, as it lies on the disk. */
  drawerText(): string {
    return fs.readFileSync(path.join(this.folder, drawerName), 'utf8');
  }

  /** What a person does with the tags, and everything that follows from it without time passing. */
  async hand(command: SimulatorCommand): Promise<void> {
    const envelope = this.reader.simulate(command);
    if (!envelope.ok) throw new Error(envelope.fault.message);
    await settled();
  }

  /** Moves time on, and lets everything happen that follows from it. */
  async pass(ms: number): Promise<void> {
    this.time.advance(ms);
    await settled();
  }

  /** Until the till shows or reports something. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#awaitingChange.push(resolve));
  }

  eventsOf(event: StepEvent): readonly Step[] {
    return this.steps.filter((step) => step.event === event);
  }

  /** The reader host is gone; a new one is started in its place and finds the tags as they lie in the drawer. */
  restartReaderHost(): void {
    this.reader.close();
    this.link.hostGone('ended by a test');
    this.reader = this.#newReader();
    this.reader.start();
  }

  /** The customers go to another till, with their tags as they are now. */
  copyTagsTo(other: InProcessTill): void {
    fs.copyFileSync(path.join(this.folder, drawerName), path.join(other.folder, drawerName));
    other.restartReaderHost();
  }

  /** From the n-th question to the reader on, this till is as if killed: nothing reaches it and nothing leaves it. */
  killAt(kill: Kill): void {
    this.#kill = kill;
    this.#commandCount = 0;
  }

  /** From now on the card answers every question with bytes that make no sense, or no longer. */
  answerWrongly(isWrong: boolean): void {
    this.#answersWrongly = isWrong;
  }

  /** Does something while the n-th question to the reader from now on is being answered. */
  duringCommand(atCommand: number, act: () => void): void {
    this.#between = { atCommand, act };
    this.#commandCount = 0;
  }

  /** Questions to the reader since `killAt` or `duringCommand`. */
  get commandCount(): number {
    return this.#commandCount;
  }

  /**
   * As a kill at this very moment: nothing reaches this till and nothing leaves it any more.
   * @returns a folder with what was on the disk, for another till to open
   */
  killNow(): string {
    this.#isCut = true;
    const copy = makeMemoryFolder();
    fs.cpSync(this.folder, copy, { recursive: true });
    return copy;
  }

  /** As after a kill: this till does no more, and another one opens what was on the disk at that moment. */
  reopened(): InProcessTill {
    const folder = this.killNow();
    this.close();
    return new InProcessTill({ folder, time: this.time });
  }

  close(): void {
    this.#isCut = true;
    this.reader.close();
    this.database.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  #newReader(): SimulatedReader {
    const reader: SimulatedReader = new SimulatedReader({
      dataFolder: this.folder,
      simulatedTag: null,
      // A host that has ended is heard no more.
      report: (event) => (reader === this.reader ? this.#hear(event) : undefined),
      show: (view) => {
        this.#drawer = view;
      },
      schedule: (delayMs, act) => this.time.after(delayMs, act),
    });
    return reader;
  }

  #enrol(options: InProcessTillOptions): void {
    if (this.assignments.assignment() || options.assignment === null) return;
    const at = new Date(this.time.nowMs()).toISOString();
    this.assignments.saveAssignment(options.assignment ?? festival.assignment, at);
    const configuration = options.configuration === undefined ? festival.configuration : options.configuration;
    if (configuration) this.assignments.saveConfiguration('"1"', configuration, at);
  }

  #ask(command: ReaderCommand): void {
    if (this.#isCut) return;
    this.#commandCount += 1;
    if (this.#between?.atCommand === this.#commandCount) this.#between.act();
    if (this.#kill?.atCommand === this.#commandCount) {
      if (this.#kill.point === 'before') this.#isCut = true;
      else this.#cutAfter(command);
      return;
    }
    this.reader.handle(command);
  }

  #cutAfter(command: ReaderCommand): void {
    this.#isCut = true;
    this.reader.handle(command);
  }

  #hear(event: ReaderEvent): void {
    if (this.#isCut) return;
    const isWrong = this.#answersWrongly && event.kind === 'answer' && event.response.length > 0;
    this.link.handle(isWrong ? { ...event, response: Uint8Array.of(0) } : event);
  }

  #noteChange(): void {
    for (const resolve of this.#awaitingChange.splice(0)) resolve();
  }

  #see(view: TillView): void {
    this.#view = view;
    if (this.screens.at(-1) !== view.screen) this.screens.push(view.screen);
    this.#noteChange();
  }
}
