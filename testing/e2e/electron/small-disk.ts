import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';

/** Room for a till, its window's caches and a few sales. */
const sizeMegabytes = 64;
const chunk = Buffer.alloc(64 * 1_024);

/** A disk that can be filled without harm to anything else. */
export interface SmallDisk {
  readonly folder: TestFolder;
  /** What a program has to be started with that keeps its data there. */
  readonly env: Readonly<Record<string, string>>;
  /** Until not one byte more is taken. */
  fill(): void;
  makeRoom(): void;
}

/** A real one where this process may mount it, which root may; else a folder whose files stop growing. */
export function makeSmallDisk(): SmallDisk {
  const place = makeFolder('small-disk');
  const options = `size=${sizeMegabytes}m,mode=0755`;
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'klink-test', place.place], { stdio: 'ignore' });
  const disk = mounted.status === 0 ? mountedDisk(place) : refusingDisk(place);
  console.log(`the small disk is ${mounted.status === 0 ? 'a tmpfs' : 'a folder whose files stop growing'}`);
  return disk;
}

function mountedDisk(mountPoint: TestFolder): SmallDisk {
  const filler = path.join(mountPoint.place, 'something-else');
  return {
    env: {},
    folder: {
      place: mountPoint.place,
      remove: () => {
        // A process that is just ending may still hold a file; the disk goes with its last one.
        execFileSync('umount', ['--lazy', mountPoint.place]);
        mountPoint.remove();
      },
    },
    fill: () => {
      const file = openSync(filler, 'a');
      try {
        for (let length = chunk.length; length >= 1; ) {
          if (!wasTaken(file, length)) length = Math.floor(length / 2);
        }
      } finally {
        closeSync(file);
      }
    },
    makeRoom: () => rmSync(filler),
  };
}

function wasTaken(file: number, length: number): boolean {
  try {
    return writeSync(file, chunk, 0, length) > 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false;
    throw error;
  }
}

/** Every process that keeps its data in the folder is told by the system that there is no room, as full-disk.c says. */
function refusingDisk(folder: TestFolder): SmallDisk {
  const aside = makeFolder('full-disk');
  const library = path.join(aside.place, 'full-disk.so');
  const flag = path.join(aside.place, 'full');
  const source = path.join(import.meta.dirname, 'full-disk.c');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-o', library, source, '-ldl'], { stdio: 'inherit' });
  return {
    env: { LD_PRELOAD: library, KLINK_TEST_DISK: folder.place, KLINK_TEST_DISK_FULL: flag },
    folder: {
      place: folder.place,
      remove: () => {
        folder.remove();
        aside.remove();
      },
    },
    fill: () => writeFileSync(flag, ''),
    makeRoom: () => rmSync(flag),
  };
}
