import { open, rm } from 'node:fs/promises';
import pg from 'pg';
import type { Logger } from 'pino';
import { limits } from '../limits.ts';
import { databaseUser, forgetDeadServer, initialiseCluster, serverPort, writeServerSettings } from './cluster-files.ts';
import { type ClusterPlace, prepareClusterPlace, sharedServerFolder } from './cluster-place.ts';
import { findServerPrograms, type ServerPrograms } from './server-programs.ts';
import { type Ended, runProgram } from './server-run.ts';
import { findServerUser, type ServerUser } from './server-user.ts';

/** A running PostgreSQL of this data folder, held by this process alone. */
export type EmbeddedServer = {
  connection: pg.PoolConfig;
  /** What the server itself writes. */
  logFile: string;
  /** Whether the server was already running: left behind by a backend that was killed. */
  adopted: boolean;
  /** Ends the hold and stops the server, waiting until it has gone. */
  stop(): Promise<void>;
};

/** The data folder belongs to a backend that is running. */
export class DataFolderInUse extends Error {
  constructor(dataFolder: string, holder: string) {
    super(`The data folder ${dataFolder} is in use by another backend (process ${holder}).`);
    this.name = 'DataFolderInUse';
  }
}

const databaseName = 'klink';
/** Held on a connection of its own for as long as the backend runs; the server releases it when the process dies. */
const folderHold = 7_480_000;

type Installation = {
  dataFolder: string;
  place: ClusterPlace;
  user: ServerUser;
  programs: ServerPrograms;
  log: Logger;
};
type Held = { hold: pg.Client; adopted: boolean };

/**
 * Starts the embedded server of `dataFolder`, or adopts the one that a killed backend left running. A server that dies is
 * started again. Throws {@link DataFolderInUse} where another backend holds the folder.
 */
export async function startEmbeddedServer(dataFolder: string, log: Logger): Promise<EmbeddedServer> {
  if (process.platform === 'win32') {
    throw new Error('The embedded database needs UNIX sockets. Set DATABASE_URL to a PostgreSQL 15 or newer.');
  }
  const user = await findServerUser();
  const place = await prepareClusterPlace(dataFolder, user);
  const programs = await findServerPrograms(user, sharedServerFolder);
  const installation: Installation = { dataFolder, place, user, programs, log };
  await initialiseCluster(place, user, programs.initdb, log);
  const first = await acquire(installation);
  if (first.adopted) log.warn('a database server left behind by an earlier backend was adopted');
  const keeper = keepHold(installation, first.hold);
  return {
    connection: { ...socketOf(place), database: databaseName },
    logFile: place.logFile,
    adopted: first.adopted,
    stop: () => keeper.stop(),
  };
}

/** Watches the hold, and with it the server: where it is lost, server and hold are won back for as long as it takes. */
function keepHold(installation: Installation, first: pg.Client): { stop(): Promise<void> } {
  const { log, place } = installation;
  let stopping = false;
  let hold: pg.Client | undefined;
  let regaining: Promise<void> = Promise.resolve();
  const watch = (client: pg.Client) => {
    hold = client;
    client.once('end', () => {
      hold = undefined;
      if (!stopping) regaining = regain();
    });
  };
  const regain = async () => {
    log.error('the database server was lost');
    while (!stopping) {
      try {
        watch((await acquire(installation)).hold);
        log.warn('the database server answers again');
        return;
      } catch (error) {
        log.error({ err: error }, 'the database server could not be started again');
        await pause(limits.clusterRetryIntervalMs);
      }
    }
  };
  watch(first);
  return {
    async stop() {
      stopping = true;
      await regaining;
      // Without the hold the server is another backend's, or there is none.
      if (hold === undefined) return;
      // The hold is kept until the server cuts it off, so that no other backend adopts a server that is about to stop.
      await stopServer(installation);
      await rm(place.socketFolder, { recursive: true, force: true });
    },
  };
}

async function stopServer(installation: Installation): Promise<void> {
  const timeout = seconds(limits.clusterStopTimeoutMs);
  const stopped = await pgCtl(installation, ['stop', '-m', 'fast', '-w', '-t', timeout]);
  if (stopped.code !== 0 && (await tryConnect(installation.place)) !== undefined) {
    throw new Error(`The embedded database did not stop: ${stopped.output.trim()}`);
  }
}

