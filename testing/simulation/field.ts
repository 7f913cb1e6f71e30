import type { ReaderCommand, ReaderEvent } from '../../contract/ipc/reader.ts';
import type { TearPoint } from '../../contract/ipc/simulator.ts';
import type { ReaderKeys } from '../../terminal-core/readers/simulated/reader-front.ts';
import type { Chance } from './chance.ts';
import type { SimulatedTime } from './simulated-time.ts';
import type { Wristband, Wristbands } from './tags.ts';

type Report = (event: ReaderEvent) => void;
type Transmit = Extract<ReaderCommand, { kind: 'transmit' }>;

/** What may go wrong with the next writing command while the tag stays where it is. */
export type Flaw = 'not-taken' | 'half-taken' | 'garbled-answer' | 'no-answer';

interface Stay {
  readonly presenceId: number;
  readonly tag: Wristband;
}

const commandMs = { least: 4, most: 18 } as const;

/**
 * One reader with its host, as the till host hears of it: a command takes its time, and whatever leaves the field, or dies,
 * meanwhile takes the answer with it. What reaches the tag is done to the tag, whether anybody hears of it or not.
 */
export class Field {
  readonly #time: SimulatedTime;
  readonly #chance: Chance;
  readonly #tags: Wristbands;
  readonly #keys: ReaderKeys = { loaded: null };
  #report: Report | null = null;
  #stay: Stay | null = null;
  #lastPresenceId = 0;
  #pending: { readonly command: Transmit; readonly stop: () => void } | null = null;
  /** Of the next writing command. */
  flaw: Flaw | null = null;

  constructor(time: SimulatedTime, chance: Chance, tags: Wristbands) {
    this.#time = time;
    this.#chance = chance;
    this.#tags = tags;
  }

  get tag(): Wristband | null {
    return this.#stay?.tag ?? null;
  }

  /** A reader host is started: it finds what lies there. */
  connect(report: Report): void {
    this.#report = report;
    const state = { kind: 'state', readerKind: 'simulated', readerName: 'Simulated reader', detail: null } as const;
    report({ ...state, state: 'ready' });
    const { tag } = this;
    if (tag) this.#arrive(tag);
  }

  /** The host is gone. A command that was under way may have reached the tag. */
  disconnect(): void {
    const pending = this.#drop();
    this.#report = null;
    if (pending && this.#stay && this.#chance.percent(50)) this.#tags.answer(this.#stay.tag, pending.apdu);
  }

  lay(tag: Wristband): void {
    this.takeAway();
    this.#tags.remember(tag);
    this.#arrive(tag);
  }

  /** Whatever was being written is torn off: before, in the middle of its page, or after. */
  takeAway(): void {
    const stay = this.#stay;
    if (!stay) return;
    const pending = this.#drop();
    if (pending) {
      const point = this.#chance.pick<TearPoint>(['before', 'during', 'after']);
      this.#tags.tear(stay.tag, pending.apdu, point);
      this.#fail(pending.id);
    }
    this.#stay = null;
    this.#report?.({ kind: 'card-gone', presenceId: stay.presenceId });
  }

  handle(command: ReaderCommand): void {
    if (this.#stay?.presenceId !== command.presenceId) {
      this.#fail(command.id);
      return;
    }
    const delayMs = this.#chance.between(commandMs.least, commandMs.most);
    if (command.kind === 'transmit') {
      const stop = this.#time.after(delayMs, () => this.#transmit(command));
      this.#pending = { command, stop };
    } else {
      const { tag } = this.#stay;
      this.#time.after(delayMs, () => this.#reset(command.id, command.presenceId, tag));
    }
  }

  #transmit(command: Transmit): void {
    const stay = this.#stay;
    this.#pending = null;
    if (!stay || !this.#report) return;
    const flaw = stay.tag.chip.isWrite(command.apdu) ? this.flaw : null;
    if (flaw) this.flaw = null;
    const response = this.#respond(stay.tag, command.apdu, flaw);
    if (response) this.#report({ kind: 'answer', id: command.id, response });
  }

  /** Null: the reader keeps silent, until the till host gives the question up. */
  #respond(tag: Wristband, apdu: Uint8Array, flaw: Flaw | null): Uint8Array | null {
    switch (flaw) {
      case null:
        return this.#tags.answer(tag, apdu);
      case 'not-taken':
        return Uint8Array.of(0x90, 0x00);
      case 'half-taken':
        this.#tags.tear(tag, apdu, 'during');
        return Uint8Array.of(0x90, 0x00);
      case 'garbled-answer':
        this.#tags.answer(tag, apdu);
        return Uint8Array.of(0x00);
      case 'no-answer':
        this.#tags.answer(tag, apdu);
        return null;
    }
  }

  #reset(id: number, presenceId: number, tag: Wristband): void {
    if (!this.#report) return;
    if (this.#stay?.presenceId !== presenceId) {
      this.#fail(id);
      return;
    }
    this.#stay = null;
    this.#report({ kind: 'card-gone', presenceId });
    this.#arrive(tag);
    this.#report({ kind: 'answer', id, response: new Uint8Array() });
  }

  #arrive(tag: Wristband): void {
    this.#lastPresenceId += 1;
    this.#stay = { presenceId: this.#lastPresenceId, tag };
    tag.chip.enterField(this.#keys);
    this.#report?.({ kind: 'card-present', presenceId: this.#lastPresenceId, atr: tag.chip.atr });
  }

  #fail(id: number): void {
    this.#report?.({ kind: 'failure', id, fault: 'card-gone', detail: 'the tag is not there any more' });
  }

  #drop(): Transmit | null {
    const pending = this.#pending;
    pending?.stop();
    this.#pending = null;
    return pending?.command ?? null;
  }
}
