import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Who the database server runs as: PostgreSQL refuses to run as root, so that root hands it to a user of its own. */
export type ServerUser = { uid: number; gid: number } | undefined;

const serverUserName = 'postgres';

/** `undefined` means: as this process itself. As root the user `postgres` is found, or made where there is none. */
export async function findServerUser(): Promise<ServerUser> {
  if (process.getuid?.() !== 0) return undefined;
  const found = await idsOf(serverUserName);
  if (found !== undefined) return found;
  await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    serverUserName,
  ]);
  const made = await idsOf(serverUserName);
  if (made === undefined) throw new Error(`The user ${serverUserName} was made but is not known to the system.`);
  return made;
}

async function idsOf(name: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    return { uid: Number.parseInt(uid.stdout, 10), gid: Number.parseInt(gid.stdout, 10) };
  } catch {
    // `id` exits 1 for a name the system does not know: that is the answer, not a failure.
    return undefined;
  }
}

/** Whether the server's user may pass through every folder on the way to `folder`, which exists. */
export async function canReach(folder: string, user: ServerUser): Promise<boolean> {
  if (user === undefined) {
    return access(folder, constants.X_OK).then(
      () => true,
      () => false,
    );
  }
  let place = await realpath(folder);
  for (;;) {
    const { mode, uid, gid } = await stat(place);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return false;
    const parent = dirname(place);
    if (parent === place) return true;
    place = parent;
  }
}
