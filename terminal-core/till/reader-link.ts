import type { ReaderCommand, ReaderEvent } from '../../contract/ipc/reader.ts';
import type { Presence, ReaderPort, ReaderStatus, Timers } from '../checkout/ports.ts';
import { limits } from '../domain/limits.ts';
import type { Transmit, TransmitResult } from '../tag/transmit.ts';

/**
 * The reader host as a `ReaderPort`: questions go out with a number, answers come back by it. When the reader host dies,
 * every open question is answered `card-gone`, and the field is empty until a new host says otherwise.
 */
export class ReaderLink implements ReaderPort {
  readonly #post: (command: ReaderCommand) => void;
  readonly #timers: Timers;
  readonly #listeners = new Set<() => void>();
  readonly #onStuck: () => void;
  readonly #waiting = new Map<number, (result: TransmitResult) => void>();
  #nextId = 1;
  #status: ReaderStatus;
  #presence: Presence | null = null;
  /** The number this presence has in its reader host, which counts from 1 again when it is restarted. */
  #hostPresenceId = 0;
  #lastPresenceId = 0;

  /** @param onStuck the reader host has left a question open for too long; whoever started it should end it */
  constructor(
    kind: ReaderStatus['kind'],
    post: (command: ReaderCommand) => void,
    timers: Timers,
    onStuck: () => void = () => undefined,
  ) {
    this.#onStuck = onStuck;
    this.#status = { kind, state: 'starting', name: null, detail: null };
    this.#post = post;
    this.#timers = timers;
  }

  get status(): ReaderStatus {
    return this.#status;
  }

  get presence(): Presence | null {
    return this.#presence;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  transmitTo(presenceId: number): Transmit {
    return (apdu) =>
      this.#ask(presenceId, (id, hostPresenceId) => ({ kind: 'transmit', id, presenceId: hostPresenceId, apdu }));
  }

  async reset(presenceId: number): Promise<boolean> {
    const back = this.#nextPresence(presenceId);
    const answer = await this.#ask(presenceId, (id, hostPresenceId) => ({
      kind: 'reset',
      id,
      presenceId: hostPresenceId,
    }));
    if (!answer.ok) back.giveUp();
    return back.result;
  }

  handle(event: ReaderEvent): void {
    switch (event.kind) {
      case 'state':
        this.#status = { kind: event.readerKind, state: event.state, name: event.readerName, detail: event.detail };
        this.#changed();
        break;
      case 'card-present':
        this.#hostPresenceId = event.presenceId;
        this.#lastPresenceId += 1;
        this.#presence = { presenceId: this.#lastPresenceId, atr: event.atr };
        this.#changed();
        break;
      case 'card-gone':
        // A late word about a card that another has followed already.
        if (!this.#presence || this.#hostPresenceId !== event.presenceId) return;
        this.#presence = null;
        this.#changed();
        break;
      case 'answer':
        this.#answer(event.id, { ok: true, response: event.response });
        break;
      case 'failure':
        this.#answer(event.id, { ok: false, fault: event.fault, detail: event.detail });
        break;
    }
  }

  hostGone(detail: string): void {
    this.#presence = null;
    this.#status = { ...this.#status, state: 'starting', detail };
    for (const id of [...this.#waiting.keys()]) this.#answer(id, { ok: false, fault: 'card-gone', detail });
    this.#changed();
  }

  #ask(presenceId: number, command: (id: number, hostPresenceId: number) => ReaderCommand): Promise<TransmitResult> {
    if (this.#presence?.presenceId !== presenceId)
      return Promise.resolve({ ok: false, fault: 'card-gone', detail: `presence ${presenceId} is over` });
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const stopTimer = this.#timers.after(limits.readerAnswerMs, () => this.#giveUp(id));
      this.#waiting.set(id, (result) => {
        stopTimer();
        resolve(result);
      });
      this.#post(command(id, this.#hostPresenceId));
    });
  }

  #giveUp(id: number): void {
    this.#answer(id, { ok: false, fault: 'timeout', detail: 'the reader host does not answer' });
    this.#onStuck();
  }

  #answer(id: number, result: TransmitResult): void {
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.(result);
  }

  /** Whether another presence follows this one in time; `giveUp` when it is known that none will. */
  #nextPresence(presenceId: number): { readonly result: Promise<boolean>; giveUp(): void } {
    let finish: (isBack: boolean) => void = () => undefined;
    const result = new Promise<boolean>((resolve) => {
      finish = (isBack) => {
        stopListening();
        stopTimer();
        resolve(isBack);
      };
    });
    const stopListening = this.onChange(() => {
      if (this.#presence && this.#presence.presenceId !== presenceId) finish(true);
    });
    const stopTimer = this.#timers.after(limits.fieldResetMs, () => finish(false));
    return { result, giveUp: () => finish(false) };
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
