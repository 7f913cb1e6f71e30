import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { rootFolder } from './bundles.ts';

const usualPort = 7480;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
const klink = path.join(rootFolder, 'out/cli/klink.js');

/** The demo backend of `npm start`, a process of its own. */
export interface DemoBackend {
  readonly address: string;
  /** Resolves when the backend and its PostgreSQL have ended. */
  stop(): Promise<void>;
}

/** What a start remembers for the next one, in case it is killed before it can stop the backend. */
interface Running {
  /** 0 after an orderly stop. */
  readonly pid: number;
  readonly address: string;
  /** Where the till was enrolled, and so where the backend belongs. */
  readonly port: number;
}

/**
 * Starts `klink backend --demo` and waits for its health. It listens on port 7480, or on the one that an earlier start
 * found free, because that is where this till was enrolled.
 * @throws with the reason when the backend does not become healthy.
 */
export async function startDemoBackend(folder: string, log: (line: string) => void): Promise<DemoBackend> {
  fs.mkdirSync(folder, { recursive: true });
  const runningFile = path.join(folder, 'running.json');
  const earlier = readRunning(runningFile);
  if (earlier !== null) await stopEarlier(earlier, log);
  const wantedPort = earlier?.port ?? usualPort;
  const isFree = await isPortFree(wantedPort);
  if (!isFree) {
    log(`port ${wantedPort} is taken by another program: the backend takes another one`);
    if (earlier !== null) log('this till was enrolled at that port: it sells offline until the port is free again');
  }
  const logFile = path.join(folder, 'backend.log');
  const child = spawnBackend(path.join(folder, 'data'), isFree ? wantedPort : 0, logFile);
  const address = await startedAddress(child, logFile);
  await expectHealth(address);
  const port = earlier?.port ?? Number(new URL(address).port);
  remember(runningFile, { pid: child.pid ?? 0, address, port });
  return { address, stop: () => stop(child, runningFile, log) };
}

/** In a process group of its own: Ctrl-C is for the till first. */
function spawnBackend(dataFolder: string, port: number, logFile: string): ChildProcess {
  const log = fs.openSync(logFile, 'a');
  const child = spawn(
    process.execPath,
    [klink, 'backend', '--demo', '--json', '--port', String(port), '--data', dataFolder],
    { cwd: rootFolder, detached: process.platform !== 'win32', stdio: ['ignore', 'pipe', log] },
  );
  fs.closeSync(log);
  return child;
}

/** The address of the `backendStarted` line; everything it says before and after goes nowhere else. */
async function startedAddress(child: ChildProcess, logFile: string): Promise<string> {
  if (child.stdout === null) throw new Error('the backend has no output');
  const timer = setTimeout(() => child.kill('SIGTERM'), startTimeoutMs);
  try {
    for await (const line of createInterface({ input: child.stdout })) {
      const address = addressOf(line);
      if (address === null) continue;
      child.stdout.resume();
      return address;
    }
  } finally {
    clearTimeout(timer);
  }
  throw new Error(`the backend did not start; ${logFile} says why`);
}

const startedSchema = z.object({ event: z.literal('backendStarted'), details: z.object({ address: z.url() }) });

function addressOf(line: string): string | null {
  const step = startedSchema.safeParse(JSON.parse(line));
  return step.success ? step.data.details.address : null;
}

async function expectHealth(address: string): Promise<void> {
  const health = await fetch(new URL('/healthz', address));
  if (!health.ok) throw new Error(`the backend at ${address} is not healthy: ${health.status}`);
}

async function stop(child: ChildProcess, runningFile: string, log: (line: string) => void): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    const timer = setTimeout(() => {
      log('the backend does not end by itself and is killed');
      child.kill('SIGKILL');
    }, stopTimeoutMs);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  }
  const running = readRunning(runningFile);
  if (running !== null) remember(runningFile, { ...running, pid: 0 });
}

function remember(file: string, running: Running): void {
  fs.writeFileSync(file, JSON.stringify(running));
}

const runningSchema = z.object({ pid: z.int(), address: z.url(), port: z.int() });

function readRunning(file: string): Running | null {
  return fs.existsSync(file) ? runningSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8'))) : null;
}

/** A start that was killed leaves its backend behind, which holds the port and the database. */
async function stopEarlier({ pid, address }: Running, log: (line: string) => void): Promise<void> {
  if (pid === 0 || !isAlive(pid) || !(await answers(new URL('/healthz', address)))) return;
  log(`the backend of an earlier start (process ${pid}) is stopped first`);
  process.kill(pid, 'SIGTERM');
  const deadlineMs = Date.now() + stopTimeoutMs;
  while (isAlive(pid) && Date.now() < deadlineMs) await new Promise((resolve) => setTimeout(resolve, 50));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function answers(address: URL): Promise<boolean> {
  return await fetch(address, { signal: AbortSignal.timeout(2_000) }).then(
    (response) => response.ok,
    () => false,
  );
}

function isPortFree(port: number): Promise<boolean> {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
