import type { Reader } from 'nfc-pcsc';
import type { ReaderCommand, TransmitFault } from '../../contract/ipc/reader.ts';
import { type Exchange, sendApdu, within } from './apdu-exchange.ts';
import { type PcscFailure, pcscFailureOf } from './pcsc-failure.ts';
import type { ReportReaderEvent } from './reader-device.ts';

/** An APDU to a tag takes some 10 ms; a reader that needs longer than this has lost it. */
const apduTimeoutMs = 2_000;
/** The driver polls for cards (pcscd every 400 ms): so long it may take until a removed card is reported so. */
const removalNoticeMs = 600;
const connectRetryMs = 250;
const connectAttemptsMax = 8;

interface Presence {
  readonly presenceId: number;
  /** The stay of a card in this reader, as `pcsclite/` counts them. */
  readonly insertion: number;
}

/** What keeps a reader that is there from being of use. */
export interface SlotTrouble {
  /** `silent`: an APDU was not answered. `card`: a card is there that cannot be reached. */
  readonly kind: 'silent' | 'card';
  /** English, for support. */
  readonly detail: string;
}

export interface CardSlotEvents {
  readonly report: ReportReaderEvent;
  readonly nextPresenceId: () => number;
  /** Null when it is over. */
  readonly troubled: (trouble: SlotTrouble | null) => void;
}

/** The one place in a PC/SC reader where a card can be: which stay it is, and its APDUs under a watchdog. */
export class CardSlot {
  readonly #reader: Reader;
  readonly #events: CardSlotEvents;
  #presence: Presence | null = null;
  #departureListeners: (() => void)[] = [];
  #connectAttempts = 0;
  #retry: NodeJS.Timeout | null = null;
  #trouble: SlotTrouble | null = null;
  #isClosed = false;

  constructor(reader: Reader, events: CardSlotEvents) {
    this.#reader = reader;
    this.#events = events;
    // Its own processing would read UIDs and select applications, which is the till host's to decide.
    reader.autoProcessing = false;
    reader.on('card', () => this.#cardConnected());
    reader.on('card.off', () => this.#cardLeft());
    reader.on('error', (error) => this.#connectFailed(pcscFailureOf(error)));
    if (reader.card !== null) {
      void this.#connect();
    }
  }

  async handle(command: ReaderCommand): Promise<void> {
    const presence = this.#presence;
    if (presence === null || presence.presenceId !== command.presenceId) {
      return this.#fail(command.id, 'card-gone', `presence ${command.presenceId} is over`);
    }
    switch (command.kind) {
      case 'transmit':
        return this.#transmit(presence, command.id, command.apdu);
      case 'reset':
        return this.#reset(command.id);
    }
  }

  /** The reader is not used any more: the stay of its card ends here. */
  close(): void {
    this.#endPresence();
    this.#isClosed = true;
    if (this.#retry !== null) {
      clearTimeout(this.#retry);
    }
  }

  async #transmit(presence: Presence, id: number, apdu: Uint8Array): Promise<void> {
    if (presence.insertion !== this.#reader.reader.insertion) {
      this.#endPresence();
      return this.#fail(id, 'card-gone', 'the card is gone');
    }
    const sending = sendApdu(this.#reader, apdu);
    const outcome = await within(apduTimeoutMs, sending);
    switch (outcome.kind) {
      case 'answered':
        return this.#report({ kind: 'answer', id, response: outcome.response });
      case 'failed':
        return this.#transmitFailed(presence, id, outcome.failure);
      case 'timeout':
        return this.#noAnswer(id, sending);
    }
  }

  /**
   * A driver says of a card torn off only that the exchange failed, and notices later that it is gone: so much is worth
   * waiting for, because the two mean different things to the cashier. One that says "removed" of a card that stays gets
   * its field switched off and on.
   */
  async #transmitFailed(presence: Presence, id: number, failure: PcscFailure): Promise<void> {
    const isRemoved = failure.code === 'CARD_REMOVED';
    if (isRemoved) {
      this.#fail(id, 'card-gone', failure.detail);
      this.#end(presence);
    }
    const hasLeft = await this.#leavesSoon(presence);
    if (!isRemoved) {
      this.#fail(id, hasLeft ? 'card-gone' : 'failed', failure.detail);
    }
    if (hasLeft) {
      this.#end(presence);
    } else if (isRemoved || failure.code === 'CARD_RESET') {
      await this.#renew();
    }
  }

  /** The stay ends with the watchdog: whatever the reader still says is about an APDU nobody waits for. */
  async #noAnswer(id: number, sending: Promise<Exchange>): Promise<void> {
    const detail = `no answer within ${apduTimeoutMs} ms`;
    this.#fail(id, 'timeout', detail);
    this.#endPresence();
    this.#setTrouble({ kind: 'silent', detail });
    await sending;
    if (!this.#isClosed) {
      this.#setTrouble(null);
      await this.#renew();
    }
  }

  async #reset(id: number): Promise<void> {
    const renewed = await this.#renew();
    if (renewed === null) {
      return this.#report({ kind: 'answer', id, response: new Uint8Array() });
    }
    this.#fail(id, renewed.code === 'CARD_REMOVED' ? 'card-gone' : 'failed', renewed.detail);
  }

  /** Switches the field off and on; a card that is still there begins a new stay. Null when it did. */
  async #renew(): Promise<PcscFailure | null> {
    this.#endPresence();
    const { reader } = this.#reader;
    const released = await new Promise<Error | null>((resolve) =>
      reader.disconnect(reader.SCARD_UNPOWER_CARD, resolve),
    );
    if (released !== null) {
      return pcscFailureOf(released);
    }
    return this.#connect();
  }

