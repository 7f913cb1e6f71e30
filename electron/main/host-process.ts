import { fork } from 'node:child_process';
import path from 'node:path';
import { utilityProcess } from 'electron';
import type { ToReaderHost, ToTillHost } from '../../contract/ipc/envelope.ts';
import type { ToPrintHost } from '../../contract/ipc/printing.ts';
import type { ToSupportHost } from '../../contract/ipc/support.ts';

export type HostName = 'till-host' | 'reader-host' | 'print-host' | 'support-host';

/** A host behind one small interface, whatever runs it. Messages are structured clones, so bytes stay bytes. */
export interface HostProcess {
  readonly name: HostName;
  readonly runsIn: 'utility process' | 'child process';
  post(message: ToTillHost | ToReaderHost | ToPrintHost | ToSupportHost): void;
  /** Called once, when the process has ended for whatever reason, also when it could not be started. */
  onExit(listener: (reason: string) => void): void;
  onMessage(listener: (message: unknown) => void): void;
  /** SIGKILL: a host is asked to end by its `stop` message; this is for one that does not. */
  kill(): void;
}

/** Native modules of the hosts need this N-API; an older Electron runs them in a Node of its own (platform.md). */
const nodeApiNeeded = 10;

/**
 * Starts a host from `out/hosts`.
 * @throws when this Electron is too old and KLINK_NODE names no Node.
 */
export function startHost(name: HostName): HostProcess {
  // Node outside Electron cannot read inside an archive, so the hosts lie beside it.
  const entry = path.join(__dirname, `../hosts/${name}.js`).replace('app.asar', 'app.asar.unpacked');
  if (Number(process.versions['napi']) >= nodeApiNeeded) return inUtilityProcess(name, entry);
  const node = process.env['KLINK_NODE'];
  if (!node) {
    throw new Error(
      `Electron ${process.versions['electron']} is too old for the hosts: KLINK_NODE must name a Node 24`,
    );
  }
  return inChildProcess(name, entry, node);
}

function inUtilityProcess(name: HostName, entry: string): HostProcess {
  const host = utilityProcess.fork(entry, [], { serviceName: `klink ${name}`, stdio: 'inherit' });
  return {
    name,
    runsIn: 'utility process',
    post: (message) => host.postMessage(message),
    onMessage: (listener) => void host.on('message', listener),
    onExit: (listener) => void host.once('exit', (code) => listener(`exit code ${code}`)),
    kill: () => {
      if (host.pid !== undefined) process.kill(host.pid, 'SIGKILL');
    },
  };
}

function inChildProcess(name: HostName, entry: string, node: string): HostProcess {
  const host = fork(entry, [], {
    execPath: node,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let hasEnded = false;
  return {
    name,
    runsIn: 'child process',
    // A message to a host that has just died is answered by its exit, not by an error here.
    post: (message) => void (host.connected && host.send(message, () => undefined)),
    onMessage: (listener) => void host.on('message', listener),
    onExit: (listener) => {
      const end = (reason: string): void => {
        if (hasEnded) return;
        hasEnded = true;
        listener(reason);
      };
      host.once('exit', (code, signal) => end(signal === null ? `exit code ${code}` : `signal ${signal}`));
      host.once('error', (error) => end(error.message));
    },
    kill: () => void host.kill('SIGKILL'),
  };
}
