import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../../klink/test-folder.ts';

const preload = path.join(import.meta.dirname, 'shifted-clock-process.ts');

/** A clock for the hosts of a window that a test can turn while they run. */
export class ShiftedClock {
  /** What the application has to be started with. */
  readonly env: Readonly<Record<string, string>>;
  readonly #folder = makeFolder('clock');
  readonly #file = path.join(this.#folder.place, 'offset-ms');

  constructor() {
    this.turn(0);
    const node = path.join(this.#folder.place, 'node');
    writeFileSync(node, `#!/bin/sh\nexec "${process.execPath}" --import "${preload}" "$@"\n`);
    chmodSync(node, 0o755);
    // Where Electron is too old for the hosts they run in a Node of their own; else they are Electron's, which takes NODE_OPTIONS.
    const isOld = process.env['ELECTRON_OVERRIDE_DIST_PATH'] !== undefined;
    this.env = {
      KLINK_TEST_CLOCK: this.#file,
      ...(isOld ? { KLINK_NODE: node } : { NODE_OPTIONS: `--import=${preload}` }),
    };
  }

  /** @param offsetMs from the real time; a host may look at any moment, so the file changes whole */
  turn(offsetMs: number): void {
    writeFileSync(`${this.#file}.new`, String(offsetMs));
    renameSync(`${this.#file}.new`, this.#file);
  }

  remove(): void {
    this.#folder.remove();
  }
}
