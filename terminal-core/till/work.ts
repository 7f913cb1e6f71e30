import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { TagImage } from '../tag/image.ts';

/** How a piece of work with a tag ended, with what the screens and the command line want to know about it. */
export interface WorkEnd {
  readonly result: Outcome['result'];
  readonly transaction: TillTransaction | null;
  readonly uid: string | null;
  /** What the tag showed before, and after where that is known. */
  readonly before: TagImage | null;
  readonly after: TagImage | null;
  /** Why it did not end in `done` or `committed`. */
  readonly fault: Fault | null;
}

/** A piece of work with a tag; the till does one at a time. */
export interface TagWork {
  /** Works to the end, whatever it is. Rejects only for a broken invariant or a database that cannot be written. */
  run(): Promise<WorkEnd>;
  /** Takes it back; false when it is too late. */
  cancel(): boolean;
  /** The till is stopping: what can end without the tag ends now. */
  interrupt(): void;
}
