import { createHash } from 'node:crypto';
import { chown, lstat, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { canReach, type ServerUser } from './server-user.ts';

/** Where everything of one embedded server lies. */
export type ClusterPlace = {
  /** The database files. */
  clusterFolder: string;
  /** Holds the UNIX socket; short, because a socket's path has at most 107 bytes. */
  socketFolder: string;
  logFile: string;
};

/** Clusters of root whose data folder the server's user cannot reach, and copies of the programs. Survives a restart of the machine. */
export const sharedServerFolder = '/var/lib/klink-backend';

const pointerName = 'postgres-cluster-is-at';
/** `/.s.PGSQL.5432` is appended to the folder. */
const socketFolderBytesMax = 107 - '/.s.PGSQL.5432'.length - 1;

/**
 * Decides where the cluster of `dataFolder` lies, and makes the folders around it. Once decided it stays: a pointer file
 * in the data folder names a cluster that had to go elsewhere.
 */
export async function prepareClusterPlace(dataFolder: string, user: ServerUser): Promise<ClusterPlace> {
  await mkdir(dataFolder, { recursive: true, mode: 0o755 });
  const folder = await realpath(dataFolder);
  const clusterParent = (await readPointer(folder)) ?? (await chooseParent(folder, user));
  const id = createHash('sha256').update(clusterParent).digest('hex').slice(0, 16);
  const socketFolder = await makeSocketFolder(id, user);
  return { clusterFolder: join(clusterParent, 'postgres'), socketFolder, logFile: join(clusterParent, 'postgres.log') };
}

async function readPointer(folder: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(join(folder, pointerName), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const target = text.trim();
  if (!isAbsolute(target)) throw new Error(`${join(folder, pointerName)} does not name a folder.`);
  await lstat(target).catch(() => {
    throw new Error(
      `${join(folder, pointerName)} names ${target}, which does not exist. The books are not where they should be; nothing was made anew.`,
    );
  });
  return target;
}

async function chooseParent(folder: string, user: ServerUser): Promise<string> {
  const own = join(folder, 'server');
  await mkdir(own, { recursive: true, mode: 0o755 });
  await handOver(own, user);
  if (await canReach(own, user)) return own;
  const elsewhere = join(sharedServerFolder, createHash('sha256').update(folder).digest('hex').slice(0, 16));
  await mkdir(elsewhere, { recursive: true, mode: 0o755 });
  await handOver(elsewhere, user);
  await writeFile(
    join(folder, pointerName),
    `${elsewhere}
`,
    { flag: 'wx' },
  ).catch((error: unknown) => {
    // Another backend that starts at the same moment wrote the same pointer.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  return elsewhere;
}

async function makeSocketFolder(id: string, user: ServerUser): Promise<string> {
  const wanted = join(tmpdir(), `klink-${id}`);
  const socketFolder = Buffer.byteLength(wanted) <= socketFolderBytesMax ? wanted : `/tmp/klink-${id}`;
  await mkdir(socketFolder, { mode: 0o700 }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
  const found = await lstat(socketFolder);
  const owners = [process.getuid?.(), user?.uid];
  // The folder's permissions are the server's whole access control, so a folder somebody else prepared is not taken.
  if (!found.isDirectory() || !owners.includes(found.uid)) {
    throw new Error(`${socketFolder} belongs to somebody else; the database's socket cannot be put there.`);
  }
  await handOver(socketFolder, user);
  return socketFolder;
}

async function handOver(folder: string, user: ServerUser): Promise<void> {
  if (user !== undefined) await chown(folder, user.uid, user.gid);
}
