import { chown, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Logger } from 'pino';
import type { ClusterPlace } from './cluster-place.ts';
import { runProgram } from './server-run.ts';
import type { ServerUser } from './server-user.ts';

/** The one superuser of a cluster; who may open its socket folder is decided by the file system. */
export const databaseUser = 'klink';
export const serverPort = 5432;

/**
 * Makes the cluster where there is none: under another name, and renamed when it is whole, so that a crash in between
 * leaves nothing half made and of two that begin at once the first one counts.
 */
export async function initialiseCluster(
  place: ClusterPlace,
  user: ServerUser,
  initdb: string,
  log: Logger,
): Promise<void> {
  if (await isCluster(place.clusterFolder)) return;
  await removeAbandoned(place.clusterFolder);
  const unfinished = `${place.clusterFolder}.unfinished-${process.pid}`;
  const result = await runProgram(initdb, user, [
    `--pgdata=${unfinished}`,
    `--username=${databaseUser}`,
    '--auth=trust',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--data-checksums',
  ]);
  if (result.code !== 0) throw new Error(`initdb failed (${result.code}): ${result.output.trim()}`);
  const configuration = join(unfinished, 'postgresql.conf');
  await writeFile(configuration, `${await readFile(configuration, 'utf8')}\ninclude_if_exists = 'klink.conf'\n`);
  try {
    await rename(unfinished, place.clusterFolder);
  } catch (error) {
    await rm(unfinished, { recursive: true });
    if (!(await isCluster(place.clusterFolder))) throw error;
    return;
  }
  log.info({ clusterFolder: place.clusterFolder }, 'a database cluster was made');
}

function isCluster(folder: string): Promise<boolean> {
  return stat(join(folder, 'PG_VERSION')).then(
    () => true,
    () => false,
  );
}

/** Half-made clusters of processes that are no more. */
async function removeAbandoned(clusterFolder: string): Promise<void> {
  const parent = dirname(clusterFolder);
  const prefix = `${basename(clusterFolder)}.unfinished-`;
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const state = await processState(Number(name.slice(prefix.length)));
    if (state !== 'running') await rm(join(parent, name), { recursive: true, force: true });
  }
}

/** Settings that matter are written out at every start, whatever an earlier version wrote. */
export async function writeServerSettings(place: ClusterPlace, user: ServerUser): Promise<void> {
  const settings = join(place.clusterFolder, 'klink.conf');
  const text = [
    "listen_addresses = ''",
    `unix_socket_directories = '${place.socketFolder.replaceAll("'", "''")}'`,
    'unix_socket_permissions = 0700',
    `port = ${serverPort}`,
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

/**
 * Where process 1 reaps nobody (a plain container), a killed server stays as a zombie, and PostgreSQL takes it for alive.
 * Its lock files then get a number that no process can have. The rest of them stays: PostgreSQL finds there whether other
 * processes of that server still use its shared memory.
 */
export async function forgetDeadServer({ clusterFolder, socketFolder }: ClusterPlace): Promise<void> {
  const lockFiles = [join(clusterFolder, 'postmaster.pid'), join(socketFolder, `.s.PGSQL.${serverPort}.lock`)];
  for (const lockFile of lockFiles) {
    const text = await readFile(lockFile, 'utf8').catch(() => '');
    const [pid = '', ...rest] = text.split('\n');
    if (!/^\d+$/.test(pid) || (await processState(Number(pid))) !== 'zombie') continue;
    const pidMax = (await readFile('/proc/sys/kernel/pid_max', 'utf8')).trim();
    await writeFile(lockFile, [pidMax, ...rest].join('\n'));
  }
}

/** What the system says of a process; where there is no `/proc`, whether it can be signalled. */
export async function processState(pid: number): Promise<'running' | 'zombie' | 'gone'> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (status !== undefined) return /\) [ZX] /.test(status) ? 'zombie' : 'running';
  try {
    process.kill(pid, 0);
    return 'running';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? 'running' : 'gone';
  }
}
