import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const lineSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('started'), address: z.string() }),
  z.object({ event: z.literal('failed'), message: z.string() }),
  z.object({ event: z.literal('closed') }),
]);

/** A backend in a process of its own. */
export type BackendProcess = {
  pid: number;
  address: string;
  /** SIGTERM; resolves with the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: as if the machine had taken it away. */
  kill(): Promise<void>;
};

/**
 * Starts a backend process from the sources and waits until it answers. Rejects with its own message where it does not.
 * @param options.onLog takes its log; without it the log goes where the test's own errors go
 */
export async function spawnBackend(options: {
  dataFolder: string;
  databaseUrl?: string;
  onLog?: (text: string) => void;
}): Promise<BackendProcess> {
  const script = fileURLToPath(new URL('./backend-process.ts', import.meta.url));
  const { DATABASE_URL: _ambient, ...environment } = process.env;
  const child = spawn(process.execPath, [script, options.dataFolder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: options.databaseUrl === undefined ? environment : { ...environment, DATABASE_URL: options.databaseUrl },
  });
  const { onLog = (text) => process.stderr.write(text) } = options;
  child.stderr.on('data', (chunk) => onLog(String(chunk)));
  const ended = once(child, 'exit').then(([code]) => z.int().nullable().parse(code));
  const line = await firstLine(createInterface({ input: child.stdout }), ended);
  if (line.event !== 'started' || child.pid === undefined) {
    await ended;
    throw new Error(line.event === 'failed' ? line.message : 'the backend ended before it answered');
  }
  return {
    pid: child.pid,
    address: line.address,
    async stop() {
      child.kill('SIGTERM');
      return ended;
    },
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function firstLine(lines: NodeJS.EventEmitter, ended: Promise<unknown>): Promise<z.output<typeof lineSchema>> {
  const spoken = once(lines, 'line').then(([text]) => lineSchema.parse(JSON.parse(String(text))));
  const silent = ended.then(
    (): z.output<typeof lineSchema> => ({ event: 'failed', message: 'the process ended without a word' }),
  );
  return Promise.race([spoken, silent]);
}
