import { emulateTag } from '../../terminal-core/readers/simulated/emulate-tag.ts';
import { EmulatedClassicTag } from '../../terminal-core/readers/simulated/emulated-classic-tag.ts';
import type { EmulatedTag } from '../../terminal-core/readers/simulated/emulated-tag.ts';
import type { ReaderKeys } from '../../terminal-core/readers/simulated/reader-front.ts';
import type { FaultPlan, SeenApdu, TagSpec } from './emulator-messages.ts';
import { VpcdLink } from './vpcd-link.ts';

interface Tag {
  readonly chip: EmulatedTag;
  readonly atr: Uint8Array;
}

/** What lies on the reader for as long as the service sees one card in it. */
interface Field {
  tagId: string;
  chip: EmulatedTag;
  /** Another tag answers at the same time. */
  isColliding: boolean;
}

const noticeTimeoutMs = 5_000;
/** What a reader makes of two tags that answer at once. */
const collision = Uint8Array.of(0x63, 0x00);

/** The tags of one virtual reader, what is to go wrong with them, and every APDU they saw. */
export class TagEmulator {
  readonly #port: number;
  readonly #tags = new Map<string, Tag>();
  #plans: { readonly plan: FaultPlan; left: number }[] = [];
  readonly #keys: ReaderKeys = { loaded: null };
  #seen: SeenApdu[] = [];
  #link: VpcdLink | null = null;
  #isHeld: () => void = () => {};
  #held: Promise<void> = Promise.resolve();
  #release: (() => void) | null = null;

  constructor(port: number) {
    this.#port = port;
  }

  get seen(): readonly SeenApdu[] {
    return this.#seen;
  }

  /** The APDU of the `hold` planned last has come. */
  get held(): Promise<void> {
    return this.#held;
  }

  make(tagId: string, spec: TagSpec): void {
    const chip = emulateTag(spec.model, spec.uid);
    if (chip instanceof EmulatedClassicTag && spec.classicKey !== null) {
      chip.setKeyA(spec.classicKey);
    }
    this.#tags.set(tagId, { chip, atr: spec.atr ?? chip.atr });
  }

  userMemory(tagId: string): Uint8Array {
    return this.#tag(tagId).chip.readUser();
  }

  setUserMemory(tagId: string, user: Uint8Array): void {
    this.#tag(tagId).chip.writeUser(0, user);
  }

  /** Resolves when the service has noticed the tag. */
  insert(tagId: string): Promise<void> {
    this.remove();
    const tag = this.#tag(tagId);
    tag.chip.enterField(this.#keys);
    const field: Field = { tagId, chip: tag.chip, isColliding: false };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the service does not notice the tag')), noticeTimeoutMs);
      const link = new VpcdLink(this.#port, tag.atr, {
        noticed: () => {
          clearTimeout(timer);
          resolve();
        },
        isAnswerCertain: () => this.#plans.every(({ left }) => left > 1),
        powered: () => field.chip.enterField(this.#keys),
        answer: (apdu) => this.#answer(link, field, apdu),
      });
      this.#link = link;
    });
  }

  remove(): void {
    this.#link?.remove();
    this.#link = null;
    this.#release?.();
    this.#release = null;
  }

  plan(plan: FaultPlan): void {
    if (plan.kind === 'hold') {
      this.#held = new Promise((resolve) => {
        this.#isHeld = resolve;
      });
    }
    this.#plans.push({ plan, left: plan.counted.number });
  }

  forgetPlans(): void {
    this.#plans = [];
  }

  async #answer(link: VpcdLink, field: Field, apdu: Uint8Array): Promise<Uint8Array | null> {
    const plan = this.#due(field.chip.isWrite(apdu));
    if (plan?.kind === 'swap') {
      field.tagId = plan.tagId;
      field.chip = this.#tag(plan.tagId).chip;
      field.chip.enterField(this.#keys);
    } else if (plan?.kind === 'collide') {
      field.isColliding = true;
    }
    const { tagId, chip, isColliding } = field;
    const isWrite = !isColliding && chip.isWrite(apdu);
    const response = isColliding ? collision : await this.#respond(chip, apdu, plan);
    this.#seen.push({ tagId, apdu, isWrite, response });
    if (response === null) {
      link.remove();
    }
    return response;
  }

  async #respond(chip: EmulatedTag, apdu: Uint8Array, plan: FaultPlan | null): Promise<Uint8Array | null> {
    switch (plan?.kind) {
      case undefined:
      case 'swap':
      case 'collide':
        return chip.answer(apdu);
      case 'tear':
        chip.tear(apdu, plan.point);
        return null;
      case 'answer':
        if (plan.isDone) {
          chip.answer(apdu);
        }
        return plan.response;
      case 'delay': {
        const response = chip.answer(apdu);
        await new Promise((resolve) => setTimeout(resolve, plan.delayMs));
        return response;
      }
      case 'hold':
        if (plan.isDone) {
          chip.answer(apdu);
        }
        await new Promise<void>((resolve) => {
          this.#release = resolve;
          this.#isHeld();
        });
        return null;
    }
  }

  /** Counts this APDU for every plan; the first whose turn it is happens, and is over. */
  #due(isWrite: boolean): FaultPlan | null {
    for (const waiting of this.#plans) {
      if (isWrite || waiting.plan.counted.of === 'apdus') {
        waiting.left -= 1;
      }
    }
    const due = this.#plans.find(({ left }) => left <= 0) ?? null;
    this.#plans = this.#plans.filter((waiting) => waiting !== due);
    return due?.plan ?? null;
  }

  #tag(tagId: string): Tag {
    const tag = this.#tags.get(tagId);
    if (tag === undefined) {
      throw new RangeError(`there is no tag ${tagId}`);
    }
    return tag;
  }
}
