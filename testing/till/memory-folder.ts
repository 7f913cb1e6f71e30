import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const inMemory = '/dev/shm';

/**
 * A folder that lies in memory where the system has such a place: a test in which nothing pulls the power need not wait for
 * a disk at every commit.
 */
export function makeMemoryFolder(): string {
  const parent = fs.existsSync(inMemory) ? inMemory : os.tmpdir();
  return fs.mkdtempSync(path.join(parent, 'klink-till-'));
}
