/**
 * Loaded into a host that is watched for leaks (`--import`): at SIGUSR2 it collects all garbage and writes what is left to
 * `KLINK_PROBE_FOLDER`, under a name that is new each time and whole when it appears.
 */
import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const folder = process.env['KLINK_PROBE_FOLDER'];

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');
let count = 0;

function report(): void {
  if (folder === undefined || typeof collectGarbage !== 'function') throw new Error('the probe cannot work here');
  collectGarbage();
  count += 1;
  const file = path.join(folder, `${process.pid}-${count}.json`);
  const { heapUsed: heapBytes, external: externalBytes } = process.memoryUsage();
  const { total_physical_size: reservedHeapBytes } = getHeapStatistics();
  const handles = process.getActiveResourcesInfo().length;
  writeFileSync(`${file}.new`, JSON.stringify({ heapBytes, externalBytes, reservedHeapBytes, handles }));
  renameSync(`${file}.new`, file);
}

process.on('SIGUSR2', report);
