import {
  EmulatedType2Tag,
  firstUserPage,
  pageLength,
} from '../../terminal-core/readers/simulated/emulated-type2-tag.ts';
import { type2Atr } from '../../terminal-core/readers/simulated/type2-models.ts';
import type { FaultPlan, SeenApdu, TagSpec } from './emulator-messages.ts';
import { VpcdLink } from './vpcd-link.ts';

interface Tag {
  readonly chip: EmulatedType2Tag;
  readonly atr: Uint8Array;
}

const noticeTimeoutMs = 5_000;
const userStart = firstUserPage * pageLength;

/** The tags of one virtual reader, what is to go wrong with them, and every APDU they saw. */
export class TagEmulator {
  readonly #port: number;
  readonly #tags = new Map<string, Tag>();
  #plans: { readonly plan: FaultPlan; left: number }[] = [];
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
    this.#tags.set(tagId, { chip: new EmulatedType2Tag(spec.model, spec.uid), atr: spec.atr ?? type2Atr });
  }

  userMemory(tagId: string): Uint8Array {
    return this.#tag(tagId).chip.memory.slice(userStart);
  }

  setUserMemory(tagId: string, user: Uint8Array): void {
    this.#tag(tagId).chip.memory.set(user, userStart);
  }

  /** Resolves when the service has noticed the tag. */
  insert(tagId: string): Promise<void> {
    this.remove();
    const tag = this.#tag(tagId);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('the service does not notice the tag')), noticeTimeoutMs);
      const link = new VpcdLink(this.#port, tag.atr, {
        noticed: () => {
          clearTimeout(timer);
          resolve();
        },
        isAnswerCertain: () => this.#plans.every(({ left }) => left > 1),
        answer: (apdu) => this.#answer(link, tagId, tag.chip, apdu),
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

  async #answer(link: VpcdLink, tagId: string, chip: EmulatedType2Tag, apdu: Uint8Array): Promise<Uint8Array | null> {
    const isWrite = chip.isWrite(apdu);
    const response = await this.#respond(chip, apdu, this.#due(isWrite));
    this.#seen.push({ tagId, apdu, isWrite, response });
    if (response === null) {
      link.remove();
    }
    return response;
  }

  async #respond(chip: EmulatedType2Tag, apdu: Uint8Array, plan: FaultPlan | null): Promise<Uint8Array | null> {
    switch (plan?.kind) {
      case undefined:
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
