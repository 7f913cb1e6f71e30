import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { type DemoBackend, startDemoBackend } from '../klink/demo-backend.ts';
import { makeFolder, type TestFolder } from '../klink/test-folder.ts';

/**
 * `klink backend` as an operator runs and restores it: always at the same address, and between two runs its folder, with
 * the whole PostgreSQL cluster in it, can be copied away and put back.
 */
export class RestorableBackend {
  readonly address: string;
  readonly #folder: TestFolder;
  readonly #backups: TestFolder[] = [];
  #running: DemoBackend | null;

  private constructor(folder: TestFolder, running: DemoBackend) {
    this.#folder = folder;
    this.#running = running;
    this.address = running.address;
  }

  static async start(): Promise<RestorableBackend> {
    const folder = makeFolder('backend');
    return new RestorableBackend(folder, await startDemoBackend({ folder, port: 0 }));
  }

  operator(): Promise<OperatorClient> {
    return logIn(this.address);
  }

  /** Stops the backend and its PostgreSQL, copies the folder, starts again. */
  async backUp(): Promise<TestFolder> {
    await this.#stop();
    const backup = makeFolder('backup');
    copyWithOwners(this.#folder.place, backup.place);
    this.#backups.push(backup);
    await this.#start();
    return backup;
  }

  /** What was booked since the backup is gone for good. */
  async restore(backup: TestFolder): Promise<void> {
    await this.#stop();
    for (const name of fs.readdirSync(this.#folder.place))
      fs.rmSync(path.join(this.#folder.place, name), { recursive: true });
    copyWithOwners(backup.place, this.#folder.place);
    await this.#start();
  }

  async close(): Promise<void> {
    await this.#stop();
    for (const folder of [this.#folder, ...this.#backups]) folder.remove();
  }

  async #start(): Promise<void> {
    this.#running = await startDemoBackend({ folder: this.#folder, port: Number(new URL(this.address).port) });
  }

  async #stop(): Promise<void> {
    await this.#running?.close();
    this.#running = null;
  }
}

/** The cluster belongs to the database server's own user, who would not start on files of somebody else. */
function copyWithOwners(from: string, to: string): void {
  execFileSync('cp', ['-a', `${from}/.`, to]);
}
