import { connect, type Socket } from 'node:net';

/**
 * One tag's end of the protocol of vpcd, the virtual reader driver: both ways a 2-byte big-endian length and the bytes;
 * one byte is a control message. The tag is in the field while the connection is open.
 */
const control = { powerOff: 0, powerOn: 1, reset: 2, getAtr: 4 } as const;
const reconnectMs = 20;

export interface VpcdEvents {
  /** The service has looked at the tag. */
  readonly noticed: () => void;
  /** The field was switched off and on. */
  readonly powered: () => void;
  /** Whether the next APDU is certain to be answered at once. */
  readonly isAnswerCertain: () => boolean;
  /** Null: the tag leaves without an answer. */
  readonly answer: (apdu: Uint8Array) => Promise<Uint8Array | null>;
}

/** A tag lying on the reader; a service that goes and comes back finds it lying there still. */
export class VpcdLink {
  readonly #port: number;
  readonly #atr: Uint8Array;
  readonly #events: VpcdEvents;
  #socket: Socket | null = null;
  #retry: NodeJS.Timeout | undefined;
  #isRemoved = false;
  /** Half of the next answer's length is on its way. */
  #hasPromised = false;

  constructor(port: number, atr: Uint8Array, events: VpcdEvents) {
    this.#port = port;
    this.#atr = atr;
    this.#events = events;
    this.#open();
  }

  /**
   * Takes the tag away. The connection is reset, because one closed in order is reported to the client as an answer of no
   * bytes; and never after half a length, which crashes pcscd: that answer still goes out first.
   */
  remove(): void {
    this.#isRemoved = true;
    clearTimeout(this.#retry);
    if (!this.#hasPromised) {
      this.#socket?.resetAndDestroy();
    }
  }

  #open(): void {
    const socket = connect({ host: '127.0.0.1', port: this.#port, noDelay: true });
    this.#socket = socket;
    this.#hasPromised = false;
    const frames = new FrameReader((length) => this.#announced(socket, length));
    socket.on('data', (chunk) => {
      for (const message of frames.take(chunk)) {
        void this.#take(socket, message);
      }
    });
    socket.on('error', () => {
      // Refused while there is no service, reset when it goes: `close` follows and tries again.
    });
    socket.on('close', () => {
      if (!this.#isRemoved) {
        this.#retry = setTimeout(() => this.#open(), reconnectMs);
      }
    });
  }

  /**
   * The first byte of an answer's length is always 0. Sent at once, it acknowledges the length just received; without it
   * vpcd would wait 40 ms (Nagle and delayed acknowledgement) before it sends the APDU itself.
   */
  #announced(socket: Socket, length: number): void {
    if (length > 1 && this.#events.isAnswerCertain()) {
      this.#hasPromised = true;
      socket.write(Uint8Array.of(0));
    }
  }

  async #take(socket: Socket, message: Uint8Array): Promise<void> {
    if (message.length === 1) {
      this.#control(socket, message[0]);
      return;
    }
    const response = await this.#events.answer(message);
    if (response === null || socket.destroyed) {
      return;
    }
    const length = this.#hasPromised ? [response.length] : [0, response.length];
    this.#hasPromised = false;
    socket.write(Uint8Array.of(...length, ...response));
    if (this.#isRemoved) {
      socket.resetAndDestroy();
    }
  }

  #control(socket: Socket, code: number | undefined): void {
    switch (code) {
      case control.getAtr:
        socket.write(Uint8Array.of(0, this.#atr.length, ...this.#atr));
        this.#events.noticed();
        return;
      case control.powerOn:
      case control.reset:
        this.#events.powered();
        return;
      case control.powerOff:
        return;
      default:
        throw new Error(`vpcd sent the unknown control message ${code}`);
    }
  }
}

/** Cuts the stream into messages; `announced` is called for each length as soon as it is known. */
class FrameReader {
  readonly #announced: (length: number) => void;
  #received = Buffer.alloc(0);
  #isAnnounced = false;

  constructor(announced: (length: number) => void) {
    this.#announced = announced;
  }

  take(chunk: Buffer): readonly Uint8Array[] {
    this.#received = Buffer.concat([this.#received, chunk]);
    const messages: Uint8Array[] = [];
    while (this.#received.length >= 2) {
      const length = this.#received.readUInt16BE(0);
      if (!this.#isAnnounced) {
        this.#isAnnounced = true;
        this.#announced(length);
      }
      if (this.#received.length < 2 + length) {
        break;
      }
      messages.push(Uint8Array.from(this.#received.subarray(2, 2 + length)));
      this.#received = this.#received.subarray(2 + length);
      this.#isAnnounced = false;
    }
    return messages;
  }
}