  async #connect(): Promise<PcscFailure | null> {
    if (this.#isClosed || this.#reader.card === null) {
      return { code: 'CARD_REMOVED', detail: 'there is no card' };
    }
    try {
      await this.#reader.connect();
    } catch (error) {
      return pcscFailureOf(error);
    }
    this.#cardConnected();
    return this.#presence === null ? { code: 'CARD_REMOVED', detail: 'the card is gone' } : null;
  }

  /** nfc-pcsc may say so twice about one card, and about a card that has just left. */
  #cardConnected(): void {
    const { card } = this.#reader;
    const { insertion, atr } = this.#reader.reader;
    if (
      this.#isClosed ||
      this.#trouble?.kind === 'silent' ||
      card === null ||
      this.#presence?.insertion === insertion
    ) {
      return;
    }
    this.#endPresence();
    this.#connectAttempts = 0;
    this.#setTrouble(null);
    const presenceId = this.#events.nextPresenceId();
    this.#presence = { presenceId, insertion };
    this.#report({ kind: 'card-present', presenceId, atr: Uint8Array.from(atr ?? card.atr ?? []) });
  }

  #cardLeft(): void {
    this.#connectAttempts = 0;
    if (this.#trouble?.kind === 'card') {
      this.#setTrouble(null);
    }
    this.#endPresence();
    for (const departed of this.#departureListeners.splice(0)) {
      departed();
    }
  }

  /** A card at the edge of the field is seen before it can be reached. */
  #connectFailed(failure: PcscFailure): void {
    if (this.#isClosed || this.#retry !== null || failure.code === 'SERVICE_DOWN') {
      return;
    }
    if (this.#connectAttempts >= connectAttemptsMax) {
      this.#setTrouble({ kind: 'card', detail: failure.detail });
      return;
    }
    this.#connectAttempts += 1;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      if (this.#presence === null) {
        void this.#connect();
      }
    }, connectRetryMs);
  }

  #leavesSoon({ insertion }: Presence): Promise<boolean> {
    if (insertion !== this.#reader.reader.insertion) {
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), removalNoticeMs);
      this.#departureListeners.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  #setTrouble(trouble: SlotTrouble | null): void {
    if (!this.#isClosed && this.#trouble !== trouble) {
      this.#trouble = trouble;
      this.#events.troubled(trouble);
    }
  }

  #end(presence: Presence): void {
    if (this.#presence === presence) {
      this.#endPresence();
    }
  }

  #endPresence(): void {
    if (this.#presence !== null) {
      const { presenceId } = this.#presence;
      this.#presence = null;
      this.#report({ kind: 'card-gone', presenceId });
    }
  }

  #fail(id: number, fault: TransmitFault, detail: string): void {
    this.#report({ kind: 'failure', id, fault, detail });
  }

  #report(event: Parameters<ReportReaderEvent>[0]): void {
    if (!this.#isClosed || event.kind === 'failure') {
      this.#events.report(event);
    }
  }
}
