import { randomBytes } from 'node:crypto';
import type { ResultEnvelope } from '../../../contract/ipc/envelope.ts';
import type { ReaderCommand } from '../../../contract/ipc/reader.ts';
import type { SimulatorCommand, SimulatorView, TearPoint } from '../../../contract/ipc/simulator.ts';
import { toHex } from '../../tag/bytes.ts';
import type { ReaderDevice, ReportReaderEvent } from '../reader-device.ts';
import type { ReaderKeys } from './reader-front.ts';
import { type DrawerTag, type NewTag, TagDrawer } from './tag-drawer.ts';

/** How long a tag that was tapped stays after the till has last spoken to it. */
const tapIdleMs = 400;
const simulatedReaderName = 'Simulated reader';

/** Runs `act` after `delayMs` unless the returned function is called before. */
export type Schedule = (delayMs: number, act: () => void) => () => void;

export interface SimulatedReaderOptions {
  readonly dataFolder: string;
  /** Label of a tag to lay down at once, made if there is none. */
  readonly simulatedTag: string | null;
  readonly report: ReportReaderEvent;
  readonly show: (view: SimulatorView) => void;
  readonly schedule?: Schedule;
  readonly randomBytes?: (length: number) => Uint8Array;
}

/** What is to happen to the tag in the field. */
type Gesture =
  | { readonly kind: 'tap' }
  | { readonly kind: 'hold' }
  | { readonly kind: 'tear'; readonly point: TearPoint; readonly writesLeft: number };

interface Presence {
  readonly presenceId: number;
  readonly tag: DrawerTag;
  readonly gesture: Gesture;
  /** Whether what the tag held when it came is kept for a rollback. */
  readonly isWritten: boolean;
}

/** A reader without hardware, whose tags lie in a drawer that a person (or a test) opens. */
export class SimulatedReader implements ReaderDevice {
  readonly #options: SimulatedReaderOptions;
  readonly #schedule: Schedule;
  #drawer: TagDrawer | null = null;
  #presence: Presence | null = null;
  #lastPresenceId = 0;
  #cancelIdle: () => void = () => undefined;
  #isClosed = false;
  readonly #keys: ReaderKeys = { loaded: null };

  constructor(options: SimulatedReaderOptions) {
    this.#options = options;
    this.#schedule = options.schedule ?? scheduleTimer;
  }

  start(): void {
    try {
      this.#drawer = new TagDrawer(this.#options.dataFolder, this.#options.randomBytes ?? randomBytes);
    } catch (error) {
      this.#reportState('fault', error instanceof Error ? error.message : String(error));
      return;
    }
    this.#reportState('ready', null);
    const { simulatedTag } = this.#options;
    if (simulatedTag === null) {
      this.#show();
    } else {
      this.#layDown(this.#drawer.findByLabel(simulatedTag) ?? this.#drawer.create(simulatedTag), { kind: 'hold' });
    }
  }

  handle(command: ReaderCommand): void {
    const { id, presenceId } = command;
    const presence = this.#presence;
    if (presence === null || presence.presenceId !== presenceId) {
      this.#options.report({ kind: 'failure', id, fault: 'card-gone', detail: `presence ${presenceId} is over` });
      return;
    }
    switch (command.kind) {
      case 'transmit':
        this.#transmit(presence, id, command.apdu);
        return;
      case 'reset':
        this.#layDown(presence.tag, presence.gesture);
        this.#options.report({ kind: 'answer', id, response: new Uint8Array() });
        return;
    }
  }

  /** What a person does with the drawer. Unknown tags and labels twice are `USAGE`. */
  simulate(command: SimulatorCommand): ResultEnvelope {
    const drawer = this.#drawer;
    if (drawer === null) {
      return { ok: false, fault: { code: 'READER_FAULT', message: 'The simulated tags could not be read.' } };
    }
    switch (command.kind) {
      case 'create':
        if (drawer.findByLabel(command.label) !== null) {
          return usageFault(`There is a tag "${command.label}" already.`);
        }
        return this.#shown({ tagId: drawer.create(command.label, newTagOf(command)).tagId });
      case 'remove':
        this.#takeAway();
        return this.#shown({});
      case 'tap':
      case 'hold':
      case 'tear':
      case 'corrupt':
      case 'rollback':
      case 'clone':
      case 'delete': {
        const tag = drawer.find(command.tagId);
        return tag === null ? usageFault(`There is no tag ${command.tagId}.`) : this.#withTag(drawer, tag, command);
      }
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelIdle();
    this.#presence = null;
  }

  #withTag(
    drawer: TagDrawer,
    tag: DrawerTag,
    command: Exclude<SimulatorCommand, { kind: 'create' | 'remove' }>,
  ): ResultEnvelope {
    switch (command.kind) {
      case 'tap':
      case 'hold':
        this.#layDown(tag, { kind: command.kind });
        return { ok: true, result: {} };
      case 'tear':
        this.#layDown(tag, { kind: 'tear', point: command.point, writesLeft: command.writeNumber });
        return { ok: true, result: {} };
      case 'corrupt':
        drawer.corrupt(tag);
        return this.#shown({});
      case 'rollback':
        return drawer.rollBack(tag) ? this.#shown({}) : usageFault(`No older copy of "${tag.label}" is known.`);
      case 'clone':
        return this.#shown({ tagId: drawer.clone(tag).tagId });
      case 'delete':
        if (this.#presence?.tag === tag) {
          this.#takeAway();
        }
        drawer.delete(tag);
        return this.#shown({});
    }
  }

