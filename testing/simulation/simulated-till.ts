import { rmSync } from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { tillSettingsSchema } from '../../contract/settings/till-settings.ts';
import type { SecretStore, TillSecrets, Timers } from '../../terminal-core/checkout/ports.ts';
import { ok, type Result } from '../../terminal-core/domain/result.ts';
import { scryptPins } from '../../terminal-core/main/scrypt-pins.ts';
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
import { StoredShifts } from '../../terminal-core/store/shifts.ts';
import { databaseName } from '../../terminal-core/store/till-database.ts';
import { StoredTransactions } from '../../terminal-core/store/transactions.ts';
import type { TillOperations } from '../../terminal-core/till/operations.ts';
import { ReaderLink } from '../../terminal-core/till/reader-link.ts';
import { Till } from '../../terminal-core/till.ts';
import { makeMemoryFolder } from '../till/memory-folder.ts';
import { unknownSurroundings } from '../till/unknown-surroundings.ts';
import type { Chance } from './chance.ts';
import type { Field } from './field.ts';
import { type Life, mortalDatabase } from './life.ts';
import type { Line } from './network.ts';
import { type SimulatedTime, WallClock } from './simulated-time.ts';

export const backendUrl = 'http://backend.simulated/';

export interface TillWorld {
  readonly time: SimulatedTime;
  readonly chance: Chance;
  readonly field: Field;
  readonly line: Line;
}

/** What a till runs: makes a process of it, over the folder that the one before has left. */
export interface Release {
  readonly name: 'this' | 'older';
  run(owner: SimulatedTill, life: Life, onTagSeen: () => void): RunningTill;
}

/** What a till's disk and the person before it outlive: the folder, the clock on the wall, the secrets. */
export class SimulatedTill {
  readonly index: number;
  folder = makeMemoryFolder();
  readonly clock: WallClock;
  readonly world: TillWorld;
  /** The process that runs now; null: none does. */
  running: RunningTill | null = null;
  /** What its next process is of. */
  release: Release;
  #secrets: TillSecrets | null = null;

  constructor(index: number, world: TillWorld, release: Release) {
    this.index = index;
    this.world = world;
    this.release = release;
    this.clock = new WallClock(world.time);
  }

