import type { TearPoint } from '../../../contract/ipc/simulator.ts';
import { sameBytes } from '../../tag/bytes.ts';
import { isKeyBReadable, type KeyType, mayAccess, visibleTrailer } from './classic-access.ts';
import type { EmulatedTag } from './emulated-tag.ts';
import {
  addressOf,
  answerUid,
  frontRefusal,
  halfWritten,
  type ReaderKeys,
  type Refusal,
  status,
} from './reader-front.ts';

const blockLength = 16;
const blocksPerSector = 4;
const sectorCount = 16;
const memoryLength = sectorCount * blocksPerSector * blockLength;
const trailerPlace = 3;
const keyLength = 6;
/** Keys FFFFFFFFFFFF, and access bits with which either of them reads and writes data, and key A the trailer. */
const factoryTrailer = Uint8Array.of(
  ...[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x07],
  ...[0x80, 0x69, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
);

/** How a PC/SC reader announces a MIFARE Classic 1K (platform.md). */
const classicAtr = Uint8Array.of(
  ...[0x3b, 0x8f, 0x80, 0x01, 0x80, 0x4f, 0x0c, 0xa0, 0x00, 0x00],
  ...[0x03, 0x06, 0x03, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x6a],
);

/** The blocks that are free for use: all but those of sector 0 and the trailers. */
const userBlocks = Array.from({ length: sectorCount * blocksPerSector }, (_, block) => block).filter(
  (block) => block >= blocksPerSector && block % blocksPerSector !== trailerPlace,
);

/**
 * A MIFARE Classic 1K with the reader's pseudo-APDUs in front of it. One sector at a time is open, for the key that opened
 * it and as its access bits allow. Anything the chip refuses silences it until it is selected anew, which this reader, as
 * the strictest ones do, leaves to whoever switches the field.
 */
export class EmulatedClassicTag implements EmulatedTag {
  readonly model = 'classic1k';
  readonly uid: Uint8Array;
  readonly atr = classicAtr;
  /** 64 blocks of 16 bytes. */
  readonly memory: Uint8Array;
  #keys: ReaderKeys = { loaded: null };
  #open: { readonly sector: number; readonly key: KeyType } | null = null;
  #isSilent = false;

  constructor(uid: Uint8Array, memory?: Uint8Array) {
    this.uid = uid;
    this.memory = memory?.slice() ?? factoryMemory(uid);
    if (this.memory.length !== memoryLength) {
      throw new RangeError(`classic1k has ${memoryLength} bytes, not ${this.memory.length}`);
    }
  }

  /** As a supplier does who delivers cards with keys of its own. */
  setKeyA(key: Uint8Array): void {
    for (let sector = 0; sector < sectorCount; sector += 1) {
      this.memory.set(key.subarray(0, keyLength), (sector * blocksPerSector + trailerPlace) * blockLength);
    }
  }

  enterField(keys: ReaderKeys): void {
    this.#keys = keys;
    this.#open = null;
    this.#isSilent = false;
  }

  answer(apdu: Uint8Array): Uint8Array {
    const refusal = frontRefusal(apdu);
    if (refusal !== null) {
      return Uint8Array.from(refusal);
    }
    switch (apdu[1]) {
      case 0xca:
        return answerUid(apdu, this.uid);
      case 0x82:
        return Uint8Array.from(this.#loadKey(apdu));
      case 0x86:
        return this.#done(this.#authenticate(apdu));
      case 0xb0:
        return this.#read(addressOf(apdu), apdu);
      case 0xd6:
        return this.#write(addressOf(apdu), apdu);
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
      this.memory.set(halfWritten(apdu.subarray(5)), addressOf(apdu) * blockLength);
    }
  }

  readUser(): Uint8Array {
    return Uint8Array.from(userBlocks.flatMap((block) => [...this.#block(block)]));
  }

  writeUser(offset: number, bytes: Uint8Array): void {
    for (const [index, byte] of bytes.entries()) {
      const block = userBlocks[Math.floor((offset + index) / blockLength)];
      if (block === undefined) {
        throw new RangeError(`classic1k has no byte ${offset + index} for use`);
      }
      this.memory[block * blockLength + ((offset + index) % blockLength)] = byte;
    }
  }

  /** The reader's own: it answers whether or not a card is there, and keeps the key of its place 0. */
  #loadKey(apdu: Uint8Array): readonly number[] {
    if (apdu[4] !== keyLength || apdu.length !== 5 + keyLength) {
      return status.wrongLength;
    }
    if (apdu[2] !== 0 || apdu[3] !== 0) {
      return status.failed;
    }
    this.#keys.loaded = apdu.slice(5);
    return status.ok;
  }

  #authenticate(apdu: Uint8Array): Refusal | null {
    const [version, high, block = 0, keyType, keyNumber] = apdu.subarray(5);
    if (apdu.length !== 10 || version !== 1 || high !== 0 || (keyType !== 0x60 && keyType !== 0x61)) {
      return status.wrongParameters;
    }
    const sector = Math.floor(block / blocksPerSector);
    const key = keyType === 0x60 ? 'A' : 'B';
    this.#open = null;
    if (this.#isSilent || keyNumber !== 0 || sector >= sectorCount || !this.#opens(sector, key)) {
      return status.failed;
    }
    this.#open = { sector, key };
    return null;
  }

  #opens(sector: number, key: KeyType): boolean {
    const trailer = this.#trailer(sector);
    const { loaded } = this.#keys;
    const expected = key === 'A' ? trailer.subarray(0, keyLength) : trailer.subarray(-keyLength);
    return loaded !== null && sameBytes(expected, loaded) && (key === 'A' || !isKeyBReadable(trailer));
  }

  #read(block: number, apdu: Uint8Array): Uint8Array {
    if (apdu.length !== 5 || apdu[4] !== blockLength) {
      return Uint8Array.from(status.wrongLength);
    }
    if (!this.#isAllowed(block, 'read')) {
      return this.#done(status.failed);
    }
    const bytes = block % blocksPerSector === trailerPlace ? visibleTrailer(this.#block(block)) : this.#block(block);
    return Uint8Array.of(...bytes, ...status.ok);
  }

  #write(block: number, apdu: Uint8Array): Uint8Array {
    const refusal = this.#writeRefusal(block, apdu);
    if (refusal === null) {
      this.memory.set(apdu.subarray(5), block * blockLength);
    }
    return this.#done(refusal);
  }

  /** Block 0 is the manufacturer's. */
  #writeRefusal(block: number, apdu: Uint8Array): Refusal | null {
    if (apdu[4] !== blockLength || apdu.length !== 5 + blockLength) {
      return status.wrongLength;
    }
    return block !== 0 && this.#isAllowed(block, 'write') ? null : status.failed;
  }

  #isAllowed(block: number, what: 'read' | 'write'): boolean {
    const sector = Math.floor(block / blocksPerSector);
    const open = this.#open;
    return (
      !this.#isSilent &&
      open?.sector === sector &&
      mayAccess(this.#trailer(sector), block % blocksPerSector, open.key, what)
    );
  }

  #done(refusal: Refusal | null): Uint8Array {
    if (refusal === status.failed) {
      this.#open = null;
      this.#isSilent = true;
    }
    return Uint8Array.from(refusal ?? status.ok);
  }

  #trailer(sector: number): Uint8Array {
    return this.#block(sector * blocksPerSector + trailerPlace);
  }

  #block(block: number): Uint8Array {
    return this.memory.slice(block * blockLength, (block + 1) * blockLength);
  }
}

function factoryMemory(uid: Uint8Array): Uint8Array {
  const memory = new Uint8Array(memoryLength);
  // A 4-byte UID is followed by its check byte; then come type bytes, which tell a reader what it has in front of it.
  const check = uid.length === 4 ? [uid.reduce((sum, byte) => sum ^ byte, 0)] : [];
  memory.set([...uid, ...check, 0x08, uid.length === 4 ? 0x04 : 0x44, 0x00], 0);
  for (let sector = 0; sector < sectorCount; sector += 1) {
    memory.set(factoryTrailer, (sector * blocksPerSector + trailerPlace) * blockLength);
  }
  return memory;
}
