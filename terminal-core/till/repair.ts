import type { Fault } from '../../contract/ipc/fault.ts';
import type { TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { encodeSlot, type TagReading } from '../tag/codec.ts';
import { i32Max, type TagImage, u8Max } from '../tag/image.ts';
import { repairWrites } from '../tag/issue.ts';
import { issuedImage } from '../tag/next-image.ts';
import { viewOf } from './charges.ts';
import { cleanUpWithTag, cleanupFault } from './cleanup.ts';
import { type Desk, instant } from './desk.ts';
import { secondsNow } from './issue.ts';
import { stepTag } from './step-parts.ts';
import { readingFault } from './tag-faults.ts';
import type { TagLedger } from './tag-ledger.ts';
import type { MakingPlan, TagMaker, TakenTag } from './tag-maker.ts';
import { snapshotOf, type TagVisit } from './tag-visit.ts';

/**
 * Rebuilds a corrupt tag from the ledger (R22; tag.md, "Writing" 4). The new generation is journalled, and known to the
 * backend, before the first write command: a repair that is torn off, and goes on at this till or another one, takes the
 * generation after it, so that no two images that were ever valid share one, and no evidence can be taken for another's.
 */
export class Repair implements TagMaker {
  readonly view = viewOf('repair', 0);
  readonly #desk: Desk;
  readonly #ledger: TagLedger;
  /** What the tag that was taken is to show. */
  #image: TagImage | null = null;

  constructor(desk: Desk, ledger: TagLedger) {
    this.#desk = desk;
    this.#ledger = ledger;
  }

  async take(first: TagVisit): Promise<Result<TakenTag, Fault>> {
    // What this till left behind on the tag becomes unknown at the latest now; only the ledger may still tell.
    const resolved = await cleanUpWithTag(this.#desk, first);
    if (!resolved.ok) return failed(cleanupFault(resolved.fault));
    const { visit } = resolved.value;
    if (visit.reading.kind !== 'corrupt') return failed(readingFault(visit.reading) ?? fault('TAG_NOT_CORRUPT'));
    const sent = await this.#ledger.bringUpToDate();
    if (!sent.ok) return sent;
    const known = await this.#ledger.lookUp(visit.uid);
    if (!known.ok) return known;
    const image = rebuiltImage(known.value, secondsNow(this.#desk));
    if (!image.ok) return image;
    this.#image = image.value;
    return ok({ visit, isMade: false });
  }

  announce({ uid }: TagVisit): void {
    const { generation } = this.#rebuilt();
    this.#desk.store.recordTagEvent({ event: 'repair', uid, generation, detail: null }, instant(this.#desk.clock));
  }

  async settle(visit: TagVisit): Promise<Result<MakingPlan, Fault>> {
    const told = await this.#ledger.bringUpToDate();
    return told.ok ? ok(planOfRepair(this.#desk, visit, this.#rebuilt())) : told;
  }

  begin(): void {}

  conclude({ uid }: TagVisit, image: TagImage): ReturnType<TagMaker['conclude']> {
    this.#desk.store.recordSnapshot(snapshotOf(uid, image, instant(this.#desk.clock)));
    return { event: 'tagRepaired', tag: stepTag(uid, image) };
  }

  #rebuilt(): TagImage {
    invariant('INV-08', this.#image !== null, 'no tag was taken');
    return this.#image;
  }
}

/**
 * What the ledger says is on a tag: what is free, without what was booked and has not reached the tag yet (Q20). What is
 * held is not given out: a sale that a tag has proven is paid already.
 */
function rebuiltImage(known: TagLookupAnswer, writtenAtSeconds: number): Result<TagImage, Fault> {
  if (!known.known) return failed(fault('TAG_UNHEARD_OF'));
  // A tag that was issued and never heard of since has its first generation.
  const generation = Math.max(1, known.generation) + 1;
  if (generation > u8Max) return failed(fault('TAG_REPAIRED_TOO_OFTEN'));
  const onTheirWayMinor = known.pendingAdjustments.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const balanceMinor = known.availableMinor - onTheirWayMinor;
  if (balanceMinor < 0) return failed(fault('BALANCE_BELOW_ZERO', { missingMinor: -balanceMinor }));
  if (balanceMinor > i32Max) return failed(fault('BALANCE_LIMIT'));
  return ok({
    ...issuedImage(writtenAtSeconds, generation),
    balanceMinor,
    blocked: known.blocked,
    adjustmentNumber: known.collectedAdjustmentNumber ?? 0,
  });
}

function planOfRepair({ keys }: Pick<Desk, 'keys'>, { uidBytes, reading }: TagVisit, image: TagImage): MakingPlan {
  const { header, slots } = corruptPart(reading);
  const mac = keys.macOf(header, uidBytes);
  const { before, after } = repairWrites(header, image, mac, slots);
  return { image, slot: encodeSlot(image, header, mac), stages: [before, after] };
}

function corruptPart(reading: TagReading): Extract<TagReading, { kind: 'corrupt' }> {
  invariant('INV-08', reading.kind === 'corrupt', 'only a corrupt tag is rebuilt');
  return reading;
}
