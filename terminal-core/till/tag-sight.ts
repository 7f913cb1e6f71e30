import type { Presence } from '../checkout/ports.ts';
import type { Result } from '../domain/result.ts';
import type { TagFault } from '../tag/driver.ts';

/** What is read of a tag that is searched for: all of it, or in account mode its UID alone. */
export interface TagSight<Visit> {
  read(presence: Presence): Promise<Result<Visit, TagFault>>;
  /** Told of a tag that was read and not taken. */
  refused(visit: Visit): void;
}
