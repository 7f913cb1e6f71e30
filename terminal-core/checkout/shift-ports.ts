import type { ClosedShift, Shift, ShiftSum } from '../domain/shift.ts';

export interface ShiftClosing {
  readonly closedBy: string;
  readonly countedCashMinor: number;
  readonly at: string;
}

/** The till's shifts. Every change is one commit, journalled with it. */
export interface ShiftStore {
  /** The one that is open, or null. */
  current(): Shift | null;
  open(cashierId: string, floatMinor: number, at: string): Shift;
  /** The transactions of a shift, added up by what counts alike. */
  sums(shiftId: string): readonly ShiftSum[];
  /** Fixes the figures and draws the next Z number; nothing of it changes afterwards (INV-10). */
  close(shiftId: string, closing: ShiftClosing): ClosedShift;
}
