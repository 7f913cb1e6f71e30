import { failed, ok, type Result } from '../domain/result.ts';
import { blockLength, blocksPerSector, ClassicSectors, type SectorKey } from './classic-sectors.ts';
import type { TagDriver, TagFault } from './driver.ts';
import { memoryLength } from './layout.ts';
import { StorageCard } from './storage-card.ts';
import type { Transmit } from './transmit.ts';
import { assertGrains, changedUnits, type UnitWrite } from './units.ts';

const firstBlock = 4;
/** The fourth block of each sector is its trailer, with keys and access bits; the till never writes one. */
const dataBlocksPerSector = 3;

/**
 * MIFARE Classic 1K: logical byte 0 is block 4, units are the data blocks of 16 bytes in sectors 1 to 3. Where only a part
 * of a block is to change, its other bytes are read first and written again; no block holds bytes of two slots, or of a
 * slot and the header, so that a torn one takes nothing with it.
 *
 * @param key what opens the three sectors
 */
export function classicDriver(transmit: Transmit, key: SectorKey): TagDriver {
  const card = new StorageCard(transmit);
  const sectors = new ClassicSectors(card, key);

  const readRange = async (offset: number, length: number): Promise<Result<Uint8Array, TagFault>> => {
    assertGrains(offset, length);
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const unit = Math.floor((offset + done) / blockLength);
      const read = await sectors.readBlock(blockOf(unit));
      if (!read.ok) {
        return read;
      }
      const at = (offset + done) % blockLength;
      const part = read.value.subarray(at, Math.min(blockLength, at + length - done));
      bytes.set(part, done);
      done += part.length;
    }
    return ok(bytes);
  };

  /** The whole block that a write of it, or of a part of it, comes to. */
  const wholeBlock = async ({ unit, at, bytes }: UnitWrite): Promise<Result<Uint8Array, TagFault>> => {
    if (bytes.length === blockLength) {
      return ok(bytes);
    }
    const read = await sectors.readBlock(blockOf(unit));
    if (!read.ok) {
      return read;
    }
    const whole = read.value.slice();
    whole.set(bytes, at);
    return ok(whole);
  };

  return {
    technology: 'classic1k',
    readUid: () => card.readUid(),
    readRange,
    readMemory: () => readRange(0, memoryLength),
    write: async (offset, bytes, known, onProgress) => {
      const units = changedUnits(offset, bytes, known, blockLength);
      sectors.beginWrite();
      for (const [index, unit] of units.entries()) {
        const whole = await wholeBlock(unit);
        if (!whole.ok) {
          return failed(whole.fault);
        }
        const written = await sectors.writeBlock(blockOf(unit.unit), whole.value);
        if (!written.ok) {
          return written;
        }
        onProgress?.(index + 1, units.length);
      }
      return ok(undefined);
    },
  };
}

/** Units 0, 1, 2, 3 … are blocks 4, 5, 6, 8 …: the trailers are passed over. */
function blockOf(unit: number): number {
  return firstBlock + Math.floor(unit / dataBlocksPerSector) * blocksPerSector + (unit % dataBlocksPerSector);
}
