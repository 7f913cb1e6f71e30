import { rules } from './model-charges.ts';
import type { Line, ModelRow, Wish } from './model-words.ts';

/** Who stands at a till, with which drawer and what in the cart, by the rules alone. */
export class ModelDesk {
  cart: Line[] = [];
  shift: number | null = null;
  shiftCount = 0;
  floatMinor = 0;
  cashier: 'sue' | 'anna' | null = null;
  /** Until when a supervisor's confirmation waits for what it is for. */
  #approvedUntilMs = 0;

  /** Why this cashier may not do it now; null where they may. */
  refusedFor({ kind }: Wish, nowMs: number): string | null {
    if (this.cashier === null) return 'LOGIN_NEEDED';
    if (kind === 'issue' || kind === 'balance') return null;
    if (this.shift === null) return 'SHIFT_NEEDED';
    const isSupervised = kind === 'refund' || kind === 'reversal' || kind === 'chargeback' || kind === 'block';
    if (!isSupervised || this.cashier === 'sue') return null;
    if (nowMs >= this.#approvedUntilMs) return 'SUPERVISOR_NEEDED';
    this.#approvedUntilMs = 0;
    return null;
  }

  logIn(cashier: 'sue' | 'anna' | null): void {
    this.cashier = cashier;
    this.#approvedUntilMs = 0;
  }

  approve(nowMs: number): void {
    this.#approvedUntilMs = nowMs + rules.approvalMs;
  }

  openShift(floatMinor: number): void {
    this.shiftCount += 1;
    this.shift = this.shiftCount;
    this.floatMinor = floatMinor;
  }

  /** The float and what was Committed in this shift, and apart from it what nobody knows (protocol.md, "Cash"). */
  drawer(all: readonly ModelRow[]): { readonly expectedMinor: number; readonly unknownMinor: number } {
    const rows = all.filter(({ shift }) => shift === this.shift);
    const sumOf = (wanted: ModelRow['state'], least: number) =>
      rows
        .filter(({ state, cashMinor }) => state === wanted && cashMinor > least)
        .reduce((sum, { cashMinor }) => sum + cashMinor, 0);
    const expectedMinor = this.floatMinor + sumOf('Committed', Number.NEGATIVE_INFINITY);
    return { expectedMinor, unknownMinor: sumOf('TerminalConfirmUnknown', 0) };
  }
}
