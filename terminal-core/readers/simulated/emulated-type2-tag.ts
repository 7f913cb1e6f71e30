import type { TearPoint } from '../../../contract/ipc/simulator.ts';
import type { EmulatedTag } from './emulated-tag.ts';
import { addressOf, answerUid, frontRefusal, halfWritten, type Refusal, status } from './reader-front.ts';
import { type Type2Model, type Type2ModelName, type2Atr, type2Models } from './type2-models.ts';

const pageLength = 4;
const firstUserPage = 4;
const readLengthMax = 16;

/**
 * An NFC Forum Type 2 tag with the reader's pseudo-APDUs in front of it (PC/SC part 3), down to the pages: what a real
 * NTAG213 on a real reader answers to the commands a till sends, and to the wrong ones.
 */
export class EmulatedType2Tag implements EmulatedTag {
  readonly uid: Uint8Array;
  readonly model: Type2ModelName;
  readonly atr = type2Atr;
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

  /** Nothing that it is asked here depends on what it was asked before. */
  enterField(): void {}

  answer(apdu: Uint8Array): Uint8Array {
    const refusal = frontRefusal(apdu);
    if (refusal !== null) {
      return Uint8Array.from(refusal);
    }
    switch (apdu[1]) {
      case 0xca:
        return answerUid(apdu, this.uid);
      case 0xb0:
        return this.#read(addressOf(apdu), apdu);
      case 0xd6:
        return this.#write(addressOf(apdu), apdu);
      // A key is the reader's to keep, but there is nothing on this tag that it would open.
      case 0x82:
        return Uint8Array.from(status.ok);
      case 0x86:
        return Uint8Array.from(status.failed);
      default:
        return Uint8Array.from(status.unknownInstruction);
    }
  }

  isWrite(apdu: Uint8Array): boolean {
    return apdu[0] === 0xff && apdu[1] === 0xd6 && this.#writeRefusal(addressOf(apdu), apdu) === null;
  }

  tear(apdu: Uint8Array, point: TearPoint): void {
    if (point === 'after') {
      this.answer(apdu);
    } else if (point === 'during' && this.isWrite(apdu)) {
      this.memory.set(halfWritten(apdu.subarray(5)), addressOf(apdu) * pageLength);
    }
  }

  readUser(): Uint8Array {
    return this.memory.slice(firstUserPage * pageLength);
  }

  writeUser(offset: number, bytes: Uint8Array): void {
    this.memory.set(bytes, firstUserPage * pageLength + offset);
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
  #writeRefusal(page: number, apdu: Uint8Array): Refusal | null {
    if (apdu[4] !== pageLength || apdu.length !== 5 + pageLength) {
      return status.wrongLength;
    }
    return page < firstUserPage || page >= this.#layout.userPagesEnd ? status.failed : null;
  }
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
