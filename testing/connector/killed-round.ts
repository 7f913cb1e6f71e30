import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process that plays what is due and ends; it may be killed at any moment. */
export type RoundProcess = {
  kill(): void;
  /** How it ended: the exit code, or the signal that ended it. */
  ended: Promise<number | string>;
};

export function startRound(databaseUrl: string, now: Date): RoundProcess {
  const script = fileURLToPath(new URL('./round-process.ts', import.meta.url));
  const child = spawn(process.execPath, [script, databaseUrl, now.toISOString()], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit').then(([code, signal]) => (code === null ? String(signal) : Number(code)));
  return {
    kill() {
      child.kill('SIGKILL');
    },
    ended,
  };
}
