import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PlantedBug } from './planted-bugs.ts';

/**
 * From now on this process gets the bug's file as the bug says it: changed on the way from the disk, for nobody else. Whatever
 * imports it has to be imported after this.
 */
export function plantBug(bug: PlantedBug): void {
  const file = path.resolve(import.meta.dirname, '../..', bug.file);
  const parts = readFileSync(file, 'utf8').split(bug.find);
  // A bug that is not planted would never be found, or for another reason.
  if (parts.length !== 2) throw new Error(`"${bug.name}" fits ${parts.length - 1} places of ${bug.file}`);
  const source = parts.join(bug.put);
  registerHooks({
    load: (url, context, nextLoad) =>
      url.startsWith('file:') && fileURLToPath(url) === file
        ? { format: 'module-typescript', source, shortCircuit: true }
        : nextLoad(url, context),
  });
}
