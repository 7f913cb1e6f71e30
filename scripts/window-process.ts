import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rootFolder } from './bundles.ts';
import { type ElectronRuntime, electronBinary, electronEnvironment, withScreen } from './electron-runtime.ts';

const stopTimeoutMs = 15_000;

/** The till's window, as a process that this one starts and stops. */
export class WindowProcess {
  /** Resolves with the exit code when the window was closed, by whomever. */
  readonly ended: Promise<number>;
  private readonly child: ChildProcess;

  /**
   * The window keeps the other end of its standard input open: it stops when that closes, which also happens when this
   * process dies. Its process group is its own, so that Ctrl-C does not end its hosts in the middle of a write.
   */
  constructor(runtime: ElectronRuntime, applicationArguments: readonly string[], log: (line: string) => void) {
    const command = withScreen([electronBinary(runtime), rootFolder, ...applicationArguments], log);
    const [program = '', ...programArguments] = command;
    this.child = spawn(program, programArguments, {
      cwd: rootFolder,
      detached: process.platform !== 'win32',
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { ...electronEnvironment(runtime), KLINK_QUIT_WITH_INPUT: '1' },
    });
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('exit', (code) => resolve(code ?? 1));
    });
  }

  /** The till finishes what it writes; a window that does not end is killed. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const timer = setTimeout(() => this.child.kill('SIGKILL'), stopTimeoutMs);
    const exited = once(this.child, 'exit');
    this.child.stdin?.end();
    await exited;
    clearTimeout(timer);
  }
}
