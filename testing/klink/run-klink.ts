import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { type Step, stepSchema } from '../../contract/ipc/step.ts';

const rootFolder = path.resolve(import.meta.dirname, '../..');
const klinkFile = path.join(rootFolder, 'out/cli/klink.js');
/** A matrix starts the same programs hundreds of times: compiled once, they start in half the time. */
export const compileCache = { NODE_COMPILE_CACHE: path.join(rootFolder, 'node_modules/.cache/klink-compile') };

/** How a run of the real `klink` ended, and everything it said. */
export interface KlinkRun {
  readonly exitCode: number | null;
  readonly steps: readonly Step[];
  readonly stdout: string;
  readonly stderr: string;
}

/** A `klink` that still runs. */
export interface RunningKlink {
  readonly pid: number;
  /** The first step, past or future, that fits; rejects with everything said so far if klink ends without one. */
  step(what: string, fits: (step: Step) => boolean): Promise<Step>;
  signal(signal: NodeJS.Signals): void;
  readonly ended: Promise<KlinkRun>;
}

export interface KlinkOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** A program that runs klink's node, e.g. `['strace', '-f']`. */
  readonly wrapper?: readonly string[];
  /** A run that takes longer hangs: it is killed, and what it said is in the error. */
  readonly hangsAfterMs?: number;
}

const hangsAfterMs = 60_000;

/** Runs `klink … --json` to its end. Every line of standard output must be a step of the contract. */
export function klink(args: readonly string[], options: KlinkOptions = {}): Promise<KlinkRun> {
  return startKlink(args, options).ended;
}

/** Runs `klink …` as a person does, without `--json`. */
export function klinkForPeople(args: readonly string[], options: KlinkOptions = {}): Promise<KlinkRun> {
  return new JsonLines(spawnKlink(args, options), args, false, options.hangsAfterMs ?? hangsAfterMs).ended;
}

export function startKlink(args: readonly string[], options: KlinkOptions = {}): RunningKlink {
  return new JsonLines(spawnKlink([...args, '--json'], options), args, true, options.hangsAfterMs ?? hangsAfterMs);
}

function spawnKlink(args: readonly string[], options: KlinkOptions): ChildProcess {
  const [program = process.execPath, ...rest] = [...(options.wrapper ?? []), process.execPath, klinkFile, ...args];
  return spawn(program, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...compileCache, ...options.env },
  });
}

interface Waiting {
  readonly what: string;
  readonly fits: (step: Step) => boolean;
  readonly resolve: (step: Step) => void;
  readonly reject: (error: Error) => void;
}

class JsonLines implements RunningKlink {
  readonly pid: number;
  readonly ended: Promise<KlinkRun>;
  readonly #child: ChildProcess;
  readonly #steps: Step[] = [];
  readonly #waiting = new Set<Waiting>();
  #unread = '';
  #stdout = '';
  #stderr = '';
  #failure: Error | null = null;
  #hasEnded = false;

  constructor(child: ChildProcess, args: readonly string[], expectsSteps: boolean, hangsAfter: number) {
    if (child.pid === undefined) throw new Error(`klink ${args.join(' ')} could not be started`);
    this.#child = child;
    this.pid = child.pid;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
      if (expectsSteps) this.#read(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    const hanging = setTimeout(() => {
      this.#failure ??= new Error(`klink ${args.join(' ')} hangs; it said:\n${this.#stdout}${this.#stderr}`);
      child.kill('SIGKILL');
    }, hangsAfter);
    this.ended = new Promise((resolve, reject) => {
      child.once('close', (exitCode) => {
        clearTimeout(hanging);
        this.#hasEnded = true;
        for (const waiting of this.#waiting) waiting.reject(this.#missed(waiting.what));
        if (this.#failure !== null) return reject(this.#failure);
        resolve({ exitCode, steps: this.#steps, stdout: this.#stdout, stderr: this.#stderr });
      });
    });
    // Whoever waits for a step learns of the end there; without this a run nobody awaits would end the test process.
    this.ended.catch(() => {});
  }

  step(what: string, fits: (step: Step) => boolean): Promise<Step> {
    const past = this.#steps.find(fits);
    if (past !== undefined) return Promise.resolve(past);
    if (this.#hasEnded) return Promise.reject(this.#missed(what));
    return new Promise((resolve, reject) => this.#waiting.add({ what, fits, resolve, reject }));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #read(text: string): void {
    const lines = (this.#unread + text).split('\n');
    this.#unread = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
  }

  #take(line: string): void {
    try {
      const step = stepSchema.parse(JSON.parse(line));
      this.#steps.push(step);
      for (const waiting of this.#waiting) {
        if (!waiting.fits(step)) continue;
        this.#waiting.delete(waiting);
        waiting.resolve(step);
      }
    } catch (error) {
      this.#failure ??= new Error(`klink --json printed a line that is no step: ${line}`, { cause: error });
    }
  }

  #missed(what: string): Error {
    return new Error(`klink ended without ${what}; it said:\n${this.#stdout}${this.#stderr}`);
  }
}
