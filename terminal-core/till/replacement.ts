import type { Fault } from '../../contract/ipc/fault.ts';
import type { ReplacementStore } from '../checkout/replacement-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { sameBytes } from '../tag/bytes.ts';
import { i32Max, type TagImage } from '../tag/image.ts';
import { mayBeIssued } from '../tag/issue.ts';
import { issuedImage } from '../tag/next-image.ts';
import { viewOf } from './charges.ts';
import { type Desk, instant } from './desk.ts';
import { planOfIssue, secondsNow } from './issue.ts';
import { stepTag } from './step-parts.ts';
import type { TagLedger } from './tag-ledger.ts';
import type { MakingPlan, TagMaker, TakenTag } from './tag-maker.ts';
import { snapshotOf, type TagVisit } from './tag-visit.ts';

/**
 * Lets a blank tag take a lost one's place (money rule 2). That it will is on the disk before the backend is asked, and what
 * it is to show before it is written (INV-14): torn off or killed at any point, the same again finishes it. The backend
 * hands the balance out for one new tag only, and a tag that shows an image already is never written again.
 */
export class Replacement implements TagMaker {
  readonly view = viewOf('replacement', 0);
  readonly #lostUid: string;
  readonly #desk: Desk;
  readonly #ledger: TagLedger;
  readonly #store: ReplacementStore;

  constructor(lostUid: string, desk: Desk, ledger: TagLedger, store: ReplacementStore) {
    this.#lostUid = lostUid;
    this.#desk = desk;
    this.#ledger = ledger;
    this.#store = store;
  }

  async take(visit: TagVisit): Promise<Result<TakenTag, Fault>> {
    if (visit.uid === this.#lostUid) return failed(fault('TAG_IN_USE'));
    if (this.#isOwnWork(visit)) return ok({ visit, isMade: true });
    if (this.#store.ofNewTag(visit.uid)?.isWritten) return failed(fault('TAG_IN_USE'));
    if (!mayBeIssued(visit.reading)) return failed(fault('TAG_ALREADY_ISSUED'));
    // What this till sold with the lost tag is off the balance before it is handed out.
    const sent = await this.#ledger.bringUpToDate();
    return sent.ok ? ok({ visit, isMade: false }) : sent;
  }

  announce({ uid }: TagVisit): void {
    this.#store.ask(this.#lostUid, uid, instant(this.#desk.clock));
  }

  async settle(visit: TagVisit): Promise<Result<MakingPlan, Fault>> {
    const answer = await this.#ledger.replace(this.#lostUid, visit.uid);
    if (!answer.ok) return answer;
    const { generation, balanceMinor, adjustmentNumber } = answer.value;
    if (balanceMinor > i32Max) return failed(fault('BALANCE_LIMIT'));
    const image = { ...issuedImage(secondsNow(this.#desk), generation), balanceMinor, adjustmentNumber };
    return ok(planOfIssue(this.#desk, visit, image));
  }

  begin({ uid }: TagVisit, { slot }: MakingPlan): void {
    this.#store.begin(uid, slot);
  }

  conclude({ uid }: TagVisit, image: TagImage): ReturnType<TagMaker['conclude']> {
    const { generation } = image;
    const event = { event: 'replace', uid, generation, detail: `in the place of ${this.#lostUid}` } as const;
    this.#store.conclude(uid, event, snapshotOf(uid, image, instant(this.#desk.clock)));
    return { event: 'tagReplaced', tag: stepTag(uid, image), details: { lostUid: this.#lostUid } };
  }

  /** This till wrote it, whether it learned that it was whole or was killed before. */
  #isOwnWork({ uid, reading }: TagVisit): boolean {
    const meant = this.#store.ofNewTag(uid);
    if (reading.kind !== 'current' || meant?.lostUid !== this.#lostUid) return false;
    return meant.isWritten || (meant.slot !== null && sameBytes(reading.slots[0], meant.slot));
  }
}
