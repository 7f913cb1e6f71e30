import { emulateTag } from '../../terminal-core/readers/simulated/emulate-tag.ts';
import type { EmulatedTag, TagModelName } from '../../terminal-core/readers/simulated/emulated-tag.ts';
import type { ReaderKeys } from '../../terminal-core/readers/simulated/reader-front.ts';
import { fromHex, sameBytes, toHex } from '../../terminal-core/tag/bytes.ts';
import type { TagExpectation } from '../../terminal-core/tag/codec.ts';
import type { TagDriver } from '../../terminal-core/tag/driver.ts';
import { driverFor } from '../../terminal-core/tag/driver-for.ts';
import type { Transmit } from '../../terminal-core/tag/transmit.ts';
import { editionHeader, macOf } from './edition.ts';

const refused = Uint8Array.of(0x63, 0x00);

/** What happens at each APDU, counted from 1: which tag answers, or `collision` when two do. */
export type AnsweredBy = (apduNumber: number) => EmulatedTag | 'collision';

/** A field in this process, in which tags come and go between two APDUs without any reader noticing. */
export class TagField {
  /** Every APDU since the last `script`, in hex. */
  readonly sent: string[] = [];
  #answeredBy: AnsweredBy;
  readonly #keys: ReaderKeys = { loaded: null };
  /** Some readers select a card that refused something at once anew; others leave it silent. */
  readonly #isReselecting: boolean;
  #last: EmulatedTag | 'collision' | null = null;

  constructor(answeredBy: AnsweredBy, isReselecting = false) {
    this.#answeredBy = answeredBy;
    this.#isReselecting = isReselecting;
  }

  /** From the next APDU on, which is number 1 again. */
  script(answeredBy: AnsweredBy): void {
    this.#answeredBy = answeredBy;
    this.sent.length = 0;
  }

  readonly transmit: Transmit = async (apdu) => {
    this.sent.push(toHex(apdu));
    const tag = this.#answeredBy(this.sent.length);
    if (tag !== 'collision' && tag !== this.#last) {
      tag.enterField(this.#keys);
    }
    this.#last = tag;
    if (tag === 'collision') {
      return { ok: true, response: refused };
    }
    const response = tag.answer(apdu);
    if (this.#isReselecting && sameBytes(response, refused)) {
      tag.enterField(this.#keys);
    }
    return { ok: true, response };
  };

  driverOf({ atr }: EmulatedTag): TagDriver {
    const driver = driverFor(atr, this.transmit);
    if (!driver.ok) {
      throw new Error(driver.fault.kind);
    }
    return driver.value;
  }
}

/** A tag of the made-up edition, with these bytes as its logical memory. */
export function tagWith(model: TagModelName, uidHex: string, memory: Uint8Array | null): EmulatedTag {
  const tag = emulateTag(model, fromHex(uidHex) ?? new Uint8Array());
  if (memory !== null) {
    tag.writeUser(0, memory);
  }
  return tag;
}

export function expectationFor(uid: Uint8Array): TagExpectation {
  const mac = macOf(toHex(uid));
  return {
    eventEditionId: editionHeader.eventEditionId,
    macFor: (keySetId) => (keySetId === editionHeader.keySetId ? mac : null),
  };
}
