import type { Dice } from '../backend-world/dice.ts';
import { type Deed, refund, sale, topUp, type Wristband } from './wristband.ts';

/** What goes wrong in the middle of a deed. */
export type Mishap =
  | { readonly kind: 'none' }
  /**
   * SIGKILL of the till host, so long after the wristband is there, or after the till has begun to write it: as a share of
   * what the rest of a deed usually takes from then on.
   */
  | { readonly kind: 'kill'; readonly from: 'tap' | 'writing'; readonly at: number }
  /** The wristband leaves at the n-th page that is written; it is put back, or its owner walks away. */
  | {
      readonly kind: 'tear';
      readonly page: number;
      readonly point: 'before' | 'during' | 'after';
      readonly isPutBack: boolean;
    }
  /** Both: it is torn off, and the till dies while it asks for it again. */
  | { readonly kind: 'tear and kill'; readonly page: number; readonly point: 'before' | 'during' | 'after' };

const tearPoints = ['before', 'during', 'after'] as const;
/** Pages that a deed writes to a Type 2 tag: at most a whole slot. */
const pagesMax = 16;

/** Tops up who has nothing left; some bring money back. */
export function drawDeed(dice: Dice, { balanceMinor }: Wristband): Deed {
  if (balanceMinor < 12_00) return topUp(dice.pick([50_00, 100_00, 200_00]));
  const kind = dice.weighted({ sale: 78, 'top-up': balanceMinor < 100_00 ? 14 : 0, refund: 8 });
  switch (kind) {
    case 'sale':
      return sale(50 + dice.below(11_50));
    case 'top-up':
      return topUp(50_00);
    case 'refund':
      return refund(1_00 + dice.below(9_00));
  }
}

export interface MishapWeights {
  readonly none: number;
  readonly kill: number;
  readonly tear: number;
  readonly 'tear and kill': number;
}

export function drawMishap(dice: Dice, weights: MishapWeights): Mishap {
  const kind = dice.weighted(weights);
  const page = 1 + dice.below(pagesMax);
  const point = dice.pick(tearPoints);
  switch (kind) {
    case 'none':
      return { kind };
    case 'kill':
      return { kind, from: dice.chance(0.3) ? 'tap' : 'writing', at: dice.next() };
    case 'tear':
      return { kind, page, point, isPutBack: dice.chance(0.5) };
    case 'tear and kill':
      return { kind, page, point };
  }
}
