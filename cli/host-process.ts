import { type ChildProcess, fork, type Serializable } from 'node:child_process';
import type { z } from 'zod';

/** How a host ended: by itself with a code, or by a signal. */
export interface HostEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One host as a child process: messages in, messages out, and the one moment it ends. */
export interface HostProcess<Outgoing> {
  readonly pid: number | undefined;
  /** Sends a message; a host that is already gone is told nothing, its end says the rest. */
  post(message: Outgoing): void;
  kill(): void;
  readonly ended: Promise<HostEnd>;
}

interface HostProcessOptions<Incoming> {
  readonly entryFile: string;
  /** Added to the environment of this process. */
  readonly environment: Readonly<Record<string, string>>;
  readonly schema: z.ZodType<Incoming>;
  readonly onMessage: (message: Incoming) => void;
  /** A message that does not fit the contract: the host is of another version, or broken. */
  readonly onForeignMessage: (detail: string) => void;
}

/**
 * Starts a host with the same Node as this process. It gets a session of its own, because Ctrl-C in a terminal goes to
 * every process of the group and would kill the till in the middle of a write; it ends when its port closes.
 */
export function startHostProcess<Incoming, Outgoing extends Serializable>(
  options: HostProcessOptions<Incoming>,
): HostProcess<Outgoing> {
  const child = fork(options.entryFile, [], {
    serialization: 'advanced',
    execArgv: [],
    env: { ...process.env, ...options.environment },
    detached: process.platform !== 'win32',
    // What a host prints is for support: standard output belongs to the answers of klink alone.
    stdio: ['ignore', 2, 2, 'ipc'],
  });
  child.on('message', (message: unknown) => {
    const parsed = options.schema.safeParse(message);
    if (parsed.success) options.onMessage(parsed.data);
    else options.onForeignMessage(parsed.error.message);
  });
  return {
    pid: child.pid,
    post(message) {
      if (child.connected) child.send(message, () => {});
    },
    kill() {
      child.kill('SIGKILL');
    },
    ended: endOf(child),
  };
}

function endOf(child: ChildProcess): Promise<HostEnd> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    // A file that is not there or a machine out of processes: the child never starts, so it never exits either.
    child.once('error', () => resolve({ code: null, signal: null }));
  });
}

/** For messages: `signal SIGKILL`, `code 1`, or that it never started. */
export function describeEnd(end: HostEnd): string {
  if (end.signal !== null) return `ended by signal ${end.signal}`;
  if (end.code !== null) return `ended with code ${end.code}`;
  return 'could not be started';
}
