import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import {
  type FromReaderHost,
  type FromTillHost,
  fromReaderHostSchema,
  fromTillHostSchema,
  type ReaderHostOptions,
  type ResultEnvelope,
  type ToReaderHost,
  type ToTillHost,
} from '../contract/ipc/envelope.ts';
import type { Fault } from '../contract/ipc/fault.ts';
import {
  type OperationAnswer,
  type OperationName,
  type OperationRequest,
  operations,
} from '../contract/ipc/operations.ts';
import type { ReaderCommand, ReaderKind } from '../contract/ipc/reader.ts';
import type { Step } from '../contract/ipc/step.ts';
import { type Answer, answered, faulted } from './answer.ts';
import { describeEnd, type HostEnd, type HostProcess, startHostProcess } from './host-process.ts';

/** A running till: what the commands call, whatever processes are behind it. */
export interface Till {
  /** Calls one operation of `contract/ipc/operations.ts`; a till host that dies answers `TILL_STOPPED`. */
  call<N extends OperationName>(operation: N, request: OperationRequest<N>): Promise<Answer<OperationAnswer<N>>>;
  /** Till host first (it finishes what it writes), then the reader host; whoever does not listen is killed. */
  stop(): Promise<void>;
}

export interface TillOptions {
  readonly dataFolder: string;
  readonly readerKind: ReaderKind;
  /** The till that practises, in a folder inside `dataFolder`. */
  readonly training?: boolean;
  /** Null: this command needs no tag, so no reader is opened. */
  readonly reader: ReaderHostOptions | null;
  readonly onStep: (step: Step) => void;
  /** Where the hosts' bundles are; beside the bundle of the command line where nothing is said. */
  readonly hostsFolder?: string;
  /** What the hosts find in their environment besides that of this process: which PC/SC service, for one. */
  readonly hostsEnvironment?: Readonly<Record<string, string>>;
}

/** Requirements 3.2 give the till host five seconds to finish; one more is for the operating system. */
const tillHostStopTimeoutMs = 6_000;
const readerHostStopTimeoutMs = 2_000;
const readerHostRestartsMax = 5;
const readerHostRestartDelayMs = 200;

/** `out/cli/klink.js` → `out/hosts/`. */
const hostsBesideBundle = fileURLToPath(new URL('../hosts/', import.meta.url));

/**
 * Starts the till host, waits until it is ready, and starts the reader host where one is needed. The faults are those
 * the till host itself reports (`TILL_IN_USE`, `DATABASE_NEWER`, …) or `TILL_STOPPED` if it dies before it can.
 */
export async function startTill(options: TillOptions): Promise<Answer<Till>> {
  const composer = new Composer(options);
  const readiness = await composer.readiness;
  if (!readiness.ok) {
    await composer.stop();
    return readiness;
  }
  if (options.reader !== null) composer.startReaderHost(options.reader);
  return answered(composer);
}

/** Passes opaque messages between the hosts and remembers who waits for an answer; it knows no rule of the till. */
class Composer implements Till {
  readonly readiness: Promise<Answer<null>>;
  readonly #tillHost: HostProcess<ToTillHost>;
  readonly #hostsFolder: string;
  readonly #hostsEnvironment: Readonly<Record<string, string>>;
  readonly #onStep: (step: Step) => void;
  readonly #waiting = new Map<number, (envelope: ResultEnvelope) => void>();
  #resolveReadiness: (answer: Answer<null>) => void = () => {};
  #tillHostEnd: HostEnd | null = null;
  #readerHost: HostProcess<ToReaderHost> | null = null;
  #readerHostRestarts = 0;
  #restartTimer: NodeJS.Timeout | null = null;
  #lastCallId = 0;
  #stopping = false;

