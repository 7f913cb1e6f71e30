import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { type Release, RunningTill } from './simulated-till.ts';

/** The till of these sources. */
export const thisRelease: Release = {
  name: 'this',
  run: (owner, life, onTagSeen) => new RunningTill(owner, life, onTagSeen),
};

const place = 'testing/simulation/simulated-till.ts';
const moduleSchema = z.object({ RunningTill: z.custom<typeof RunningTill>((value) => typeof value === 'function') });

/**
 * The till of an older release, for some tills of a run: a backend serves both, and a till that is brought up to date goes on with
 * its data.
 * @param folder another clone of the project with its packages, at the older commit
 */
export async function olderRelease(folder: string): Promise<Release> {
  const file = path.resolve(folder, place);
  if (!existsSync(file)) throw new Error(`${folder} is no clone of the project: it has no ${place}`);
  const older = moduleSchema.parse(await import(pathToFileURL(file).href));
  return { name: 'older', run: (owner, life, onTagSeen) => new older.RunningTill(owner, life, onTagSeen) };
}
