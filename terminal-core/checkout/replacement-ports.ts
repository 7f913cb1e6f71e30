import type { Fault } from '../../contract/ipc/fault.ts';
import type { TagEventPayload, TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { TagReplacementAnswer } from '../../contract/wire/tag-replacement.ts';
import type { Result } from '../domain/result.ts';

/** Lets a blank tag take a lost one's place (money rule 2); needs the network. */
export interface TagReplacementPort {
  /**
   * From the answer on the lost tag is blocked for good. The same question gets the same answer until the new tag is known
   * to be written. Faults: `TAG_UNHEARD_OF`, `TAG_REPLACED`, `TAG_IN_USE`, and those of the line.
   */
  replace(lostUid: string, newUid: string): Promise<Result<TagReplacementAnswer, Fault>>;
}

/** A blank tag that this till set out to put in a lost one's place. */
export interface TagReplacement {
  readonly lostUid: string;
  readonly newUid: string;
  /** Slot 0 as it was to be written; null where nothing was begun yet. */
  readonly slot: Uint8Array | null;
  /** It was read back. */
  readonly isWritten: boolean;
}

/** The till's memory of lost tags it has replaced (INV-14). Every method that writes is one commit. */
export interface ReplacementStore {
  /** What this tag was to be, or is; null where this till never meant it for a lost one's place. */
  ofNewTag(newUid: string): TagReplacement | null;
  /** Before the backend is asked. */
  ask(lostUid: string, newUid: string, at: string): void;
  /** Before the first write command. */
  begin(newUid: string, slot: Uint8Array): void;
  /** It was read back: journalled with what it shows, once. */
  conclude(newUid: string, event: TagEventPayload, shown: TagSnapshotPayload): void;
}
