import type { ReaderCommand, ReaderEvent } from '../../contract/ipc/reader.ts';

/**
 * A reader, real or simulated, as the reader host drives it: it takes the contract's commands and reports its events.
 * Every command is answered exactly once, by `answer` or `failure`. `presenceId` grows with each stay of a card in the
 * field; a command for a stay that is over fails with `card-gone`. A `reset` that works reports `card-gone` for the old
 * stay, `card-present` for the new one, and then an empty `answer`.
 */
export interface ReaderDevice {
  /** From now on events are reported; the first one is a `state`. */
  start(): void;
  handle(command: ReaderCommand): void;
  /** Lets go of the card and the reader; nothing is reported afterwards. */
  close(): void;
}

export type ReportReaderEvent = (event: ReaderEvent) => void;