  /** Kept at once, as a secrets file is. */
  readonly secretStore: SecretStore = {
    load: () => ok(this.#secrets),
    save: (secrets) => {
      this.#secrets = secrets;
      return Promise.resolve();
    },
  };

  get secrets(): TillSecrets | null {
    return this.#secrets;
  }

  /** A new process opens what is on the disk, and cleans up. */
  start(life: Life, onTagSeen: () => void): RunningTill {
    this.running = this.release.run(this, life, onTagSeen);
    this.running.begin();
    return this.running;
  }

  /** What was on it is set aside, and nobody here looks at it again. */
  emptyDisk(): void {
    rmSync(this.folder, { recursive: true, force: true });
    this.folder = makeMemoryFolder();
    this.#secrets = null;
  }

  close(): void {
    this.running?.end();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One process of a till host, made of the product's own parts over ports that end with its life. */
export class RunningTill {
  readonly life: Life;
  readonly database: Database.Database;
  readonly operations: TillOperations;
  readonly #till: Till;
  readonly #replicator: Replicator;
  readonly #link: ReaderLink;
  readonly #field: Field;
  #view: TillView | null = null;

  /** @param onTagSeen a tag was read, and what was left behind on it has been looked at */
  constructor(owner: SimulatedTill, life: Life, onTagSeen: () => void) {
    this.life = life;
    const { time, chance, field, line } = owner.world;
    this.#field = field;
    this.database = openedDatabase(owner.folder);
    mortalDatabase(this.database, life);
    const orm = drizzle(this.database);
    const journal = new Journal(this.database, orm);
    const assignments = new StoredAssignment(orm);
    const store = new StoredTransactions(this.database, orm, journal);
    const outcomes = new StoredOutcomes(this.database, orm);
    const accounts = new StoredAccounts(this.database, orm, journal);
    const { clock } = owner;
    const timers: Timers = {
      after: (delayMs, action) => time.after(delayMs, () => (life.step('timer') ? void life.guard(action) : undefined)),
    };
    this.#link = new ReaderLink(
      'simulated',
      (command) => (life.step('reader') ? field.handle(command) : undefined),
      timers,
      () => this.restartReaderHost(),
    );
    const uplink = httpUplink(undefined, (input, init) => {
      const request = new Request(input, init);
      if (!life.step('uplink')) return new Promise(() => undefined);
      return line.fetch(request, () => life.isAlive);
    });
    let token = owner.secrets?.token ?? null;
    const secretStore: SecretStore = {
      load: () => owner.secretStore.load(),
      async save(fresh) {
        await owner.secretStore.save(fresh);
        token = fresh.token;
      },
    };
    const credentials = () => {
      const assignment = assignments.assignment();
      return assignment && token !== null
        ? { backendUrl: assignment.backendUrl, assignmentId: assignment.assignmentId, token }
        : null;
    };
    const replicatorParts = { journal, assignments, outcomes, uplink, clock, timers, random: chance, credentials };
    this.#replicator = new Replicator({ ...replicatorParts, onRejected: () => undefined });
    const replication = this.#replicator;
    this.#till = new Till({
      settings: tillSettingsSchema.parse({}),
      assignments,
      store,
      journal,
      shifts: new StoredShifts(this.database, orm, journal),
      outcomes,
      history: new StoredHistory(orm),
      cashReturns: new StoredCashReturns(this.database, orm, journal),
      pins: scryptPins,
      isTraining: false,
      secretStore,
      secrets: owner.secrets,
      uplink,
      reader: this.#link,
      replication,
      reservations: reservationsOver(uplink, replication, credentials),
      payments: paymentsOver(uplink, credentials),
      tagLookup: tagLookupOver(uplink, credentials),
      tagReplacements: tagReplacementsOver(uplink, credentials),
      replacements: new StoredReplacements(this.database, orm, store),
      accounts,
      accountLine: accountLineOver({ uplink, replication, journal, assignments, accounts, clock, credentials }),
      clock,
      timers,
      random: chance,
      keepCheckoutTaps: () => ok(undefined),
      keepCatering: () => ok(undefined),
      writeExport: writeJournalExport,
      onIdle: () => undefined,
      surroundings: unknownSurroundings,
      onView: (view) => {
        this.#view = view;
      },
      onStep: ({ event }) => {
        if (event === 'tagRead' || event === 'tagRefused') onTagSeen();
        life.step('report');
      },
    });
    this.operations = this.#till.operations;
  }

  get view(): TillView {
    if (!this.#view) throw new Error('the till has shown nothing yet');
    return this.#view;
  }

  begin(): void {
    this.#connectField();
    this.#till.start();
    this.#replicator.start();
  }

  /** The reader host dies, or is ended because it answers no more; another one takes its place. */
  restartReaderHost(): void {
    if (!this.life.isAlive) return;
    this.#field.disconnect();
    this.#link.hostGone('ended');
    this.#connectField();
  }

  /** As the application closes a till: cleanup, and nothing of it afterwards. */
  async stop(): Promise<void> {
    this.#replicator.stop();
    await this.#till.stop();
    this.end();
  }

  /** At once and without a word, as a kill does it. */
  end(): void {
    if (!this.life.isAlive) return;
    this.life.end();
  }

  #connectField(): void {
    this.#field.connect((event) => {
      if (this.life.isAlive) this.life.guard(() => this.#link.handle(event));
    });
  }
}

function openedDatabase(folder: string): Database.Database {
  const opened: Result<Database.Database, Fault> = openDatabase(path.join(folder, databaseName));
  if (!opened.ok) throw new Error(`a till does not start any more: ${opened.fault.code}`);
  return opened.value;
}
