import type { Dice } from '../backend-world/dice.ts';
import type { Change, Pending, Survival, VolatileDisk } from './volatile-disk.ts';

/** What a disk writes as one. */
const sectorBytes = 512;

/** One way in which a power cut may leave what was not synced. */
export interface PowerCut {
  readonly how: string;
  readonly survival: Survival;
}

/** In how many ways chance alone decides, for each moment. */
const chancesPerMoment = 4;

/**
 * The ways in which the power may go at this moment: nothing of what is pending is there, all of it, a part in order (cut
 * between two writes, or in the middle of one), one missing, one alone, any sectors of any writes, bytes that mean nothing,
 * and room that was taken before its bytes came. Names that are pending come in their order.
 */
export function powerCuts({ pending }: VolatileDisk, dice: Dice): readonly PowerCut[] {
  const count = pending.length;
  if (count === 0) return [{ how: 'nothing was on its way', survival: () => 'whole' }];
  const each = (make: (at: number) => PowerCut): readonly PowerCut[] => pending.map((_, at) => make(at));
  return [
    { how: 'none of it', survival: () => null },
    { how: 'all of it', survival: () => 'whole' },
    ...each((at) => ({ how: 'in order, then nothing', survival: (_, index) => (index < at ? 'whole' : null) })),
    ...each((at) => ({
      how: 'in order, and half of the next',
      survival: (one, index) => (index < at ? 'whole' : index === at ? sectors(one, (place) => place < 0.5) : null),
    })),
    ...each((at) => ({ how: 'all but one', survival: inOrder((_, index) => (index === at ? null : 'whole')) })),
    ...each((at) => ({ how: 'one alone', survival: inOrder((_, index) => (index === at ? 'whole' : null)) })),
    ...Array.from({ length: chancesPerMoment }, () => anySectors(dice.below(0x7fff_ffff))),
    ...each((at) => garbled(at, dice.below(0x7fff_ffff))),
    { how: 'zeros in place of all bytes', survival: zeroed },
  ];
}

/** Names never come without those before them: a survival of one name keeps all earlier ones. */
function inOrder(survival: Survival): Survival {
  return (one, index) => (one.of === 'folder' ? 'whole' : survival(one, index));
}

function anySectors(seed: number): PowerCut {
  const draw = scattered(seed);
  return {
    how: 'any sectors',
    survival: (one, index) => sectors(one, (_, sector) => draw(index * 4_099 + sector) < 0.5),
  };
}

function garbled(at: number, seed: number): PowerCut {
  const draw = scattered(seed);
  const survival: Survival = (one, index) => {
    if (index !== at || one.of === 'folder' || one.change.kind !== 'write') return 'whole';
    const bytes = Buffer.from(one.change.bytes.map((_, place) => Math.floor(draw(place) * 256)));
    return { ...one.change, bytes };
  };
  return { how: 'bytes that mean nothing', survival };
}

function zeroed(one: Pending): ReturnType<Survival> {
  if (one.of === 'folder' || one.change.kind !== 'write') return 'whole';
  return { kind: 'write', offset: one.change.offset, bytes: Buffer.alloc(one.change.bytes.length) };
}

/**
 * The sectors of a write that are kept; the first run of them, where there are several. A write that lies within one sector
 * is there or not. Bytes beside a write, in the same sector, are never harmed ("power-safe overwrite").
 * @param isKept of the place of a sector in the write, from 0 to 1, and of its number
 */
function sectors(one: Pending, isKept: (place: number, sector: number) => boolean): Change | 'whole' | null {
  if (one.of === 'folder' || one.change.kind !== 'write') return isKept(0, 0) ? 'whole' : null;
  const { offset, bytes } = one.change;
  const first = Math.floor(offset / sectorBytes);
  const last = Math.floor((offset + bytes.length - 1) / sectorBytes);
  const kept: number[] = [];
  for (let sector = first; sector <= last; sector += 1)
    if (isKept((sector - first) / (last - first + 1), sector)) kept.push(sector);
  const [from] = kept;
  if (from === undefined) return null;
  let to = from;
  while (kept.includes(to + 1)) to += 1;
  const start = Math.max(offset, from * sectorBytes);
  const end = Math.min(offset + bytes.length, (to + 1) * sectorBytes);
  return { kind: 'write', offset: start, bytes: bytes.subarray(start - offset, end - offset) };
}

/** A number from 0 to 1 for each place, always the same for the same seed. */
function scattered(seed: number): (place: number) => number {
  return (place) => {
    let mixed = Math.imul(seed ^ Math.imul(place + 1, 0x9e37_79b1), 0x85eb_ca6b) >>> 0;
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b_3c6d) >>> 0;
    return ((mixed ^ (mixed >>> 12)) >>> 0) / 0x1_0000_0000;
  };
}
