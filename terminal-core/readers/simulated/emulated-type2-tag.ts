import type { TearPoint } from '../../../contract/ipc/simulator.ts';
import { type Type2Model, type Type2ModelName, type2Models } from './type2-models.ts';

export const pageLength = 4;
export const firstUserPage = 4;
const readLengthMax = 16;

const status = {
  ok: [0x90, 0x00],
  /** What readers answer when a tag refuses or is not there. */
  failed: [0x63, 0x00],
  wrongLength: [0x67, 0x00],
  wrongParameters: [0x6b, 0x00],
  unknownInstruction: [0x6d, 0x00],
  unknownClass: [0x6e, 0x00],
} as const;

/**
 * An NFC Forum Type 2 tag with the reader's pseudo-APDUs in front of it (PC/SC part 3), down to the pages: what a real
 * NTAG213 on a real reader answers to the commands a till sends, and to the wrong ones.
 */
export class EmulatedType2Tag {
  readonly uid: Uint8Array;
  readonly model: Type2ModelName;
  /** All pages, the user memory from page 4. Written through `answer` as a till would, or directly by a test. */
  readonly memory: Uint8Array;
  readonly #layout: Type2Model;

  /** `memory` is that of an earlier tag of the same model; without it the tag is as the factory made it. */
  constructor(model: Type2ModelName, uid: Uint8Array, memory?: Uint8Array) {
    this.uid = uid;
    this.model = model;
    this.#layout = type2Models[model];
    this.memory = memory?.slice() ?? factoryMemory(this.#layout, uid);
    if (this.memory.length !== this.#layout.pageCount * pageLength) {
      throw new RangeError(`${model} has ${this.#layout.pageCount} pages, not ${this.memory.length / pageLength}`);
    }
  }

  /** The response to one APDU, status word included. A page is written before this returns. */
  answer(apdu: Uint8Array): Uint8Array {
    const [instructionClass, instruction, first = 0, second = 0] = apdu;
    if (apdu.length < 5) {
      return Uint8Array.from(status.wrongLength);
    }
    if (instructionClass !== 0xff) {
      return Uint8Array.from(status.unknownClass);
    }
    switch (instruction) {
      case 0xca:
        return this.#getUid(apdu);
      case 0xb0:
        return this.#read((first << 8) | second, apdu);
      case 0xd6:
        return this.#write((first << 8) | second, apdu);
      default:
        return Uint8Array.from(status.unknownInstruction);
    }
  }

  /** Whether `apdu` would change a page of this tag. */
  isWrite(apdu: Uint8Array): boolean {
    return apdu[0] === 0xff && apdu[1] === 0xd6 && this.#writeRefusal(writtenPage(apdu), apdu) === null;
  }

  /** The tag leaves the field at a writing APDU: what that leaves on it. The answer is lost in every case. */
  tear(apdu: Uint8Array, point: TearPoint): void {
    switch (point) {
      case 'before':
        return;
      case 'after':
        this.answer(apdu);
        return;
      case 'during':
        this.#halfWrite(apdu);
        return;
    }
  }

  #getUid(apdu: Uint8Array): Uint8Array {
    if (apdu[2] !== 0 || apdu[3] !== 0) {
      return Uint8Array.from(status.wrongParameters);
    }
    const asked = apdu[4] ?? 0;
    return asked === 0 || asked === this.uid.length
      ? Uint8Array.of(...this.uid, ...status.ok)
      : Uint8Array.of(0x6c, this.uid.length);
  }

  #read(page: number, apdu: Uint8Array): Uint8Array {
    const length = apdu[4] ?? 0;
    if (apdu.length !== 5 || length === 0 || length > readLengthMax) {
      return Uint8Array.from(status.wrongLength);
    }
    if (page >= this.#layout.pageCount) {
      return Uint8Array.from(status.failed);
    }
    // Beyond its last page a tag goes on with its first one.
    const bytes = Array.from({ length }, (_, at) => this.memory[(page * pageLength + at) % this.memory.length] ?? 0);
    return Uint8Array.of(...bytes, ...status.ok);
  }

  #write(page: number, apdu: Uint8Array): Uint8Array {
    const refusal = this.#writeRefusal(page, apdu);
    if (refusal !== null) {
      return Uint8Array.from(refusal);
    }
    this.memory.set(apdu.subarray(5), page * pageLength);
    return Uint8Array.from(status.ok);
  }

  /** Pages 0–3 (UID, locks, capability container) and those behind the user memory are closed here. */
  #writeRefusal(page: number, apdu: Uint8Array): readonly [number, number] | null {
    if (apdu[4] !== pageLength || apdu.length !== 5 + pageLength) {
      return status.wrongLength;
    }
    return page < firstUserPage || page >= this.#layout.userPagesEnd ? status.failed : null;
  }

  /** Half of the page has the new bytes; the cells of the other half were erased and hold what they fell back to. */
  #halfWrite(apdu: Uint8Array): void {
    if (this.isWrite(apdu)) {
      const [one = 0, two = 0, three = 0, four = 0] = apdu.subarray(5);
      this.memory.set([one, two, ~three & 0xff, ~four & 0xff], writtenPage(apdu) * pageLength);
    }
  }
}

function writtenPage(apdu: Uint8Array): number {
  return ((apdu[2] ?? 0) << 8) | (apdu[3] ?? 0);
}

function factoryMemory(model: Type2Model, uid: Uint8Array): Uint8Array {
  const memory = new Uint8Array(model.pageCount * pageLength);
  const [one = 0, two = 0, three = 0, ...rest] = uid;
  const lastOfUid = rest.slice(0, 4);
  memory.set([one, two, three, 0x88 ^ one ^ two ^ three], 0);
  memory.set(lastOfUid, pageLength);
  memory.set([lastOfUid.reduce((check, byte) => check ^ byte, 0), 0x48, 0x00, 0x00], 2 * pageLength);
  memory.set(model.capabilityContainer, 3 * pageLength);
  memory.set(model.factoryContents, firstUserPage * pageLength);
  return memory;
}
