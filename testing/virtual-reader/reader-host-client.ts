import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import {
  type FromReaderHost,
  fromReaderHostSchema,
  type ReaderHostOptions,
  type ResultEnvelope,
  type ToReaderHost,
} from '../../contract/ipc/envelope.ts';
import type { ReaderEvent, ReaderState } from '../../contract/ipc/reader.ts';
import type { SimulatorCommand, SimulatorView } from '../../contract/ipc/simulator.ts';
import type { Transmit } from '../../terminal-core/tag/transmit.ts';

type Present = Extract<ReaderEvent, { kind: 'card-present' }>;
type Settled = Extract<ReaderEvent, { kind: 'answer' | 'failure' }>;

const entryFile = path.join(import.meta.dirname, '../../terminal-core/main/reader-host.ts');
const waitMs = 15_000;

/** The reader host as the till host knows it: a real process, its events in order, and calls that wait for them. */
export class ReaderHostClient {
  /** Everything it said, in order. */
  readonly events: ReaderEvent[] = [];
  readonly child: ChildProcess;
  /** The drawer as it was shown last; null for a PC/SC reader. */
  lastView: SimulatorView | null = null;
  readonly #simulatorAnswers = new Map<number, ResultEnvelope>();
  readonly #watchers = new Set<() => void>();
  /** Events before this one have been waited for already. */
  #next = 0;
  #lastId = 0;

  /** `options` of the host that are not the ordinary ones of a PC/SC reader. */
  constructor(options: Partial<ReaderHostOptions>, env: Readonly<Record<string, string>> = {}) {
    this.child = fork(entryFile, [], {
      serialization: 'advanced',
      execArgv: [],
      env: { ...process.env, ...env },
    });
    this.child.on('message', (message) => this.#received(fromReaderHostSchema.parse(message)));
    this.#send({
      kind: 'start',
      options: { readerKind: 'pcsc', readerName: null, dataFolder: '.', simulatedTag: null, ...options },
    });
  }

  /** The next event of which `pick` makes something; the ones before it are passed over. */
  async next<T>(what: string, pick: (event: ReaderEvent) => T | null): Promise<T> {
    const deadline = performance.now() + waitMs;
    for (;;) {
      while (this.#next < this.events.length) {
        const event = this.events[this.#next];
        this.#next += 1;
        const picked = event === undefined ? null : pick(event);
        if (picked !== null) {
          return picked;
        }
      }
      await this.#changed(deadline, what);
    }
  }

  present(): Promise<Present> {
    return this.next('a card', (event) => (event.kind === 'card-present' ? event : null));
  }

  async gone(presenceId: number): Promise<void> {
    await this.next(`presence ${presenceId} to end`, (event) =>
      event.kind === 'card-gone' && event.presenceId === presenceId ? event : null,
    );
  }

  /** Until the service has noticed that no card is there any more. */
  async emptied(): Promise<void> {
    const deadline = performance.now() + waitMs;
    while (this.#isCardThere()) {
      await this.#changed(deadline, 'the field to be empty');
    }
  }

  #isCardThere(): boolean {
    const last = this.events.findLast(({ kind }) => kind === 'card-present' || kind === 'card-gone');
    return last?.kind === 'card-present';
  }

  state(state: ReaderState): Promise<Extract<ReaderEvent, { kind: 'state' }>> {
    return this.next(`the state ${state}`, (event) => (event.kind === 'state' && event.state === state ? event : null));
  }

  /** What was answered to one APDU; other events are left for `next`. */
  async transmit(presenceId: number, apdu: Uint8Array): Promise<Settled> {
    return this.#settled({ kind: 'transmit', presenceId, apdu });
  }

  reset(presenceId: number): Promise<Settled> {
    return this.#settled({ kind: 'reset', presenceId });
  }

  /** What a person does with the simulated drawer. */
  async simulate(command: SimulatorCommand): Promise<ResultEnvelope> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#send({ kind: 'simulator', id, command });
    const deadline = performance.now() + waitMs;
    for (;;) {
      const envelope = this.#simulatorAnswers.get(id);
      if (envelope !== undefined) {
        return envelope;
      }
      await this.#changed(deadline, `an answer to ${id}`);
    }
  }

  /** For a tag driver. */
  transmitTo(presenceId: number): Transmit {
    return async (apdu) => {
      const settled = await this.transmit(presenceId, apdu);
      return settled.kind === 'answer'
        ? { ok: true, response: settled.response }
        : { ok: false, fault: settled.fault, detail: settled.detail };
    };
  }

  /** @returns the exit code. */
  async stop(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.#send({ kind: 'stop' });
    }
    return this.ended();
  }

  /** @returns the exit code, null after a signal. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return this.child.exitCode;
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.child.kill('SIGKILL');
        reject(new Error('the reader host did not end'));
      }, waitMs);
      this.child.once('exit', (code) => {
        clearTimeout(timer);
        resolve(code);
      });
    });
  }

  async #settled(
    command: { kind: 'transmit'; presenceId: number; apdu: Uint8Array } | { kind: 'reset'; presenceId: number },
  ): Promise<Settled> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#send({ kind: 'reader', command: { ...command, id } });
    const deadline = performance.now() + waitMs;
    for (;;) {
      const settled = this.events.findLast(
        (event): event is Settled => (event.kind === 'answer' || event.kind === 'failure') && event.id === id,
      );
      if (settled !== undefined) {
        return settled;
      }
      await this.#changed(deadline, `an answer to ${id}`);
    }
  }

  #received(message: FromReaderHost): void {
    switch (message.kind) {
      case 'reader':
        this.events.push(message.event);
        break;
      case 'simulator-answer':
        this.#simulatorAnswers.set(message.id, message.envelope);
        break;
      case 'simulator-view':
        this.lastView = message.view;
        break;
    }
    for (const watcher of [...this.#watchers]) {
      watcher();
    }
  }

  #changed(deadline: number, what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(done);
        resolve();
      };
      const timer = setTimeout(
        () => {
          this.#watchers.delete(done);
          reject(new Error(`waited in vain for ${what}; seen: ${JSON.stringify(this.events.slice(-8))}`));
        },
        Math.max(0, deadline - performance.now()),
      );
      this.#watchers.add(done);
    });
  }

  #send(message: ToReaderHost): void {
    this.child.send(message);
  }
}
