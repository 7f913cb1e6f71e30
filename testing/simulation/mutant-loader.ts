import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { plantedBugs } from './planted-bugs.ts';

/**
 * Loaded before the simulation of one planted bug: its file is read from the disk and changed on the way into this process.
 * Nothing on the disk changes, and no program of the product knows of it.
 */
const name = process.env['KLINK_PLANTED_BUG'];
const bug = plantedBugs.find((planted) => planted.name === name);
if (!bug) throw new Error(`there is no planted bug "${name}"`);
const file = path.resolve(import.meta.dirname, '../..', bug.file);

registerHooks({
  load(url, context, nextLoad) {
    if (!url.startsWith('file:') || fileURLToPath(url) !== file) return nextLoad(url, context);
    const source = readFileSync(file, 'utf8');
    const parts = source.split(bug.find);
    // A bug that is not planted would never be found, or for another reason.
    if (parts.length !== 2) throw new Error(`"${bug.name}" fits ${parts.length - 1} places of ${bug.file}`);
    return { format: 'module-typescript', source: parts.join(bug.put), shortCircuit: true };
  },
});
