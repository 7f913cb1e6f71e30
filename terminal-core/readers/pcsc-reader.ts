import { NFC, type Reader } from 'nfc-pcsc';
import type { ReaderCommand, ReaderState } from '../../contract/ipc/reader.ts';
import { CardSlot, type SlotTrouble } from './card-slot.ts';
import { type PcscFailure, pcscFailureOf } from './pcsc-failure.ts';
import type { ReaderDevice, ReportReaderEvent } from './reader-device.ts';

export interface PcscReaderOptions {
  /** Part of the reader's name; null takes the first one. */
  readonly readerName: string | null;
  readonly report: ReportReaderEvent;
  /** The driver has not come back from a call for `stuckMs`: only a new process helps. */
  readonly giveUp: (detail: string) => void;
}

const stuckMs = 10_000;

interface Used {
  readonly reader: Reader;
  readonly slot: CardSlot;
}

/** A PC/SC reader through nfc-pcsc. It comes and goes with the service and the plug, and is found again by itself. */
export class PcscReader implements ReaderDevice {
  readonly #options: PcscReaderOptions;
  readonly #readers = new Set<Reader>();
  #nfc: NFC | null = null;
  #used: Used | null = null;
  #failure: PcscFailure | null = null;
  #isServiceUp = false;
  #trouble: SlotTrouble | null = null;
  #stuckTimer: NodeJS.Timeout | undefined;
  #lastPresenceId = 0;
  #lastReported = '';

  constructor(options: PcscReaderOptions) {
    this.#options = options;
  }

  start(): void {
    this.#reportState();
    const nfc = new NFC();
    this.#nfc = nfc;
    nfc.on('error', (error) => {
      this.#isServiceUp = false;
      this.#failure = pcscFailureOf(error);
      this.#letGo();
      this.#reportState();
    });
    nfc.pcsc.on('service-up', () => {
      this.#isServiceUp = true;
      this.#failure = null;
      this.#choose();
    });
    nfc.on('reader', (reader) => this.#readerCame(reader));
  }

  handle(command: ReaderCommand): void {
    if (this.#used === null) {
      const detail = `presence ${command.presenceId} is over`;
      this.#options.report({ kind: 'failure', id: command.id, fault: 'card-gone', detail });
      return;
    }
    void this.#used.slot.handle(command);
  }

  close(): void {
    this.#letGo();
    this.#nfc?.close();
  }

  #readerCame(reader: Reader): void {
    this.#readers.add(reader);
    reader.on('end', () => this.#readerWent(reader));
    this.#choose();
  }

  #readerWent(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#used?.reader === reader) {
      this.#letGo();
    }
    this.#choose();
  }

  #letGo(): void {
    this.#used?.slot.close();
    this.#used = null;
    this.#trouble = null;
    clearTimeout(this.#stuckTimer);
  }

  /** Readers of a service that has just gone end one by one: none of them is taken any more. */
  #choose(): void {
    if (this.#used === null && this.#failure === null) {
      const reader = [...this.#readers].find(({ name }) => isWanted(name, this.#options.readerName));
      if (reader !== undefined) {
        const slot = new CardSlot(reader, {
          report: this.#options.report,
          nextPresenceId: () => {
            this.#lastPresenceId += 1;
            return this.#lastPresenceId;
          },
          troubled: (trouble) => this.#troubled(trouble),
        });
        this.#used = { reader, slot };
      }
    }
    this.#reportState();
  }

  #troubled(trouble: SlotTrouble | null): void {
    this.#trouble = trouble;
    clearTimeout(this.#stuckTimer);
    if (trouble?.kind === 'silent') {
      this.#stuckTimer = setTimeout(() => this.#options.giveUp(trouble.detail), stuckMs);
    }
    this.#reportState();
  }

  #reportState(): void {
    const { state, detail } = this.#state();
    const readerName = this.#used?.reader.name ?? null;
    const reported = JSON.stringify([state, readerName, detail]);
    if (reported !== this.#lastReported) {
      this.#lastReported = reported;
      this.#options.report({ kind: 'state', readerKind: 'pcsc', state, readerName, detail });
    }
  }

  #state(): { readonly state: ReaderState; readonly detail: string | null } {
    if (this.#failure !== null) {
      return { state: stateOfFailure(this.#failure), detail: this.#failure.detail };
    }
    if (this.#used !== null) {
      return this.#trouble === null
        ? { state: 'ready', detail: null }
        : { state: 'fault', detail: this.#trouble.detail };
    }
    return this.#isServiceUp ? { state: 'missing', detail: this.#missing() } : { state: 'starting', detail: null };
  }

  #missing(): string {
    const found = [...this.#readers].map(({ name }) => name);
    return found.length === 0 ? 'no reader is plugged in' : `none of these readers is meant: ${found.join(', ')}`;
  }
}

/** Readers with a slot for a security module show it as a second reader, in which no tag will ever lie. */
function isWanted(name: string, readerName: string | null): boolean {
  return readerName === null ? !/\bSAM\b/.test(name) : name.toLowerCase().includes(readerName.toLowerCase());
}

function stateOfFailure({ code }: PcscFailure): ReaderState {
  switch (code) {
    case 'UNAVAILABLE':
      return 'unavailable';
    case 'SERVICE_DOWN':
      return 'service-down';
    case 'CARD_REMOVED':
    case 'CARD_RESET':
    case 'CARD_UNRESPONSIVE':
    case 'READER_GONE':
    case 'OTHER':
      return 'fault';
  }
}
