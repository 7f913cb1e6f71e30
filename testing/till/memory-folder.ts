import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const inMemory = '/dev/shm';
const parent = fs.existsSync(inMemory) ? inMemory : os.tmpdir();
/** Whose folder it is stands in its name: the number of a process. */
const namePattern = /^klink-till-(\d+)-/;

let isSwept = false;

/**
 * A folder that lies in memory where the system has such a place: a test in which nothing pulls the power need not wait for
 * a disk at every commit. Whoever makes it removes it; what killed processes have left is removed before the first one.
 */
export function makeMemoryFolder(): string {
  if (!isSwept) sweep();
  isSwept = true;
  return fs.mkdtempSync(path.join(parent, `klink-till-${process.pid}-`));
}

function sweep(): void {
  for (const name of fs.readdirSync(parent)) {
    const owner = namePattern.exec(name)?.[1];
    if (owner !== undefined && !isRunning(Number(owner)))
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
  }
}

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // There is one, and it is somebody else's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
