import { spawn } from 'node:child_process';
import { chown, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { Logger } from 'pino';
import { limits } from '../limits.ts';
import { type ClusterPlace, prepareClusterPlace, sharedServerFolder } from './cluster-place.ts';
import { findServerPrograms, type ServerPrograms } from './server-programs.ts';
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

const databaseUser = 'klink';
const databaseName = 'klink';
const port = 5432;
/** Held on a connection of its own for as long as the backend runs; the server releases it when the process dies. */
const folderHold = 7_480_000;

type Installation = { place: ClusterPlace; user: ServerUser; programs: ServerPrograms; log: Logger };

/**
 * Starts the embedded server of `dataFolder`, or adopts the one that a killed backend left running.
 * Throws {@link DataFolderInUse} where another backend holds the folder.
 */
export async function startEmbeddedServer(dataFolder: string, log: Logger): Promise<EmbeddedServer> {
  if (process.platform === 'win32') {
    throw new Error('The embedded database needs UNIX sockets. Set DATABASE_URL to a PostgreSQL 15 or newer.');
  }
  const user = await findServerUser();
  const place = await prepareClusterPlace(dataFolder, user);
  const programs = await findServerPrograms(user, sharedServerFolder);
  const installation: Installation = { place, user, programs, log };
  await initialise(installation);
  const { hold, adopted } = await reach(installation);
  try {
    await takeHold(hold, dataFolder);
    await ensureDatabase(hold);
  } catch (error) {
    await hold.end();
    throw error;
  }
  if (adopted) log.warn('a database server left behind by an earlier backend was adopted');
  return {
    connection: { ...socketOf(place), database: databaseName },
    logFile: place.logFile,
    adopted,
    async stop() {
      await hold.end();
      const stopped = await pgCtl(installation, [
        'stop',
        '-m',
        'fast',
        '-w',
        '-t',
        seconds(limits.clusterStopTimeoutMs),
      ]);
      if (stopped.code !== 0 && (await tryConnect(place)) !== undefined) {
        throw new Error(`The embedded database did not stop: ${stopped.output.trim()}`);
      }
    },
  };
}

const seconds = (timeoutMs: number) => String(Math.ceil(timeoutMs / 1000));

function socketOf(place: ClusterPlace) {
  return { host: place.socketFolder, port, user: databaseUser };
}

/** A cluster is made under another name and renamed when it is whole: a crash in between leaves nothing half made. */
async function initialise({ place, user, programs, log }: Installation): Promise<void> {
  const made = await stat(join(place.clusterFolder, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
  if (made) return;
  const unfinished = `${place.clusterFolder}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const result = await runProgram(programs.initdb, user, [
    `--pgdata=${unfinished}`,
    `--username=${databaseUser}`,
    // Who may open the socket folder (mode 0700) is decided by the file system.
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--data-checksums',
  ]);
  if (result.code !== 0) throw new Error(`initdb failed (${result.code}): ${result.output.trim()}`);
  const configuration = join(unfinished, 'postgresql.conf');
  await writeFile(configuration, `${await readFile(configuration, 'utf8')}\ninclude_if_exists = 'klink.conf'\n`);
  await rename(unfinished, place.clusterFolder);
  log.info({ clusterFolder: place.clusterFolder }, 'a database cluster was made');
}

/** Connects to the server, starting it where none answers. */
async function reach(installation: Installation): Promise<{ hold: pg.Client; adopted: boolean }> {
  const { place } = installation;
  const running = await tryConnect(place);
  if (running !== undefined) return { hold: running, adopted: true };
  await writeSettings(installation);
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
    await new Promise((resolve) => {
      setTimeout(resolve, limits.clusterProbeIntervalMs);
    });
  }
  throw new Error(
    `The embedded database did not start: ${started.output.trim()} ${await lastLines(place.logFile)}`.trim(),
  );
}

async function writeSettings({ place, user }: Installation): Promise<void> {
  const settings = join(place.clusterFolder, 'klink.conf');
  const text = [
    "listen_addresses = ''",
    `unix_socket_directories = '${place.socketFolder.replaceAll("'", "''")}'`,
    'unix_socket_permissions = 0700',
    `port = ${port}`,
    // A booking that was acknowledged is on the disk.
    'fsync = on',
    'synchronous_commit = on',
    'full_page_writes = on',
    'max_connections = 100',
    'random_page_cost = 1.1',
    "timezone = 'UTC'",
    "log_timezone = 'UTC'",
    // Parameters of a failed statement may hold what no log shall hold.
    'log_min_error_statement = panic',
    'log_parameter_max_length_on_error = 0',
  ].join('\n');
  await writeFile(settings, `${text}\n`, { mode: 0o600 });
  if (user !== undefined) await chown(settings, user.uid, user.gid);
}

/** A connection to this folder's own server, or `undefined` where none takes connections. */
async function tryConnect(place: ClusterPlace): Promise<pg.Client | undefined> {
  const client = new pg.Client({
    ...socketOf(place),
    database: 'postgres',
    application_name: `klink backend ${process.pid}`,
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
  const deadline = performance.now() + 2_000;
  for (;;) {
    const taken = await hold.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [folderHold]);
    if (taken.rows[0]?.taken === true) return;
    // The server of a backend that was killed a moment ago may not have seen its connection close.
    if (performance.now() > deadline) break;
    await new Promise((resolve) => {
      setTimeout(resolve, limits.clusterProbeIntervalMs);
    });
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

type Ended = { code: number; output: string };

function pgCtl({ programs, place, user }: Installation, parameters: readonly string[]): Promise<Ended> {
  return runProgram(programs.pgCtl, user, [...parameters, '-D', place.clusterFolder]);
}

/** Runs a server program to its end; in a session of its own, so that Ctrl-C in a terminal does not reach the server. */
async function runProgram(file: string, user: ServerUser, parameters: readonly string[]): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, parameters, {
      ...user,
      cwd: '/',
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output = `${output}${chunk.toString('utf8')}`.slice(-8_000);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    // `exit`, not `close`: the server that pg_ctl starts may keep the pipes open.
    child.on('exit', (code) => resolve({ code: code ?? -1, output }));
  });
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
