// npm run klink -- COMMAND …: builds what is older than its sources and runs the command line.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildStale } from './build.ts';
import { rootFolder } from './bundles.ts';

await buildStale({ force: false, log: console.error });
await import(pathToFileURL(path.join(rootFolder, 'out/cli/klink.js')).href);
