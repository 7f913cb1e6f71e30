import { EventEmitter } from 'node:events';
import { reportChange } from './card-change.ts';
import { CardReader } from './card-reader.ts';
import { readerListNotification, readerState } from './constants.ts';
import { openContext, type PcscContext } from './native.ts';
import { type PcscError, type PcscErrorCode, pcscError, watchError } from './pcsc-error.ts';

/** After this the service is asked again although nothing was reported: pcsc-lite 1.9 can miss a reader's coming. */
const watchMs = 1_000;
/** How soon a service that is down is tried again. */
const retryMs = 1_000;

interface SeenState {
  readonly name: string;
  readonly state: number;
  readonly changed: boolean;
  readonly atr: Buffer | null;
}

/**
 * The PC/SC service and its readers. Events: `reader` (CardReader) for each one that is there or comes; `service-up` when
 * the service answers and every reader it has was reported; `error` (PcscError) once for each reason why it does not, after which every
 * reader ends and the service is tried again for as long as it takes.
 */
export class PcscService extends EventEmitter {
  readonly readers: Record<string, CardReader> = {};
  #context: PcscContext | null = null;
  #retry: NodeJS.Timeout | null = null;
  #downBecause: PcscErrorCode | null = null;
  #isClosed = false;

  constructor() {
    super();
    process.once('exit', this.close);
    // Not at once: whoever made this has still to listen.
    process.nextTick(() => void this.#run());
  }

  /** Ends every reader and the watching. Without it a process would wait up to `watchMs` for its end. */
  readonly close = (): void => {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    process.off('exit', this.close);
    if (this.#retry !== null) {
      clearTimeout(this.#retry);
    }
    this.#endReaders();
    try {
      this.#context?.cancel();
    } catch (cause) {
      // A service that went away in this moment has nothing left to cancel.
      const error = pcscError('SCardCancel', cause);
      if (error.code === 'OTHER') {
        throw error;
      }
    }
  };

  async #run(): Promise<void> {
    try {
      await this.#watch();
    } catch (cause) {
      this.#lost(watchError(cause));
    } finally {
      this.#endReaders();
      this.#context?.close();
      this.#context = null;
      if (!this.#isClosed) {
        this.#retry = setTimeout(() => void this.#run(), retryMs);
      }
    }
  }

  #lost(error: PcscError): void {
    if (!this.#isClosed && this.#downBecause !== error.code) {
      this.#downBecause = error.code;
      this.emit('error', error);
    }
  }

  async #watch(): Promise<void> {
    this.#context = openContext();
    this.#list(this.#context);
    this.#downBecause = null;
    this.emit('service-up');
    while (!this.#isClosed) {
      const seen = await this.#nextChanges(this.#context);
      if (this.#isClosed) {
        return;
      }
      if (this.#takeChanges(seen)) {
        this.#list(this.#context);
      }
    }
  }

  /** Empty when nothing has changed for `watchMs`, and when a reader has gone while it was watched. */
  async #nextChanges(context: PcscContext): Promise<readonly SeenState[]> {
    const known = Object.values(this.readers).map(({ name, state }) => ({
      name,
      state: state & ~readerState.changed,
      changed: false,
      atr: null,
    }));
    const watched = [...known, { name: readerListNotification, state: 0, changed: false, atr: null }];
    try {
      return (await context.waitForChange(watched, watchMs)) ?? [];
    } catch (cause) {
      if (pcscError('SCardGetStatusChange', cause).code === 'READER_GONE') {
        return [];
      }
      throw cause;
    }
  }

  /** True when the list of readers has to be asked for again. */
  #takeChanges(seen: readonly SeenState[]): boolean {
    let isListStale = seen.length === 0;
    for (const { name, state, changed, atr } of seen) {
      const reader = this.readers[name];
      if (!changed) {
        continue;
      }
      if (reader === undefined || (state & readerState.unknown) !== 0) {
        isListStale = true;
      } else {
        reportChange(reader, state, atr);
      }
    }
    return isListStale;
  }

  #list(context: PcscContext): void {
    const found = context.listReaders();
    for (const reader of Object.values(this.readers)) {
      if (!found.some(({ name }) => name === reader.name)) {
        this.#end(reader);
      }
    }
    for (const { name, state, atr } of found) {
      if (this.readers[name] === undefined) {
        const reader = new CardReader(name);
        this.readers[name] = reader;
        this.emit('reader', reader);
        reader.report(state, atr);
      }
    }
  }

  #endReaders(): void {
    for (const reader of Object.values(this.readers)) {
      this.#end(reader);
    }
  }

  #end(reader: CardReader): void {
    delete this.readers[reader.name];
    reader.report(readerState.unavailable | readerState.empty, null);
    reader.close();
  }
}
