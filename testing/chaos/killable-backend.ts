import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type DemoBackend, startDemoBackend } from '../klink/demo-backend.ts';
import { makeFolder, type TestFolder } from '../klink/test-folder.ts';

/** How a PostgreSQL dies: the whole server, one of its sessions (which takes all others with it), or an immediate shutdown. */
export const databaseDeaths = ['server killed', 'session killed', 'immediate shutdown'] as const;
export type DatabaseDeath = (typeof databaseDeaths)[number];

const readyTimeoutMs = 60_000;
const probeEveryMs = 50;

/** `klink backend` with its own PostgreSQL, either of which can be killed; after it there is one again, at any address. */
export class KillableBackend {
  readonly #folder: TestFolder;
  #running: DemoBackend;

  private constructor(folder: TestFolder, running: DemoBackend) {
    this.#folder = folder;
    this.#running = running;
  }

  static async start(): Promise<KillableBackend> {
    const folder = makeFolder('chaos-backend');
    return new KillableBackend(folder, await startDemoBackend({ folder, port: 0 }));
  }

  get running(): DemoBackend {
    return this.#running;
  }

  /** SIGKILL, then a new process on the same data, which adopts the database server that was left behind. */
  async kill(): Promise<void> {
    await this.#running.kill();
    this.#running = await startDemoBackend({ folder: this.#folder, port: 0 });
  }

  /** Resolves when the backend has its database back, which it sees to by itself. */
  async killDatabase(death: DatabaseDeath): Promise<void> {
    const server = this.#serverPid();
    switch (death) {
      case 'server killed':
        process.kill(server, 'SIGKILL');
        break;
      case 'session killed':
        process.kill(sessionOf(server), 'SIGKILL');
        break;
      case 'immediate shutdown':
        process.kill(server, 'SIGQUIT');
        break;
    }
    await this.#ready();
  }

  async close(): Promise<void> {
    await this.#running.close();
    this.#folder.remove();
  }

  #serverPid(): number {
    const pointer = path.join(this.#folder.place, 'postgres-cluster-is-at');
    const parent = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : path.join(this.#folder.place, 'server');
    return Number(readFileSync(path.join(parent, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
  }

  /** A backend says that it is ready only when it is asked. */
  async #ready(): Promise<void> {
    const deadlineMs = performance.now() + readyTimeoutMs;
    // A server that is about to die may still have answered the first question.
    for (let inARow = 0; inARow < 3; ) {
      if (performance.now() > deadlineMs) throw new Error('the backend does not get its database back');
      const isReady = await fetch(`${this.#running.address}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
      inARow = isReady ? inARow + 1 : 0;
      await pause(probeEveryMs);
    }
  }
}

/** The session of the server that has done most of the work: the backend's, not one of its own housekeeping. */
function sessionOf(server: number): number {
  const children = readFileSync(`/proc/${server}/task/${server}/children`, 'utf8').trim().split(' ').map(Number);
  const sessions = children.filter((pid) => /klink .*\[local\]/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1')));
  const busiest = sessions.toSorted((a, b) => workOf(b) - workOf(a))[0];
  if (busiest === undefined) throw new Error('the database has no session');
  return busiest;
}

/** Time of the processor so far, in ticks. */
function workOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
