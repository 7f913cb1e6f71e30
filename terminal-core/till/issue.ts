import { fault } from '../domain/fault.ts';
import { failed, ok } from '../domain/result.ts';
import { encodeSlot } from '../tag/codec.ts';
import type { TagImage } from '../tag/image.ts';
import { issueWrites, mayBeIssued } from '../tag/issue.ts';
import { issuedImage } from '../tag/next-image.ts';
import { viewOf } from './charges.ts';
import { type Desk, instant } from './desk.ts';
import { stepTag } from './step-parts.ts';
import type { MakingPlan, TagMaker } from './tag-maker.ts';
import type { TagVisit } from './tag-visit.ts';

/** Makes a blank or foreign tag one of this event; a torn issue is simply done again (tag.md, "Writing" 4). */
export function issueOf(desk: Desk): TagMaker {
  return {
    view: viewOf('issue', 0),
    take: (visit) =>
      Promise.resolve(mayBeIssued(visit.reading) ? ok({ visit, isMade: false }) : failed(fault('TAG_ALREADY_ISSUED'))),
    announce: () => undefined,
    settle: (visit) => Promise.resolve(ok(planOfIssue(desk, visit, issuedImage(secondsNow(desk))))),
    begin: () => undefined,
    conclude: ({ uid }, image) => {
      const { generation } = image;
      desk.store.recordTagEvent({ event: 'issue', uid, generation, detail: null }, instant(desk.clock));
      return { event: 'tagIssued', tag: stepTag(uid, image) };
    },
  };
}

/** How a blank or foreign tag comes to show this image, under the newest keys. */
export function planOfIssue({ keys }: Pick<Desk, 'keys'>, { uidBytes }: TagVisit, image: TagImage): MakingPlan {
  const header = keys.newHeader;
  const mac = keys.macOf(header, uidBytes);
  return { image, slot: encodeSlot(image, header, mac), stages: [issueWrites(header, image, mac)] };
}

/** As the tag keeps the time. */
export function secondsNow({ clock }: Pick<Desk, 'clock'>): number {
  return Math.floor(clock.nowMs() / 1_000);
}
