import { mkdirSync } from 'node:fs';
import type { FromTillHost, ResultEnvelope, TillHostOptions } from '../../contract/ipc/envelope.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Credentials } from '../checkout/backend-ports.ts';
import type { SecretStore, TillSecrets } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { accountLineOver } from '../replication/account-line.ts';
import { httpUplink } from '../replication/http-uplink.ts';
import { noPayments } from '../replication/no-payments.ts';
import { NoReplication } from '../replication/no-replication.ts';
import { paymentsOver } from '../replication/payments.ts';
import { practiceAccounts } from '../replication/practice-accounts.ts';
import { Replicator } from '../replication/replicator.ts';
import { reservationsOver, tagLookupOver } from '../replication/reservations.ts';
import { ServerClock } from '../replication/server-clock.ts';
import { tagReplacementsOver } from '../replication/tag-replacements.ts';
import { writeJournalExport } from '../store/journal-export.ts';
import { SecretFile } from '../store/secret-file.ts';
import { changeSettings, loadSettings } from '../store/settings-file.ts';
import { openTillDatabase, type TillDatabase } from '../store/till-database.ts';
import { lockForWriting } from '../store/writer-lock.ts';
import { ReaderLink } from '../till/reader-link.ts';
import { readerFault } from '../till/tag-faults.ts';
import { Till } from '../till.ts';
import { ComposerSecrets } from './composer-secrets.ts';
import { scryptPins } from './scrypt-pins.ts';
import { diskFacts, RecentFaults } from './surroundings.ts';
import { systemClock, systemRandom, systemTimers } from './system.ts';
import { resembleTill, trainingFolder, trainingSecretStore } from './training.ts';

export interface RunningTill {
  readonly till: Till;
  readonly readerLink: ReaderLink;
  /** Runs the cleanup, shows the first screen and starts sending. */
  begin(): void;
  secretsKept(id: number, envelope: ResultEnvelope): void;
  close(): Promise<void>;
}

/** Puts the adapters together: lock, settings, database, secrets, reader, replicator, till. */
export function openTill(options: TillHostOptions, post: (message: FromTillHost) => void): Result<RunningTill, Fault> {
  const isTraining = options.training === true;
  if (isTraining && options.readerKind !== 'simulated') return failed(fault('TRAINING'));
  const dataFolder = isTraining ? trainingFolder(options.dataFolder) : options.dataFolder;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const lock = lockForWriting(dataFolder);
  if (!lock.ok) return lock;
  const opened = openParts(options, post);
  if (!opened.ok) {
    lock.value.release();
    return failed(opened.fault);
  }
  const { till, replicator, database, readerLink, secretsKept } = opened.value;
  return ok({
    till,
    readerLink,
    secretsKept,
    begin() {
      haltWhereBroken(database);
      till.start();
      if (options.replication === 'background') replicator.start();
    },
    async close() {
      replicator.stop();
      await till.stop();
      database.close();
      lock.value.release();
    },
  });
}

/**
 * What was changed on the disk must not be sold on. What the backend has acknowledged it compares itself, by the
 * seal; the rest is for the till to look at, or it would be noticed only days later.
 */
function haltWhereBroken({ assignments, journal }: TillDatabase): void {
  const assignment = assignments.assignment();
  if (!assignment || assignment.haltedCode) return;
  if (journal.firstBrokenSeq(journal.acknowledgedSeq()) !== null) assignments.halt('CHAIN_BROKEN');
}

interface TillAssembly extends Pick<RunningTill, 'till' | 'readerLink' | 'secretsKept'> {
  readonly replicator: Replicator | NoReplication;
  readonly database: TillDatabase;
}

