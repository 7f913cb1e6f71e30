import path from 'node:path';
import type { z } from 'zod';
import { type HostEnd, type HostProcess, startHostProcess } from '../../cli/host-process.ts';
import {
  type FromReaderHost,
  type FromTillHost,
  fromReaderHostSchema,
  fromTillHostSchema,
  type ResultEnvelope,
  type ToReaderHost,
  type ToTillHost,
} from '../../contract/ipc/envelope.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import {
  type OperationAnswer,
  type OperationName,
  type OperationRequest,
  operations,
} from '../../contract/ipc/operations.ts';
import type { ReaderKind } from '../../contract/ipc/reader.ts';
import type { SimulatorCommand, SimulatorView } from '../../contract/ipc/simulator.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';

const hostsFolder = path.resolve(import.meta.dirname, '../../out/hosts');

export interface LiveTillOptions {
  readonly dataFolder: string;
  readonly readerKind: ReaderKind;
  readonly replication: 'background' | 'on-demand';
  /** For both hosts, e.g. where their PC/SC service is. */
  readonly environment?: Readonly<Record<string, string>>;
}

export type Called<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/**
 * Till host and reader host of `out/` as the application runs them, for as long as a test wants: the composer's part is
 * played here, where the drawer of the simulated reader and the processes themselves are within reach. It remembers
 * nothing of what it hears but the last view.
 */
export class LiveTill {
  readonly tillHost: HostProcess<ToTillHost>;
  readonly readerHost: HostProcess<ToReaderHost>;
  view: TillView | null = null;
  drawer: SimulatorView = { tags: [], presentTagId: null };
  /** The reader has told of a card that has not left yet. */
  hasCard = false;
  readonly #waiting = new Map<number, (envelope: ResultEnvelope) => void>();
  readonly #watchers = new Set<() => void>();
  #readiness: Fault | 'ready' | null = null;
  /** Of the host without which nothing that is waited for can come any more. */
  #end: { readonly host: string; readonly end: HostEnd } | null = null;
  #lastId = 0;

