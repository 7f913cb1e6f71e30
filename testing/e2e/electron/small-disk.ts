import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';

/** Room for a till, its window's caches and a few sales. */
const sizeMegabytes = 64;
const chunk = Buffer.alloc(64 * 1_024);

/** A disk of its own, small enough to be filled: a tmpfs, for which the test has to run as root. */
export class SmallDisk {
  readonly folder: TestFolder;
  readonly #filler: string;

  constructor() {
    const place = makeFolder('small-disk');
    const mount = ['-t', 'tmpfs', '-o', `size=${sizeMegabytes}m,mode=0755`, 'klink-test', place.place];
    execFileSync('mount', mount, { stdio: ['ignore', 'ignore', 'inherit'] });
    this.#filler = path.join(place.place, 'something-else');
    this.folder = {
      place: place.place,
      remove: () => {
        // A process that is just ending may still hold a file; the disk goes with its last one.
        execFileSync('umount', ['--lazy', place.place]);
        place.remove();
      },
    };
  }

  /** Until not one byte more is taken. */
  fill(): void {
    const file = openSync(this.#filler, 'a');
    try {
      for (let length = chunk.length; length >= 1; ) {
        if (!wasTaken(file, length)) length = Math.floor(length / 2);
      }
    } finally {
      closeSync(file);
    }
  }

  makeRoom(): void {
    rmSync(this.#filler);
  }
}

function wasTaken(file: number, length: number): boolean {
  try {
    return writeSync(file, chunk, 0, length) > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}
