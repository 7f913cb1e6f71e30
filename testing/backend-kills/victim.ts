import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export const commandSchema = z.object({ round: z.string() });

const saidSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('started'), address: z.string() }),
  z.object({ event: z.literal('done'), done: z.int() }),
  z.object({ event: z.literal('failed'), message: z.string() }),
]);
export type Said = z.infer<typeof saidSchema>;

/** The process is gone before it answered. */
export class VictimGone extends Error {
  constructor() {
    super('the backend was killed');
    this.name = 'VictimGone';
  }
}

/** A backend process that is going to be killed. */
export class Victim {
  readonly address: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, address: string) {
    this.#child = child;
    this.address = address;
  }

  static async start(databaseUrl: string, nowMs: number): Promise<Victim> {
    const script = fileURLToPath(new URL('./killable-backend-process.ts', import.meta.url));
    const child = spawn(process.execPath, [script, String(nowMs)], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // Most of its life is its start: what was compiled for one victim is there for the next.
      env: { ...process.env, DATABASE_URL: databaseUrl, NODE_COMPILE_CACHE: join(tmpdir(), 'klink-victims') },
    });
    const said = await next(child);
    if (said.event !== 'started') throw new Error('a backend says where it is');
    return new Victim(child, said.address);
  }

  /** One round of a job in the process. Rejects with {@link VictimGone} where that ends first. */
  async round(name: string): Promise<number> {
    const answer = next(this.#child);
    this.#child.send({ round: name });
    const said = await answer;
    if (said.event === 'failed') throw new Error(said.message);
    return said.event === 'done' ? said.done : 0;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Resolves when the process is gone. */
  async gone(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}

async function next(child: ChildProcess): Promise<Said> {
  const over = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', { signal: over.signal }).then(([message]) => saidSchema.parse(message)),
      once(child, 'exit', { signal: over.signal }).then((): Said => {
        throw new VictimGone();
      }),
    ]);
  } finally {
    over.abort();
  }
}
