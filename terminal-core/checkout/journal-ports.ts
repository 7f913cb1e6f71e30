import type { EntryResult } from '../../contract/wire/batch.ts';
import type { Seal } from '../../contract/wire/journal.ts';

/** A stretch of the journal, as it goes over the wire. */
export interface JournalPage {
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** The `entries` array as text: the same journal always gives the same bytes. */
  readonly entriesJson: string;
}

export interface JournalStore {
  /** Seal of the till's own journal. */
  ownSeal(): Seal;
  /** Hash at `seq`; null where the journal has no such entry. */
  hashAt(seq: number): string | null;
  /** Up to a page of entries after `seq`; null when there are none. */
  pageAfter(seq: number): JournalPage | null;
  acknowledgedSeq(): number;
  /** Moves the cursor and keeps what was rejected; never backwards. */
  acknowledge(seq: number, rejected: readonly EntryResult[], at: string): void;
  /** Every entry as one line of JSON each. */
  lines(): Iterable<string>;
}
