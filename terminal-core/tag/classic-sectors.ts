import { failed, ok, type Result } from '../domain/result.ts';
import { authenticate, exchange, keyStructures, loadKey, readBinary, updateBinary } from './apdu.ts';
import type { TagFault } from './driver.ts';
import { faultOf, payloadOf, type StorageCard } from './storage-card.ts';

export const blockLength = 16;
export const blocksPerSector = 4;

/** One of the two keys that open a sector of a MIFARE Classic: 6 bytes. */
export interface SectorKey {
  readonly type: 'A' | 'B';
  readonly bytes: Uint8Array;
}

/** As the factory delivers every sector (docs/decisions/classic-sector-keys.md). */
export const transportKey: SectorKey = { type: 'A', bytes: new Uint8Array(6).fill(0xff) };

/**
 * The sectors of a MIFARE Classic, of which one at a time is open: the card forgets the last authentication with the next
 * one, with anything it refuses, and when it leaves the field.
 */
export class ClassicSectors {
  readonly #card: StorageCard;
  readonly #key: SectorKey;
  #isKeyLoaded = false;
  #openSector: number | null = null;
  /** The sector that was opened, and whose card was then seen to be the right one, in the write under way. */
  #provedSector: number | null = null;

  constructor(card: StorageCard, key: SectorKey) {
    this.#card = card;
    this.#key = key;
  }

  /** 16 bytes. A read that is refused is tried once more with a new authentication. */
  async readBlock(block: number): Promise<Result<Uint8Array, TagFault>> {
    const opened = await this.#open(sectorOf(block));
    if (!opened.ok) {
      return opened;
    }
    const first = await exchange(this.#card.transmit, readBinary(block, blockLength));
    if (first.kind !== 'refused') {
      return this.#kept(payloadOf(first, blockLength));
    }
    this.#close();
    const uid = await this.#card.readUid();
    if (!uid.ok) {
      return uid;
    }
    const again = await this.#open(sectorOf(block));
    if (!again.ok) {
      // It was opened before, so the key is not what is wrong.
      return again.fault.kind === 'locked' ? failed(faultOf(first)) : again;
    }
    return this.#kept(payloadOf(await exchange(this.#card.transmit, readBinary(block, blockLength)), blockLength));
  }

  /** To be called before the first block of a write: from then on the UID is read anew in each sector. */
  beginWrite(): void {
    this.#provedSector = null;
  }

  /**
   * One block, never a trailer. The UID is read once the sector is open, and not again for its other blocks: a card that
   * takes the place of another is closed, and a write is refused rather than tried again with a new authentication. So no
   * card is ever written that was not seen to be the right one.
   */
  async writeBlock(block: number, bytes: Uint8Array): Promise<Result<void, TagFault>> {
    const proved = await this.#prove(sectorOf(block));
    if (!proved.ok) {
      return proved;
    }
    const answer = await exchange(this.#card.transmit, updateBinary(block, bytes));
    if (answer.kind === 'success') {
      return ok(undefined);
    }
    this.#close();
    return failed(await this.#card.writeFault(answer));
  }

  async #prove(sector: number): Promise<Result<void, TagFault>> {
    if (this.#provedSector === sector && this.#openSector === sector) {
      return ok(undefined);
    }
    const opened = await this.#open(sector);
    if (!opened.ok) {
      return opened;
    }
    const uid = await this.#card.readUid();
    if (!uid.ok) {
      this.#close();
      return uid;
    }
    this.#provedSector = sector;
    return ok(undefined);
  }

  async #open(sector: number): Promise<Result<void, TagFault>> {
    if (this.#openSector === sector) {
      return ok(undefined);
    }
    this.#close();
    const loaded = await this.#loadKey();
    if (!loaded.ok) {
      return loaded;
    }
    const answer = await exchange(this.#card.transmit, authenticate(sector * blocksPerSector, this.#key.type));
    if (answer.kind === 'success') {
      this.#openSector = sector;
      return ok(undefined);
    }
    if (answer.kind !== 'refused') {
      return failed(faultOf(answer));
    }
    const uid = await this.#card.readUid();
    return uid.ok ? failed({ kind: 'locked', detail: `sector ${sector}: ${answer.detail}` }) : uid;
  }

  /** Once for each stay of a card: the reader may have been unplugged in between, and other programs load keys too. */
  async #loadKey(): Promise<Result<void, TagFault>> {
    if (this.#isKeyLoaded) {
      return ok(undefined);
    }
    let answer = await exchange(this.#card.transmit, loadKey(keyStructures.volatile, this.#key.bytes));
    if (answer.kind === 'refused') {
      answer = await exchange(this.#card.transmit, loadKey(keyStructures.permanent, this.#key.bytes));
    }
    if (answer.kind === 'success') {
      this.#isKeyLoaded = true;
      return ok(undefined);
    }
    if (answer.kind !== 'refused') {
      return failed(faultOf(answer));
    }
    const uid = await this.#card.readUid();
    return uid.ok
      ? failed({ kind: 'unsupported', detail: `MIFARE Classic 1K on a reader that takes no key (${answer.detail})` })
      : uid;
  }

  #kept(read: Result<Uint8Array, TagFault>): Result<Uint8Array, TagFault> {
    if (!read.ok) {
      this.#close();
    }
    return read;
  }

  #close(): void {
    this.#openSector = null;
    this.#provedSector = null;
  }
}

function sectorOf(block: number): number {
  return Math.floor(block / blocksPerSector);
}
