import { EventEmitter } from 'node:events';
import { ccidEscape, disposition, protocol, readerState, shareMode } from './constants.ts';
import { openContext, type PcscCard, type PcscContext } from './native.ts';
import { PcscError, pcscError } from './pcsc-error.ts';

type Done<T> = (error: Error | null, value?: T) => void;

interface Connection {
  readonly card: PcscCard;
  /** The stay of a card this connection belongs to. */
  readonly insertion: number;
}

/**
 * One reader, with the calls and events nfc-pcsc expects: `status {state, atr}`, `error`, `end`. Native calls run one at a
 * time and in order, so that none waits on the main thread for another; a context of its own keeps readers apart.
 */
export class CardReader extends EventEmitter {
  readonly name: string;
  /** Updated after the `status` event, because nfc-pcsc looks for what has changed. */
  state: number = readerState.unaware;
  /** +1 each time a card comes or goes: what belongs to an earlier number is about a card that is no longer there. */
  insertion = 0;

  readonly SCARD_SHARE_SHARED = shareMode.shared;
  readonly SCARD_SHARE_DIRECT = shareMode.direct;
  readonly SCARD_LEAVE_CARD = disposition.leave;
  readonly SCARD_UNPOWER_CARD = disposition.unpower;
  readonly SCARD_STATE_EMPTY = readerState.empty;
  readonly SCARD_STATE_PRESENT = readerState.present;
  readonly IOCTL_CCID_ESCAPE = ccidEscape;

  #context: PcscContext | null = null;
  #connection: Connection | null = null;
  #lastCall: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(name: string) {
    super();
    this.name = name;
  }

  /**
   * What the connected card answered to its reset; null where none is connected. A card that comes back at once is reported
   * before the service has powered it, and so without its answer.
   */
  get atr(): Buffer | null {
    return this.#connection?.insertion === this.insertion ? this.#connection.card.atr : null;
  }

  /** Called by the service for every state it sees. */
  report(state: number, atr: Buffer | null): void {
    if (this.#isClosed) {
      return;
    }
    if (((this.state ^ state) & (readerState.present | readerState.empty)) !== 0) {
      this.insertion += 1;
    }
    this.emit('status', atr === null ? { state } : { state, atr });
    this.state = state;
  }

  /** A failure is an `error` event too, because nfc-pcsc loses the one of a card that came and could not be reached. */
  connect(options: { readonly share_mode: number }, done: Done<number>): void {
    this.#enqueue(
      'SCardConnect',
      async () => {
        const { insertion } = this;
        if (this.#connection?.insertion === insertion) {
          return this.#connection.card.protocol;
        }
        this.#release(disposition.leave);
        const card = await this.#reach(options.share_mode);
        this.#connection = { card, insertion };
        return card.protocol;
      },
      (error, active) => {
        done(error, active);
        if (error !== null && !this.#isClosed) {
          this.emit('error', error);
        }
      },
    );
  }

  disconnect(after: number, done: Done<void>): void {
    this.#enqueue('SCardDisconnect', async () => this.#release(after), done);
  }

  transmit(apdu: Buffer, responseLengthMax: number, _protocol: number, done: Done<Buffer>): void {
    this.#enqueue('SCardTransmit', () => this.#connected().transmit(apdu, { maxRecvLength: responseLengthMax }), done);
  }

  control(command: Buffer, code: number, _responseLengthMax: number, done: Done<Buffer>): void {
    this.#enqueue('SCardControl', () => this.#connected().control(code, command), done);
  }

  close(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    this.#lastCall = this.#lastCall.then(() => {
      this.#release(disposition.leave);
      this.#context?.close();
      this.#context = null;
    });
    this.removeAllListeners('status');
    process.nextTick(() => this.emit('end'));
  }

  async #reach(share: number): Promise<PcscCard> {
    this.#context ??= openContext();
    const reader = this.#context.listReaders().find(({ name }) => name === this.name);
    if (reader === undefined) {
      throw new PcscError('READER_GONE', `SCardConnect: there is no reader ${this.name} any more`);
    }
    const wanted = share === shareMode.direct ? protocol.undefined : protocol.t0 | protocol.t1;
    return reader.connect(share, wanted);
  }

  #connected(): PcscCard {
    if (this.#connection === null || this.#connection.insertion !== this.insertion) {
      throw new PcscError('CARD_REMOVED', 'the card this was meant for is gone');
    }
    return this.#connection.card;
  }

  /** That a card or the service is gone already is no failure to let go of it. */
  #release(after: number): void {
    const connection = this.#connection;
    this.#connection = null;
    try {
      connection?.card.disconnect(after);
    } catch (cause) {
      const error = pcscError('SCardDisconnect', cause);
      if (error.code === 'OTHER') {
        throw error;
      }
    }
  }

  #enqueue<T>(call: string, run: () => Promise<T>, done: Done<T>): void {
    const running = this.#lastCall.then(run);
    this.#lastCall = running.catch(() => undefined);
    running.then(
      (value) => done(null, value),
      (cause: unknown) => done(pcscError(call, cause)),
    );
  }
}
