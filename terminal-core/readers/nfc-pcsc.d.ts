/** nfc-pcsc has no types of its own; this is the part of it that is used, with what lies under it (`pcsclite/`). */
declare module 'nfc-pcsc' {
  import type { EventEmitter } from 'node:events';

  export class NFC extends EventEmitter {
    /** What `pcsclite/index.ts` gave: it also emits `service-up`. */
    readonly pcsc: EventEmitter;
    on(event: 'reader', listener: (reader: Reader) => void): this;
    on(event: 'error', listener: (error: unknown) => void): this;
    close(): void;
  }

  export class Reader extends EventEmitter {
    readonly name: string;
    readonly reader: {
      readonly insertion: number;
      /** Of the connected card. */
      readonly atr: Uint8Array | null;
      readonly SCARD_UNPOWER_CARD: number;
      disconnect(disposition: number, done: (error: Error | null) => void): void;
    };
    /** Null when no card is there. */
    readonly card: { readonly atr?: Uint8Array } | null;
    autoProcessing: boolean;
    on(event: 'card' | 'card.off' | 'end', listener: () => void): this;
    on(event: 'error', listener: (error: unknown) => void): this;
    /** Rejects when the card could not be reached; does nothing when it is connected already. */
    connect(): Promise<unknown>;
    transmit(apdu: Buffer, responseLengthMax: number): Promise<Uint8Array>;
  }
}
