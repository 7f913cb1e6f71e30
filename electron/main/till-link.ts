import {
  type FromTillHost,
  fromTillHostSchema,
  type ResultEnvelope,
  type TillHostOptions,
  type ToTillHost,
} from '../../contract/ipc/envelope.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import { type HostProcess, startHost } from './host-process.ts';
import { log } from './log.ts';

export interface TillLinkEvents {
  message(message: Exclude<FromTillHost, { kind: 'answer' }>): void;
  /** `fault` is what the till host said last, if it said why it cannot start. */
  gone(reason: string, fault: Fault | null): void;
}

/** One run of the till host: its messages checked, its answers matched to their questions. */
export class TillLink {
  readonly startedMs = performance.now();
  private readonly host: HostProcess;
  private readonly waiting = new Map<number, (envelope: ResultEnvelope) => void>();
  private lastCallId = 0;
  private isGone = false;
  private failure: Fault | null = null;
  private readonly ended: Promise<void>;

  constructor(options: TillHostOptions, events: TillLinkEvents) {
    this.host = startHost('till-host');
    let settleEnded = (): void => undefined;
    this.ended = new Promise((resolve) => {
      settleEnded = resolve;
    });
    this.host.onMessage((raw) => this.receive(raw, events));
    this.host.onExit((reason) => {
      this.isGone = true;
      for (const answer of this.waiting.values()) answer(stopped(reason));
      this.waiting.clear();
      settleEnded();
      events.gone(reason, this.failure);
    });
    this.post({ kind: 'start', options });
    log('info', 'till host started', { runsIn: this.host.runsIn });
  }

  post(message: ToTillHost): void {
    if (!this.isGone) this.host.post(message);
  }

  /** Never rejects: a till host that dies before it has answered answers `TILL_STOPPED`. */
  call(operation: string, request: unknown): Promise<ResultEnvelope> {
    if (this.isGone) return Promise.resolve(stopped('the till host is not running'));
    this.lastCallId += 1;
    const id = this.lastCallId;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.post({ kind: 'call', id, operation, request });
    });
  }

  /** Lets the till finish what it writes; after `timeoutMs` it is ended like any other crash. */
  async stop(timeoutMs: number): Promise<void> {
    this.post({ kind: 'stop' });
    const timer = setTimeout(() => {
      log('error', 'the till host did not stop in time', { timeoutMs });
      this.host.kill();
    }, timeoutMs);
    await this.ended;
    clearTimeout(timer);
  }

  private receive(raw: unknown, events: TillLinkEvents): void {
    const parsed = fromTillHostSchema.safeParse(raw);
    if (!parsed.success) {
      // Main and host are built together: a message out of the contract is a broken build, not something to live with.
      log('error', 'the till host said something out of the contract', { problem: parsed.error.message });
      this.host.kill();
      return;
    }
    const message = parsed.data;
    if (message.kind === 'answer') {
      this.waiting.get(message.id)?.(message.envelope);
      this.waiting.delete(message.id);
      return;
    }
    if (message.kind === 'failed') this.failure = message.fault;
    events.message(message);
  }
}

function stopped(reason: string): ResultEnvelope {
  return { ok: false, fault: { code: 'TILL_STOPPED', message: `The till is being started again (${reason}).` } };
}
