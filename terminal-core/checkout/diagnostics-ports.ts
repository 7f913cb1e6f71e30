import type { Diagnostics, DiskFacts } from '../../contract/ipc/diagnostics.ts';

/** What a till knows of its surroundings only to tell whoever looks for a fault; nothing is ever decided by it. */
export interface SurroundingsPort {
  diskFacts(): DiskFacts;
  /** Null until the backend has answered once. */
  clockDifference(): Diagnostics['clock'];
  /** Since the start, newest first. */
  recentFaults(): Diagnostics['recentFaults'];
}