  #transmit(presence: Presence, id: number, apdu: Uint8Array): void {
    const { tag } = presence;
    const isWrite = tag.chip.isWrite(apdu);
    if (isWrite) {
      const counted = this.#countWrite(presence);
      if (counted.kind === 'tear' && counted.writesLeft === 0) {
        this.#tear(tag, counted.point, id, apdu);
        return;
      }
    }
    const response = tag.chip.answer(apdu);
    if (isWrite) {
      this.#drawer?.save();
    }
    this.#awaitIdle();
    this.#options.report({ kind: 'answer', id, response });
  }

  /** Before a write; what the tag held when it came is kept with the first one of its stay. */
  #countWrite(presence: Presence): Gesture {
    if (!presence.isWritten) {
      this.#drawer?.keepOlder(presence.tag);
    }
    const { gesture } = presence;
    const counted = gesture.kind === 'tear' ? { ...gesture, writesLeft: gesture.writesLeft - 1 } : gesture;
    this.#presence = { ...presence, gesture: counted, isWritten: true };
    return counted;
  }

  #tear(tag: DrawerTag, point: TearPoint, id: number, apdu: Uint8Array): void {
    tag.chip.tear(apdu, point);
    this.#drawer?.save();
    this.#options.report({ kind: 'failure', id, fault: 'card-gone', detail: `torn off ${point} a write` });
    this.#takeAway();
    this.#show();
  }

  /** Whatever lies there leaves first: the reader has room for one tag. */
  #layDown(tag: DrawerTag, gesture: Gesture): void {
    this.#takeAway();
    this.#lastPresenceId += 1;
    this.#presence = { presenceId: this.#lastPresenceId, tag, gesture, isWritten: false };
    tag.chip.enterField(this.#keys);
    this.#options.report({ kind: 'card-present', presenceId: this.#lastPresenceId, atr: tag.chip.atr });
    this.#awaitIdle();
    this.#show();
  }

  #takeAway(): void {
    this.#cancelIdle();
    if (this.#presence !== null) {
      const { presenceId } = this.#presence;
      this.#presence = null;
      this.#options.report({ kind: 'card-gone', presenceId });
    }
  }

  #awaitIdle(): void {
    this.#cancelIdle();
    if (this.#presence !== null && this.#presence.gesture.kind !== 'hold') {
      this.#cancelIdle = this.#schedule(tapIdleMs, () => {
        this.#takeAway();
        this.#show();
      });
    }
  }

  #shown(result: Readonly<Record<string, string>>): ResultEnvelope {
    this.#show();
    return { ok: true, result };
  }

  #show(): void {
    if (this.#drawer === null || this.#isClosed) {
      return;
    }
    this.#options.show({
      tags: this.#drawer.tags.map(({ tagId, label, chip }) => ({ tagId, label, uid: toHex(chip.uid) })),
      presentTagId: this.#presence?.tag.tagId ?? null,
    });
  }

  #reportState(state: 'ready' | 'fault', detail: string | null): void {
    this.#options.report({ kind: 'state', readerKind: 'simulated', state, readerName: simulatedReaderName, detail });
  }
}

const scheduleTimer: Schedule = (delayMs, act) => {
  const timer = setTimeout(act, delayMs);
  return () => clearTimeout(timer);
};

function usageFault(message: string): ResultEnvelope {
  return { ok: false, fault: { code: 'USAGE', message } };
}

/** A MIFARE Classic is ordinarily one with a short UID. */
function newTagOf({ technology = 'type2', uidLength }: Extract<SimulatorCommand, { kind: 'create' }>): NewTag {
  return technology === 'classic1k'
    ? { model: 'classic1k', uidLength: uidLength ?? 4 }
    : { model: 'ntag213', uidLength: uidLength ?? 7 };
}
