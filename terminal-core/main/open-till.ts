import { mkdirSync } from 'node:fs';
import type { FromTillHost, ResultEnvelope, TillHostOptions } from '../../contract/ipc/envelope.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Credentials, SecretStore } from '../checkout/ports.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { accountLineOver } from '../replication/account-line.ts';
import { httpUplink } from '../replication/http-uplink.ts';
import { Replicator } from '../replication/replicator.ts';
import { reservationsOver, tagLookupOver } from '../replication/reservations.ts';
import { writeJournalExport } from '../store/journal-export.ts';
import { SecretFile } from '../store/secret-file.ts';
import { loadSettings } from '../store/settings-file.ts';
import { openTillDatabase, type TillDatabase } from '../store/till-database.ts';
import { lockForWriting } from '../store/writer-lock.ts';
import { ReaderLink } from '../till/reader-link.ts';
import { Till } from '../till.ts';
import { ComposerSecrets } from './composer-secrets.ts';
import { scryptPins } from './scrypt-pins.ts';
import { systemClock, systemRandom, systemTimers } from './system.ts';

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
  const { dataFolder } = options;
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

interface TillAssembly extends Pick<RunningTill, 'till' | 'readerLink' | 'secretsKept'> {
  readonly replicator: Replicator;
  readonly database: TillDatabase;
}

function openParts(options: TillHostOptions, post: (message: FromTillHost) => void): Result<TillAssembly, Fault> {
  const { dataFolder } = options;
  const settings = loadSettings(dataFolder);
  if (!settings.ok) return settings;
  const secretStore = secretStoreFor(options, post);
  const secrets = secretStore.load();
  if (!secrets.ok) return secrets;
  const opened = openTillDatabase(dataFolder);
  if (!opened.ok) return opened;
  const database = opened.value;
  const { assignments, transactions: store, accounts, journal, shifts } = database;
  const readerLink = new ReaderLink(options.readerKind, (command) => post({ kind: 'reader', command }), systemTimers);
  const uplink = httpUplink();
  let token = secrets.value?.token ?? null;
  const credentials = () => credentialsOf(database, token);
  const replicator = new Replicator({
    journal,
    assignments,
    uplink,
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    credentials,
    onRejected: (results) => reportRejected(post, results.length),
  });
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
    pins: scryptPins,
    isTraining: false,
    secretStore: keepingStore,
    secrets: secrets.value,
    uplink,
    reader: readerLink,
    replication: replicator,
    reservations: reservationsOver(uplink, replicator, credentials),
    tagLookup: tagLookupOver(uplink, credentials),
    accounts,
    accountLine: accountLineOver({
      uplink,
      replication: replicator,
      journal,
      assignments,
      accounts,
      clock: systemClock,
      credentials,
    }),
    clock: systemClock,
    timers: systemTimers,
    random: systemRandom,
    writeExport: writeJournalExport,
    onIdle: () => database.checkpoint(),
    onView: (view) => post({ kind: 'view', view }),
    onStep: (step) => post({ kind: 'step', step }),
  });
  const secretsKept = (id: number, envelope: ResultEnvelope) => {
    if (secretStore instanceof ComposerSecrets) secretStore.kept(id, envelope);
  };
  return ok({ till, readerLink, replicator, database, secretsKept });
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