  constructor(options: TillOptions) {
    this.#hostsFolder = options.hostsFolder ?? hostsBesideBundle;
    this.#hostsEnvironment = options.hostsEnvironment ?? {};
    this.#onStep = options.onStep;
    this.readiness = new Promise((resolve) => {
      this.#resolveReadiness = resolve;
    });
    this.#tillHost = startHostProcess<FromTillHost, ToTillHost>({
      entryFile: join(this.#hostsFolder, 'till-host.js'),
      environment: this.#hostsEnvironment,
      schema: fromTillHostSchema,
      onMessage: (message) => this.#fromTillHost(message),
      onForeignMessage: (detail) => this.#tillHostIsForeign(detail),
    });
    this.#tillHost.ended.then((end) => this.#tillHostEnded(end));
    this.#tillHost.post({
      kind: 'start',
      options: {
        dataFolder: options.dataFolder,
        readerKind: options.readerKind,
        training: options.training ?? false,
        replication: 'on-demand',
        secretStore: { kind: 'file' },
      },
    });
  }

  async call<N extends OperationName>(operation: N, request: OperationRequest<N>): Promise<Answer<OperationAnswer<N>>> {
    const envelope = await this.#ask(operation, request);
    if (!envelope.ok) return { ok: false, fault: envelope.fault };
    return parseAnswer(answers[operation].answer, envelope.result, operation);
  }

  startReaderHost(options: ReaderHostOptions): void {
    const host = startHostProcess<FromReaderHost, ToReaderHost>({
      entryFile: join(this.#hostsFolder, 'reader-host.js'),
      environment: this.#hostsEnvironment,
      schema: fromReaderHostSchema,
      onMessage: (message) => this.#fromReaderHost(message),
      onForeignMessage: () => host.kill(),
    });
    this.#readerHost = host;
    host.ended.then((end) => this.#readerHostEnded(options, end));
    host.post({ kind: 'start', options });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#tillHost.post({ kind: 'stop' });
    await endWithin(this.#tillHost, tillHostStopTimeoutMs);
    if (this.#readerHost === null) return;
    this.#readerHost.post({ kind: 'stop' });
    await endWithin(this.#readerHost, readerHostStopTimeoutMs);
  }

  #ask(operation: OperationName, request: unknown): Promise<ResultEnvelope> {
    if (this.#tillHostEnd !== null) return Promise.resolve({ ok: false, fault: this.#stoppedFault(this.#tillHostEnd) });
    this.#lastCallId += 1;
    const id = this.#lastCallId;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#tillHost.post({ kind: 'call', id, operation, request });
    });
  }

  #fromTillHost(message: FromTillHost): void {
    switch (message.kind) {
      case 'ready':
        this.#resolveReadiness(answered(null));
        break;
      case 'failed':
        this.#resolveReadiness({ ok: false, fault: message.fault });
        break;
      case 'answer':
        this.#waiting.get(message.id)?.(message.envelope);
        this.#waiting.delete(message.id);
        break;
      case 'step':
        this.#onStep(message.step);
        break;
      case 'reader':
        this.#toReader(message.command);
        break;
      case 'view':
        // A window shows every view; the command line speaks in steps.
        break;
      case 'reader-host-stuck':
        this.#readerHost?.kill();
        break;
      case 'keep-secrets':
        this.#refuseSecrets(message.id);
        break;
    }
  }

  /** Secrets are kept by the till host itself here (`secretStore: file`); it never asks this composer in earnest. */
  #refuseSecrets(id: number): void {
    const fault: Fault = { code: 'SECRETS_MISSING', message: 'the command line has no key store' };
    this.#tillHost.post({ kind: 'secrets-kept', id, envelope: { ok: false, fault } });
  }

  #toReader(command: ReaderCommand): void {
    if (this.#readerHost !== null) {
      this.#readerHost.post({ kind: 'reader', command });
      return;
    }
    const detail = 'no reader host is running';
    this.#tillHost.post({ kind: 'reader', event: { kind: 'failure', id: command.id, fault: 'failed', detail } });
  }

  #fromReaderHost(message: FromReaderHost): void {
    if (message.kind === 'reader') this.#tillHost.post({ kind: 'reader', event: message.event });
  }

  /** A bad driver must not take the till down: a reader host that dies comes back, a few times. */
  #readerHostEnded(options: ReaderHostOptions, end: HostEnd): void {
    this.#readerHost = null;
    if (this.#stopping) return;
    this.#tillHost.post({ kind: 'reader-host-gone', detail: `the reader's process ${describeEnd(end)}` });
    if (this.#readerHostRestarts >= readerHostRestartsMax) return;
    const delayMs = readerHostRestartDelayMs * 2 ** this.#readerHostRestarts;
    this.#readerHostRestarts += 1;
    this.#restartTimer = setTimeout(() => this.startReaderHost(options), delayMs);
  }

  #stoppedFault(end: HostEnd): Fault {
    const what = this.#stopping ? 'the till was stopped' : `the till's process ${describeEnd(end)}`;
    return { code: 'TILL_STOPPED', message: `${what} before it answered` };
  }

  #tillHostIsForeign(detail: string): void {
    process.stderr.write(`klink: the till's process sent a message that the contract does not know: ${detail}\n`);
    this.#tillHost.kill();
  }

  #tillHostEnded(end: HostEnd): void {
    this.#tillHostEnd = end;
    const fault = this.#stoppedFault(end);
    this.#resolveReadiness({ ok: false, fault });
    for (const resolve of this.#waiting.values()) resolve({ ok: false, fault });
    this.#waiting.clear();
  }
}

async function endWithin(host: HostProcess<never>, timeoutMs: number): Promise<void> {
  const timer = setTimeout(() => host.kill(), timeoutMs);
  await host.ended;
  clearTimeout(timer);
}

/** The contract's operations, typed so that the answer's schema follows from the operation's name. */
const answers: { readonly [N in OperationName]: { readonly answer: z.ZodType<OperationAnswer<N>> } } = operations;

function parseAnswer<T>(schema: z.ZodType<T>, value: unknown, operation: OperationName): Answer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return answered(parsed.data);
  return faulted('INTERNAL', `the till answered "${operation}" with something else: ${parsed.error.message}`);
}
