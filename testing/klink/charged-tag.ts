import type { VirtualReader, VirtualTag } from '../virtual-reader/virtual-reader.ts';
import type { DemoBackend } from './demo-backend.ts';
import { type WitnessedTag, witnessTag } from './tag-witness.ts';
import { copyFolder } from './test-folder.ts';
import { enrolTill, succeeded, type TillOnReader, tillOnReader } from './till-on-reader.ts';

/**
 * A till that has issued a tag and topped it up to 95.00: the state every row of a matrix begins with, each on a copy of
 * the till's folder and of the tag's memory.
 */
export interface ChargedTag {
  readonly uid: string;
  readonly till: TillOnReader;
  /** The tag's memory with balance 95.00 and number 1. */
  readonly memory: Uint8Array;
  /** What a memory says to somebody who holds the edition's keys. */
  witness(memory: Uint8Array): WitnessedTag | null;
  /** A copy of the till for one row, on that row's reader. */
  copyFor(reader: VirtualReader): TillOnReader;
  /** The tag for one row, with its memory as it was after the top-up; not yet on the reader. */
  tagFor(reader: VirtualReader): Promise<VirtualTag>;
}

export async function chargeTag(backend: DemoBackend, reader: VirtualReader, uid: string): Promise<ChargedTag> {
  const tag = await reader.makeTag({ uid });
  await reader.insert(tag);
  const till = await enrolTill(backend.address, reader);
  succeeded(await till.run('issue'));
  succeeded(await till.run('topup', '--amount', '100.00'));
  await reader.remove();
  const memory = await reader.memory(tag);
  const { edition } = await backend.enrolWitness('DEMO-FEST');
  const keys = new Map(edition.keySets.map(({ id, keyHex }) => [id, Buffer.from(keyHex, 'hex')]));
  return {
    uid,
    till,
    memory,
    witness: (bytes) => witnessTag(bytes, Buffer.from(uid, 'hex'), keys.get(bytes[3] ?? -1) ?? Buffer.alloc(16)),
    copyFor: (other) => tillOnReader(copyFolder(till.folder.place, 'till-copy'), other),
    async tagFor(other) {
      const copy = await other.makeTag({ uid });
      await other.setMemory(copy, memory);
      return copy;
    },
  };
}