function openParts(options: TillHostOptions, post: (message: FromTillHost) => void): Result<TillAssembly, Fault> {
  const settings = loadSettings(options.dataFolder);
  if (!settings.ok) return settings;
  const kept = options.training === true ? openTraining(options) : openKept(options, post);
  if (!kept.ok) return kept;
  const { database, secretStore, secrets } = kept.value;
  const { assignments, transactions: store, accounts, journal, shifts, outcomes, history, cashReturns } = database;
  const readerLink = new ReaderLink(
    options.readerKind,
    (command) => post({ kind: 'reader', command }),
    systemTimers,
    () => post({ kind: 'reader-host-stuck' }),
  );
  const serverClock = new ServerClock(systemClock);
  const uplink = httpUplink(limits.replication.requestTimeoutMs, serverClock.watching(fetch));
  const recentFaults = new RecentFaults();
  const dataFolder = options.training === true ? trainingFolder(options.dataFolder) : options.dataFolder;
  let token = options.training === true ? null : (secrets?.token ?? null);
  const credentials = () => credentialsOf(database, token);
  const replicatorParts = {
    journal,
    assignments,
    outcomes,
    uplink,
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    credentials,
    onRejected: (results: readonly unknown[]) => reportRejected(post, results.length),
  };
  const replicator = options.training === true ? new NoReplication(systemClock) : new Replicator(replicatorParts);
  const noteFault = (problem: Fault | null): void => {
    if (problem) recentFaults.note(new Date(systemClock.nowMs()).toISOString(), problem);
  };
  replicator.onChange(() => noteFault(replicator.status.fault));
  readerLink.onChange(() => noteFault(readerFault(readerLink.status)));
  const keepingStore: SecretStore = {
    load: () => secretStore.load(),
    async save(fresh) {
      await secretStore.save(fresh);
      token = fresh.token;
    },
  };
  const till = new Till({
    settings: settings.value,
    assignments,
    store,
    journal,
    shifts,
    outcomes,
    history,
    cashReturns,
    pins: scryptPins,
    isTraining: options.training === true,
    secretStore: keepingStore,
    secrets,
    uplink,
    reader: readerLink,
    replication: replicator,
    reservations: reservationsOver(uplink, replicator, credentials),
    payments: options.training === true ? noPayments : paymentsOver(uplink, credentials),
    tagLookup: tagLookupOver(uplink, credentials),
    tagReplacements: tagReplacementsOver(uplink, credentials),
    replacements: database.replacements,
    accounts,
    accountLine:
      options.training === true
        ? practiceAccounts({ accounts, assignments, clock: systemClock })
        : accountLineOver({ ...replicatorParts, accounts, replication: replicator }),
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    keepCheckoutTaps: (taps) => changeSettings(options.dataFolder, { checkoutTaps: taps }),
    keepCatering: (catering) => changeSettings(options.dataFolder, { catering }),
    writeExport: writeJournalExport,
    onIdle: () => database.checkpoint(),
    onView: (view) => post({ kind: 'view', view }),
    onStep: (step) => {
      // What somebody may not eat is no fault of the till, and nothing for support.
      if (step.error && step.error.code !== 'ALLERGENS_UNCONFIRMED') recentFaults.note(step.at, step.error);
      post({ kind: 'step', step });
    },
    surroundings: {
      diskFacts: () => diskFacts(dataFolder, database),
      clockDifference: () => serverClock.difference,
      recentFaults: () => recentFaults.newestFirst,
    },
  });
  const secretsKept = (id: number, envelope: ResultEnvelope) => {
    if (secretStore instanceof ComposerSecrets) secretStore.kept(id, envelope);
  };
  return ok({ till, readerLink, replicator, database, secretsKept });
}

interface KeptTill {
  readonly database: TillDatabase;
  readonly secretStore: SecretStore;
  /** Null before enrolment. */
  readonly secrets: TillSecrets | null;
}

function openKept(options: TillHostOptions, post: (message: FromTillHost) => void): Result<KeptTill, Fault> {
  const secretStore = secretStoreFor(options, post);
  const secrets = secretStore.load();
  if (!secrets.ok) return secrets;
  const opened = openTillDatabase(options.dataFolder);
  return opened.ok ? ok({ database: opened.value, secretStore, secrets: secrets.value }) : opened;
}

/** The secrets of the till itself are never read here. */
function openTraining({ dataFolder }: TillHostOptions): Result<KeptTill, Fault> {
  const opened = openTillDatabase(trainingFolder(dataFolder));
  if (!opened.ok) return opened;
  const database = opened.value;
  const alike = resembleTill(dataFolder, database, systemClock, systemRandom);
  const secretStore = trainingSecretStore(database);
  const secrets = alike.ok ? secretStore.load() : alike;
  if (secrets.ok) return ok({ database, secretStore, secrets: secrets.value });
  database.close();
  return secrets;
}

function secretStoreFor(options: TillHostOptions, post: (message: FromTillHost) => void): SecretFile | ComposerSecrets {
  const { secretStore, dataFolder } = options;
  if (secretStore.kind === 'file') return new SecretFile(dataFolder);
  return new ComposerSecrets(secretStore.secrets, (id, secrets) => post({ kind: 'keep-secrets', id, secrets }));
}

function credentialsOf({ assignments }: TillDatabase, token: string | null): Credentials | null {
  const assignment = assignments.assignment();
  if (!assignment || token === null) return null;
  return { backendUrl: assignment.backendUrl, assignmentId: assignment.assignmentId, token };
}

function reportRejected(post: (message: FromTillHost) => void, rejectedCount: number): void {
  const at = new Date(systemClock.nowMs()).toISOString();
  post({ kind: 'step', step: { at, event: 'entryRejected', details: { rejectedCount } } });
}
