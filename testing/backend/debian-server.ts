import { existsSync } from 'node:fs';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../../backend-mock/store/server-run.ts';
import { findServerUser } from '../../backend-mock/store/server-user.ts';

const programsFolder = '/usr/lib/postgresql/15/bin';

/** A PostgreSQL that is not the embedded one, reached as any `DATABASE_URL` is. */
export type DebianServer = {
  /** Folder of its socket, which is also the `host` of a connection; nobody else may enter it. */
  socketFolder: string;
  logFile: string;
  /** The address of one of its databases; `postgres` is there from the start. */
  addressOf(databaseName: string): string;
  stop(): Promise<void>;
};

export const debianServerUser = 'klink';

/** Whether Debian's package `postgresql-15` is on this machine. */
export function isDebianServerInstalled(): boolean {
  return existsSync(join(programsFolder, 'initdb'));
}

/**
 * Starts a cluster of Debian's PostgreSQL 15 in a temporary folder: on a socket there, never as root's own process, apart
 * from any cluster of the system. @throws with what initdb or pg_ctl said
 */
export async function startDebianServer(): Promise<DebianServer> {
  const user = await findServerUser();
  const folder = await mkdtemp(join(tmpdir(), 'klink-pg15-'));
  if (user !== undefined) await chown(folder, user.uid, user.gid);
  const cluster = join(folder, 'cluster');
  const logFile = join(folder, 'log');
  const run = async (program: string, parameters: readonly string[]) => {
    const ended = await runProgram(join(programsFolder, program), user, [...parameters, '-D', cluster]);
    if (ended.code !== 0) throw new Error(`${program} ended with ${ended.code}: ${ended.output.trim()}`);
  };
  // The test databases have to sort and compare as those of the embedded server do.
  await run('initdb', ['-U', debianServerUser, '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8']);
  const settings = `-c listen_addresses='' -c unix_socket_directories='${folder}'`;
  await run('pg_ctl', ['start', '-w', '-l', logFile, '-o', settings]);
  return {
    socketFolder: folder,
    logFile,
    addressOf: (databaseName) => `postgresql://${debianServerUser}@/${databaseName}?host=${encodeURIComponent(folder)}`,
    async stop() {
      await run('pg_ctl', ['stop', '-m', 'fast', '-w']);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