  private constructor({ environment = {}, ...options }: LiveTillOptions) {
    const { dataFolder, readerKind, replication } = options;
    this.tillHost = startHostProcess<FromTillHost, ToTillHost>({
      entryFile: path.join(hostsFolder, 'till-host.js'),
      environment,
      schema: fromTillHostSchema,
      onMessage: (message) => this.#fromTillHost(message),
      onForeignMessage: (detail) => this.#foreign(detail),
    });
    this.readerHost = startHostProcess<FromReaderHost, ToReaderHost>({
      entryFile: path.join(hostsFolder, 'reader-host.js'),
      environment,
      schema: fromReaderHostSchema,
      onMessage: (message) => this.#fromReaderHost(message),
      onForeignMessage: (detail) => this.#foreign(detail),
    });
    void this.tillHost.ended.then((end) => this.#ended('till host', end));
    void this.readerHost.ended.then((end) => this.#ended('reader host', end));
    const secretStore = { kind: 'file' } as const;
    this.tillHost.post({ kind: 'start', options: { dataFolder, readerKind, replication, secretStore } });
    this.readerHost.post({
      kind: 'start',
      options: { readerKind, readerName: null, dataFolder, simulatedTag: null },
    });
  }

  /** @throws with the fault where the till cannot start. */
  static async start(options: LiveTillOptions): Promise<LiveTill> {
    const till = new LiveTill(options);
    try {
      const readiness = await till.until('the till to be ready', () => till.#readiness);
      if (readiness !== 'ready') throw new Error(JSON.stringify(readiness));
      await till.seen('the reader to be ready', ({ reader }) => reader.state === 'ready');
      return till;
    } catch (error) {
      for (const host of [till.tillHost, till.readerHost]) host.kill();
      throw error;
    }
  }

  async call<N extends OperationName>(name: N, request: OperationRequest<N>): Promise<Called<OperationAnswer<N>>> {
    const envelope = await this.#ask((id) => this.tillHost.post({ kind: 'call', id, operation: name, request }));
    return envelope.ok ? { ok: true, value: answers[name].answer.parse(envelope.result) } : envelope;
  }

  /** The answer of a call that has to succeed. */
  async ask<N extends OperationName>(name: N, request: OperationRequest<N>): Promise<OperationAnswer<N>> {
    const called = await this.call(name, request);
    if (!called.ok) throw new Error(`${name}: ${JSON.stringify(called.fault)}`);
    return called.value;
  }

  /** What a person does with the simulated drawer. */
  async simulate(command: SimulatorCommand): Promise<void> {
    const envelope = await this.#ask((id) => this.readerHost.post({ kind: 'simulator', id, command }));
    if (!envelope.ok) throw new Error(`${command.kind}: ${JSON.stringify(envelope.fault)}`);
  }

  /** Until the till shows something that fits. */
  seen(what: string, fits: (view: TillView) => boolean): Promise<TillView> {
    return this.until(what, () => (this.view !== null && fits(this.view) ? this.view : null));
  }

  /** As at any stop; gives the till host's exit code. */
  async stop(): Promise<number | null> {
    this.tillHost.post({ kind: 'stop' });
    const { code } = await this.tillHost.ended;
    this.readerHost.post({ kind: 'stop' });
    await this.readerHost.ended;
    return code;
  }

  /** Looks whenever one of the hosts has said something; rejects when one of them ends instead. */
  until<T>(what: string, look: () => T | null): Promise<T> {
    return new Promise((resolve, reject) => {
      const watcher = (): void => {
        const found = look();
        if (found === null && this.#end === null) return;
        this.#watchers.delete(watcher);
        if (found !== null) resolve(found);
        else reject(new Error(`waited for ${what}; the ${this.#end?.host} ended: ${JSON.stringify(this.#end?.end)}`));
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  async #ask(post: (id: number) => void): Promise<ResultEnvelope> {
    this.#lastId += 1;
    const id = this.#lastId;
    let answer: ResultEnvelope | null = null;
    this.#waiting.set(id, (envelope) => {
      answer = envelope;
    });
    post(id);
    return this.until(`an answer to ${id}`, () => answer);
  }

  #fromTillHost(message: FromTillHost): void {
    switch (message.kind) {
      case 'ready':
        this.#readiness = 'ready';
        break;
      case 'failed':
        this.#readiness = message.fault;
        break;
      case 'answer':
        this.#answered(message.id, message.envelope);
        break;
      case 'view':
        this.view = message.view;
        break;
      case 'reader':
        this.readerHost.post({ kind: 'reader', command: message.command });
        return;
      case 'reader-host-stuck':
        this.readerHost.kill();
        break;
      case 'step':
      case 'keep-secrets':
        return;
    }
    this.#changed();
  }

  #fromReaderHost(message: FromReaderHost): void {
    switch (message.kind) {
      case 'reader':
        this.tillHost.post({ kind: 'reader', event: message.event });
        if (message.event.kind === 'card-present') this.hasCard = true;
        if (message.event.kind === 'card-gone') this.hasCard = false;
        break;
      case 'simulator-view':
        this.drawer = message.view;
        break;
      case 'simulator-answer':
        this.#answered(message.id, message.envelope);
        break;
    }
    this.#changed();
  }

  #answered(id: number, envelope: ResultEnvelope): void {
    this.#waiting.get(id)?.(envelope);
    this.#waiting.delete(id);
  }

  #ended(host: string, end: HostEnd): void {
    this.#end ??= { host, end };
    this.#changed();
  }

  #changed(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }

  #foreign(detail: string): void {
    this.#readiness = { code: 'INTERNAL', message: `a message the contract does not know: ${detail}` };
    this.tillHost.kill();
  }
}

/** The contract's operations, typed so that the answer's schema follows from the operation's name. */
const answers: { readonly [N in OperationName]: { readonly answer: z.ZodType<OperationAnswer<N>> } } = operations;
