import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import path from 'node:path';
import { makeFolder, type TestFolder } from '../klink/test-folder.ts';

const source = path.join(import.meta.dirname, 'disk-watch.c');
const [leftAt, halfAt, countAt, controlBytes] = [0, 4, 8, 12];
const asManyAsWanted = -1;

/**
 * A folder whose every change and every sync is seen, for programs that are started with `environment`. It can be made full.
 * What lies in the file `except` is no part of the disk: the emulated wristbands.
 */
export class WatchedDisk {
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly #tools: TestFolder;
  readonly #control: number;

  constructor(folder: string, except: string) {
    this.#tools = makeFolder('disk-watch');
    const library = path.join(this.#tools.place, 'disk-watch.so');
    execFileSync('cc', ['-O2', '-shared', '-fPIC', '-o', library, source, '-ldl'], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    this.logFile = path.join(this.#tools.place, 'log');
    const controlFile = path.join(this.#tools.place, 'control');
    this.#control = openSync(controlFile, 'w+');
    writeSync(this.#control, Buffer.alloc(controlBytes), 0, controlBytes, 0);
    this.makeRoom();
    this.environment = {
      LD_PRELOAD: library,
      KLINK_DISK_FOLDER: folder,
      KLINK_DISK_LOG: this.logFile,
      KLINK_DISK_CONTROL: controlFile,
      KLINK_DISK_EXCEPT: except,
    };
  }

  /** Everything that has happened, as `readDiskLog` reads it. */
  get log(): Buffer {
    return readFileSync(this.logFile);
  }

  /** How many writes there were, taken or not. */
  get writeCount(): number {
    const read = Buffer.alloc(4);
    readSync(this.#control, read, 0, 4, countAt);
    return read.readInt32LE();
  }

  /** From now on so many writes are taken, of the next one half or nothing, and then nothing any more: ENOSPC. */
  fillAfter(writes: number, takesHalf: boolean): void {
    this.#set(halfAt, takesHalf ? 1 : 0);
    this.#set(leftAt, writes);
  }

  makeRoom(): void {
    this.#set(leftAt, asManyAsWanted);
  }

  close(): void {
    closeSync(this.#control);
    this.#tools.remove();
  }

  #set(at: number, value: number): void {
    const bytes = Buffer.alloc(4);
    bytes.writeInt32LE(value);
    writeSync(this.#control, bytes, 0, 4, at);
  }
}
