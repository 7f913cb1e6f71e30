import { type ChildProcess, spawn } from 'node:child_process';

/** A strace that is attached to a running process. */
export interface Tracing {
  /** Lets the process go; done when strace has ended. */
  detach(): Promise<void>;
}

const syncing = 'trace=fsync,fdatasync,sync,syncfs,sync_file_range';

/** Writes every call that makes something reach the disk to `outputFile`, one a line, with the name of the file. */
export function traceSyncs(pid: number, outputFile: string): Promise<Tracing> {
  return attach(['-f', '-y', '-e', syncing, '-o', outputFile, '-p', `${pid}`]);
}

/**
 * SIGKILL at the process's n-th fsync or fdatasync from now on: everything of that commit is written, and nothing that comes
 * after it is begun.
 */
export function killAtSync(pid: number, syncNumber: number): Promise<Tracing> {
  const inject = `inject=fsync,fdatasync:signal=SIGKILL:when=${syncNumber}`;
  return attach(['-f', '-e', 'trace=fsync,fdatasync', '-e', inject, '-o', '/dev/null', '-p', `${pid}`]);
}

async function attach(args: readonly string[]): Promise<Tracing> {
  const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = new Promise<void>((resolve) => strace.once('close', () => resolve()));
  await attached(strace);
  return {
    async detach() {
      strace.kill('SIGINT');
      await closed;
    },
  };
}

function attached(strace: ChildProcess): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    strace.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (/attached/.test(said)) resolve();
    });
    strace.once('close', () => reject(new Error(`strace ended: ${said}`)));
    strace.once('error', reject);
  });
}
