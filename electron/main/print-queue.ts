import type { Fault } from '../../contract/ipc/fault.ts';
import type { PrintEnd, PrinterView } from '../../contract/ipc/printing.ts';

/** One piece of paper that is wanted. */
export interface WantedPrint {
  /**
   * One attempt; never rejects.
   * @param mayBeOnPaper an attempt before this one may have printed it: what comes now says that it is a copy
   */
  attempt(mayBeOnPaper: boolean): Promise<PrintEnd>;
}

export interface PrintTimers {
  /** Calls `action` once after `delayMs`, unless the returned function was called before. */
  after(delayMs: number, action: () => void): () => void;
}

interface Entry {
  readonly print: WantedPrint;
  attemptCount: number;
  mayBeOnPaper: boolean;
}

/** A printer that is switched on late, or a cable that is plugged in again, is found without anybody doing anything. */
const retryDelaysMs = [500, 1_000, 2_000, 4_000, 8_000] as const;
/** Somebody has to fetch a roll: asked for as long as that takes. */
const paperRetryMs = 3_000;
const paperRetriesMax = 200;
/** More are not kept: nobody will hand them out any more. */
const keptMax = 50;

/**
 * What is to be printed, one after the other, and never twice without being asked for: an attempt of which nobody knows whether
 * it came to paper is not repeated by itself. It blocks nothing; it is forgotten when the application ends.
 */
export class PrintQueue {
  readonly #timers: PrintTimers;
  readonly #onChange: () => void;
  #waiting: Entry[] = [];
  #failed: Entry[] = [];
  #isPrinting = false;
  #fault: Fault | null = null;
  /** The last one was given up: those behind it are tried once, or a dead printer would hold each of them up. */
  #isGivenUp = false;
  #stopTimer: (() => void) | null = null;

  constructor(timers: PrintTimers, onChange: () => void) {
    this.#timers = timers;
    this.#onChange = onChange;
  }

  get view(): Omit<PrinterView, 'state'> & { readonly state: Exclude<PrinterView['state'], 'none'> } {
    const counts = { waitingCount: this.#waiting.length, failedCount: this.#failed.length };
    if (this.#isPrinting && this.#fault === null) return { state: 'printing', fault: null, ...counts };
    if (this.#waiting.length > 0) return { state: 'waiting', fault: this.#fault, ...counts };
    return { state: this.#failed.length > 0 ? 'failed' : 'ready', fault: this.#fault, ...counts };
  }

  add(print: WantedPrint): void {
    this.#enter([{ print, attemptCount: 0, mayBeOnPaper: false }]);
  }

  /** Prints again what was given up. */
  retry(): void {
    const failed = this.#failed;
    this.#failed = [];
    this.#isGivenUp = false;
    this.#fault = null;
    this.#stopWaiting();
    this.#enter(failed.map((entry) => ({ ...entry, attemptCount: 0 })));
  }

  /** Nobody wants what was given up, or still waits behind a printer that does not print. */
  forget(): void {
    this.#failed = [];
    // What is being printed just now comes or does not come: nobody asks for it again.
    this.#waiting = [];
    this.#stopWaiting();
    this.#fault = null;
    this.#changed();
  }

  #enter(entries: readonly Entry[]): void {
    this.#waiting = [...this.#waiting, ...entries].slice(-keptMax);
    // Behind one that is tried again later, the others wait.
    if (this.#stopTimer === null) this.#next();
    this.#changed();
  }

  #next(): void {
    const [entry] = this.#waiting;
    if (this.#isPrinting || entry === undefined) return;
    this.#isPrinting = true;
    this.#stopWaiting();
    void entry.print.attempt(entry.mayBeOnPaper).then((end) => this.#ended(entry, end));
  }

  #ended(entry: Entry, end: PrintEnd): void {
    this.#isPrinting = false;
    entry.attemptCount += 1;
    if (!this.#waiting.includes(entry)) {
      // It was let go of meanwhile.
      this.#next();
    } else if (end.outcome === 'printed') {
      this.#leave(entry);
      this.#isGivenUp = false;
      this.#fault = null;
      this.#next();
    } else if (end.outcome === 'unsure') {
      entry.mayBeOnPaper = true;
      this.#giveUp(entry, end.fault);
    } else {
      this.#tryLater(entry, end.fault);
    }
    this.#changed();
  }

  #tryLater(entry: Entry, fault: Fault): void {
    const delayMs = delayAfter(entry.attemptCount, fault);
    if (delayMs === null || (this.#isGivenUp && fault.code !== 'PRINTER_NO_PAPER')) {
      this.#giveUp(entry, fault);
    } else {
      this.#fault = fault;
      this.#stopTimer = this.#timers.after(delayMs, () => {
        this.#stopTimer = null;
        this.#next();
        this.#changed();
      });
    }
  }

  #giveUp(entry: Entry, fault: Fault): void {
    this.#leave(entry);
    this.#failed = [...this.#failed, entry].slice(-keptMax);
    this.#isGivenUp = true;
    this.#fault = fault;
    this.#next();
  }

  #leave(entry: Entry): void {
    this.#waiting = this.#waiting.filter((waiting) => waiting !== entry);
  }

  #stopWaiting(): void {
    this.#stopTimer?.();
    this.#stopTimer = null;
  }

  #changed(): void {
    this.#onChange();
  }
}

function delayAfter(attemptCount: number, { code }: Fault): number | null {
  if (code === 'PRINTER_NONE') return null;
  if (code === 'PRINTER_NO_PAPER') return attemptCount < paperRetriesMax ? paperRetryMs : null;
  return retryDelaysMs[attemptCount - 1] ?? null;
}
