import {
  type FromReaderHost,
  fromReaderHostSchema,
  type ReaderHostOptions,
  type ResultEnvelope,
  type ToReaderHost,
} from '../../contract/ipc/envelope.ts';
import type { SimulatorCommand } from '../../contract/ipc/simulator.ts';
import { type HostProcess, startHost } from './host-process.ts';
import { log } from './log.ts';

const stopTimeoutMs = 1_000;

export interface ReaderLinkEvents {
  message(message: Exclude<FromReaderHost, { kind: 'simulator-answer' }>): void;
  gone(reason: string): void;
}

/** One run of the reader host. It may be killed at any moment: no key and no meaning is in it. */
export class ReaderLink {
  readonly startedMs = performance.now();
  readonly readerKind: ReaderHostOptions['readerKind'];
  private readonly host: HostProcess;
  private readonly waiting = new Map<number, (envelope: ResultEnvelope) => void>();
  private lastCommandId = 0;
  private isGone = false;
  private readonly ended: Promise<void>;

  constructor(options: ReaderHostOptions, events: ReaderLinkEvents) {
    this.readerKind = options.readerKind;
    this.host = startHost('reader-host');
    let settleEnded = (): void => undefined;
    this.ended = new Promise((resolve) => {
      settleEnded = resolve;
    });
    this.host.onMessage((raw) => this.receive(raw, events));
    this.host.onExit((reason) => {
      this.isGone = true;
      for (const answer of this.waiting.values()) answer(unavailable(reason));
      this.waiting.clear();
      settleEnded();
      events.gone(reason);
    });
    this.post({ kind: 'start', options });
    log('info', 'reader host started', { runsIn: this.host.runsIn, readerKind: options.readerKind });
  }

  post(message: ToReaderHost): void {
    if (!this.isGone) this.host.post(message);
  }

  /** Never rejects; refused by a reader that is not simulated. */
  simulate(command: SimulatorCommand): Promise<ResultEnvelope> {
    if (this.isGone) return Promise.resolve(unavailable('the reader host is not running'));
    this.lastCommandId += 1;
    const id = this.lastCommandId;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.post({ kind: 'simulator', id, command });
    });
  }

  /** Resolves when the process has ended: two reader hosts at once would take the reader from each other. */
  async stop(): Promise<void> {
    this.post({ kind: 'stop' });
    const timer = setTimeout(() => this.host.kill(), stopTimeoutMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends a process that answers nothing any more; its end is told like any other. */
  kill(): void {
    this.host.kill();
  }

  private receive(raw: unknown, events: ReaderLinkEvents): void {
    const parsed = fromReaderHostSchema.safeParse(raw);
    if (!parsed.success) {
      log('error', 'the reader host said something out of the contract', { problem: parsed.error.message });
      this.host.kill();
      return;
    }
    const message = parsed.data;
    if (message.kind === 'simulator-answer') {
      this.waiting.get(message.id)?.(message.envelope);
      this.waiting.delete(message.id);
      return;
    }
    events.message(message);
  }
}

function unavailable(reason: string): ResultEnvelope {
  return {
    ok: false,
    fault: { code: 'READER_UNAVAILABLE', message: `The reader is being started again (${reason}).` },
  };
}