/** A running server with the folder's hold. A server that stops in between belonged to a backend that was just ending. */
async function acquire(installation: Installation): Promise<Held> {
  const deadline = performance.now() + limits.clusterStartTimeoutMs;
  for (;;) {
    const held = await reach(installation);
    try {
      await takeHold(held.hold, installation.dataFolder);
      await ensureDatabase(held.hold);
      return held;
    } catch (error) {
      await held.hold.end();
      if (!isNotThere(error) || performance.now() > deadline) throw error;
    }
  }
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

const seconds = (timeoutMs: number) => String(Math.ceil(timeoutMs / 1000));

function socketOf(place: ClusterPlace) {
  return { host: place.socketFolder, port: serverPort, user: databaseUser };
}

/** Connects to the server, starting it where none answers. */
async function reach(installation: Installation): Promise<Held> {
  const { place } = installation;
  const running = await tryConnect(place);
  if (running !== undefined) return { hold: running, adopted: true };
  await writeServerSettings(place, installation.user);
  await forgetDeadServer(place);
  const started = await pgCtl(installation, [
    'start',
    '-w',
    '-t',
    seconds(limits.clusterStartTimeoutMs),
    '-l',
    place.logFile,
  ]);
  const deadline = performance.now() + (started.code === 0 ? limits.connectTimeoutMs : limits.clusterStartTimeoutMs);
  // pg_ctl also fails where a server is just starting or stopping beside us; the socket tells when it is settled.
  while (performance.now() < deadline) {
    const hold = await tryConnect(place);
    if (hold !== undefined) return { hold, adopted: started.code !== 0 };
    const alive = await pgCtl(installation, ['status']);
    if (alive.code !== 0) break;
    await pause(limits.clusterProbeIntervalMs);
  }
  throw new Error(
    `The embedded database did not start: ${started.output.trim()} ${await lastLines(place.logFile)}`.trim(),
  );
}

/** A connection to this folder's own server, or `undefined` where none takes connections. */
async function tryConnect(place: ClusterPlace): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    ...socketOf(place),
    database: 'postgres',
    application_name: `klink backend ${process.pid}`,
    connectionTimeoutMillis: limits.connectTimeoutMs,
  });
  // Without a listener a connection lost later would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const answer = await client.query<{ data_directory: string }>('SHOW data_directory');
    if (answer.rows[0]?.data_directory === place.clusterFolder) return client;
    await client.end();
    throw new Error(`Another database server answers at ${place.socketFolder}.`);
  } catch (error) {
    if (isNotThere(error)) return undefined;
    throw error;
  }
}

/** No socket, nobody behind it, or a server that is starting up or shutting down (57P03) or cuts us off (57P01). */
function isNotThere(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return error.code?.startsWith('57P') === true;
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  return (
    code === 'ENOENT' ||
    code === 'ECONNREFUSED' ||
    code === 'ECONNRESET' ||
    error.message.startsWith('Connection terminated')
  );
}

async function takeHold(hold: pg.Client, dataFolder: string): Promise<void> {
  const deadline = performance.now() + limits.clusterHoldTimeoutMs;
  for (;;) {
    const taken = await hold.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [folderHold]);
    if (taken.rows[0]?.taken === true) return;
    // The server of a backend that was killed a moment ago may not have seen its connection close.
    if (performance.now() > deadline) break;
    await pause(limits.clusterProbeIntervalMs);
  }
  const holder = await hold.query<{ name: string }>(
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
      WHERE locktype = 'advisory' AND objid = $1::bigint::oid AND granted`,
    [folderHold],
  );
  throw new DataFolderInUse(dataFolder, holder.rows[0]?.name.split(' ').at(-1) ?? 'unknown');
}

async function ensureDatabase(hold: pg.Client): Promise<void> {
  const found = await hold.query('SELECT 1 FROM pg_database WHERE datname = $1', [databaseName]);
  if (found.rowCount === 0) await hold.query(`CREATE DATABASE ${databaseName}`);
}

function pgCtl({ programs, place, user }: Installation, parameters: readonly string[]): Promise<Ended> {
  return runProgram(programs.pgCtl, user, [...parameters, '-D', place.clusterFolder]);
}

async function lastLines(file: string): Promise<string> {
  try {
    const handle = await open(file);
    try {
      const text = await handle.readFile('utf8');
      return text.split('\n').slice(-6).join(' | ');
    } finally {
      await handle.close();
    }
  } catch {
    // The log is an addition to an error that is reported anyway.
    return '';
  }
}
