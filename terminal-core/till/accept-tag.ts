import type { Fault } from '../../contract/ipc/fault.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { cleanUpWithTag, cleanupFault } from './cleanup.ts';
import { type Desk, instant } from './desk.ts';
import { readingFault } from './tag-faults.ts';
import type { TagVisit } from './tag-visit.ts';

/** A tag of this event with a readable image. */
export type CurrentVisit = TagVisit & { readonly reading: Extract<TagVisit['reading'], { kind: 'current' }> };

/** A tag that can be used, with nothing of it unresolved on this till any more. */
export interface AcceptedTag {
  readonly visit: CurrentVisit;
  /** What was unknown when the cashier last saw this tag, and has gone through. */
  readonly committedEarlier: readonly TillTransaction[];
}

/**
 * Takes a tag that was read, or says why it cannot be used. What is unresolved of it is resolved first (requirements.md
 * 3.1), which may renew the visit. A corrupt tag is journalled, so that the operator knows of it before its owner complains.
 */
export async function acceptTag(desk: Desk, first: TagVisit): Promise<Result<AcceptedTag, Fault>> {
  const resolved = await cleanUpWithTag(desk, first);
  if (!resolved.ok) return failed(cleanupFault(resolved.fault));
  const { visit, committed } = resolved.value;
  const { reading, uid } = visit;
  if (reading.kind === 'current')
    return ok({ visit: { ...visit, reading }, committedEarlier: [...committed, ...settledMeanwhile(desk, uid)] });
  if (reading.kind === 'corrupt')
    desk.store.recordTagEvent({ event: 'corruptSeen', uid, generation: 0, detail: null }, instant(desk.clock));
  return failed(readingFault(reading) ?? fault('TAG_UNKNOWN'));
}

/** The same where it was the backend that knew (Q9): the cashier is told once, as if the tag had said it now. */
function settledMeanwhile({ store, words }: Desk, uid: string): readonly TillTransaction[] {
  const last = store.lastSettledByBackend(uid);
  return last && words.isToBeTold(last.terminalTransactionNumber) ? [last] : [];
}
