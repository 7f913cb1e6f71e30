import { ok } from '../domain/result.ts';
import { acceptTag } from './accept-tag.ts';
import { type Desk, instant, type Patience } from './desk.ts';
import { Look } from './look.ts';
import { snapshotOf, wholeTag } from './tag-visit.ts';
import type { TagWork } from './work.ts';

/** Tag mode: reads a tag, resolves what is unresolved of it, journals what it shows (Q6), and shows it. */
export function balanceLook(desk: Desk, patience: Patience): TagWork {
  return new Look(desk, wholeTag(desk), patience, async (first) => {
    const accepted = await acceptTag(desk, first);
    if (!accepted.ok) return accepted;
    const { uid, reading } = accepted.value.visit;
    desk.store.recordSnapshot(snapshotOf(uid, reading.image, instant(desk.clock)));
    return ok({ uid, shown: reading.image });
  });
}
