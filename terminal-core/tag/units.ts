import { invariant } from '../domain/invariant.ts';
import { sameBytes } from './bytes.ts';
import { memoryLength } from './layout.ts';

/** What the logical memory is addressed in, whatever a tag's own unit is: no field that is written alone is smaller. */
const grain = 4;

/** Bytes for one unit of a tag, or for a part of one. */
export interface UnitWrite {
  /** Which unit of the logical memory, counted from 0. */
  readonly unit: number;
  /** Where in the unit `bytes` begin; 0 for a whole one. */
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** The units of `unitLength` bytes in which `bytes` differ from `known`, ascending; all of them without `known`. */
export function changedUnits(
  offset: number,
  bytes: Uint8Array,
  known: Uint8Array | null,
  unitLength: number,
): readonly UnitWrite[] {
  assertGrains(offset, bytes.length);
  invariant('INV-34', known === null || known.length === bytes.length, 'what is known covers what is written');
  const changed: UnitWrite[] = [];
  for (let done = 0; done < bytes.length; ) {
    const at = (offset + done) % unitLength;
    const end = Math.min(done + unitLength - at, bytes.length);
    const next = bytes.slice(done, end);
    if (known === null || !sameBytes(next, known.subarray(done, end))) {
      changed.push({ unit: Math.floor((offset + done) / unitLength), at, bytes: next });
    }
    done = end;
  }
  return changed;
}

/** INV-34: only whole pages are read and written. */
export function assertGrains(offset: number, length: number): void {
  const inside = offset >= 0 && length > 0 && offset + length <= memoryLength;
  const whole = offset % grain === 0 && length % grain === 0;
  invariant('INV-34', inside && whole, `${length} bytes at ${offset} are not whole pages of the logical memory`);
}
