import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const daemon = '/usr/sbin/pcscd';
const driver = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
export const readerFriendlyName = 'Virtual PCD';
const startTimeoutMs = 10_000;
const startPollMs = 5;

/** pcscd becomes the process that was told its number by the shell, as socket activation asks. */
const launch = `LISTEN_FDS=1 LISTEN_PID=$$ exec setpriv --pdeathsig TERM ${daemon} --foreground --config "$0"`;

/**
 * A PC/SC service of one's own with a virtual reader on `port` (and a second one on the next), started by socket
 * activation: no root, no system service, several side by side. It ends with the process that started it.
 */
export class Pcscd {
  /** What clients connect to: `PCSCLITE_CSOCK_NAME`. */
  readonly socketFile: string;
  readonly #configFolder: string;
  readonly #port: number;
  #child: ChildProcess | null = null;
  #hasReader = false;
  #output = '';

  constructor(folder: string, port: number, hasReader: boolean) {
    this.#port = port;
    this.socketFile = path.join(folder, 'pcscd.comm');
    this.#configFolder = path.join(folder, 'reader.conf.d');
    mkdirSync(this.#configFolder, { recursive: true });
    this.configure(hasReader);
  }

  /** @throws when the reader does not come up, with what pcscd said. */
  async start(): Promise<void> {
    const listening = await listenOn(`${this.socketFile}.new`);
    const child = spawn('/bin/sh', ['-c', launch, this.#configFolder], {
      stdio: ['ignore', 'pipe', 'pipe', descriptorOf(listening)],
    });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#output = (this.#output + chunk.toString()).slice(-4_000);
      });
    }
    // Closing our end would unlink the socket where it was made, so it is moved first; pcscd goes on listening on it.
    renameSync(`${this.socketFile}.new`, this.socketFile);
    await new Promise((resolve) => listening.close(resolve));
    if (this.#hasReader) {
      await this.#ready(child);
    }
  }

  /** Ends the service as its administrator would, or as a crash does. Its socket is gone with it. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = null;
    rmSync(this.socketFile, { force: true });
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await ended;
    }
  }

  /** At the next start the service has a reader or none; pcscd can be told so of USB readers alone while it runs. */
  configure(hasReader: boolean): void {
    this.#hasReader = hasReader;
    const file = path.join(this.#configFolder, 'vpcd');
    if (!hasReader) {
      rmSync(file, { force: true });
      return;
    }
    const channel = `0x${this.#port.toString(16).toUpperCase()}`;
    writeFileSync(
      file,
      [
        `FRIENDLYNAME "${readerFriendlyName}"`,
        `DEVICENAME /dev/null:${channel}`,
        `LIBPATH ${driver}`,
        `CHANNELID ${channel}`,
        '',
      ].join('\n'),
    );
  }

  async #ready(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + startTimeoutMs;
    while (!isListening(this.#port)) {
      if (child.exitCode !== null || child.signalCode !== null || performance.now() > deadline) {
        await this.end('SIGKILL');
        throw new Error(`pcscd did not bring up a reader on port ${this.#port}: ${this.#output}`);
      }
      await delay(startPollMs);
    }
  }
}

function listenOn(file: string): Promise<Server> {
  rmSync(file, { force: true });
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(file, () => resolve(server));
  });
}

function descriptorOf(server: Server): number {
  const handle: unknown = Reflect.get(server, '_handle');
  const descriptor: unknown = handle instanceof Object ? Reflect.get(handle, 'fd') : undefined;
  if (typeof descriptor !== 'number') {
    throw new Error('this Node does not tell the descriptor of a server');
  }
  return descriptor;
}

/** Asked of the kernel rather than tried: to the driver a connection is a tag. */
function isListening(port: number): boolean {
  const listenState = '0A';
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['/proc/net/tcp', '/proc/net/tcp6'].some((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .some(([, local, , state]) => state === listenState && local?.endsWith(wanted)),
  );
}
