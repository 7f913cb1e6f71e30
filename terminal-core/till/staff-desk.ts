import type { Fault } from '../../contract/ipc/fault.ts';
import type { Purpose } from '../../contract/ipc/till-view.ts';
import type { Cashier } from '../../contract/wire/configuration.ts';
import type { PinVerifier, Timers } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Duty, duties } from '../domain/staff.ts';
import type { Staff } from './desk.ts';

export interface StaffDeskParts {
  /** Of the configuration as it stands now: who was taken off it is logged out at once. */
  cashiers(): readonly Cashier[];
  readonly pins: PinVerifier;
  readonly timers: Timers;
  /** Nobody who walked away stays logged in for longer; 0: for ever. */
  readonly idleLockMs: number;
  /** Something is going on that must not lose its cashier. */
  isBusy(): boolean;
  /** Somebody came or went. */
  onChange(): void;
}

interface Typed {
  readonly pin: string;
  readonly cashierId?: string | undefined;
}

/**
 * Who stands at the till, without a network. Lives as long as the process: after a restart everybody logs in again. No
 * PIN is kept, stored or told to anybody.
 */
export class StaffDesk {
  readonly #parts: StaffDeskParts;
  #cashierId: string | null = null;
  #approval: { readonly cashierId: string; readonly stopTimer: () => void } | null = null;
  #stopIdleLock: (() => void) | null = null;
  #isChecking = false;
  /** Wrong PINs of the last while. A right one does not clear them, or a cashier could guess a supervisor's in between. */
  #wrongCount = 0;

  constructor(parts: StaffDeskParts) {
    this.#parts = parts;
  }

  /** Who is logged in. */
  get cashier(): Cashier | null {
    return this.#find(this.#cashierId);
  }

  /** The supervisor who has confirmed the next action. */
  get approver(): Cashier | null {
    return this.#find(this.#approval?.cashierId ?? null);
  }

  get isLoginNeeded(): boolean {
    return this.#parts.cashiers().length > 0 && this.cashier === null;
  }

  /** Also takes over from whoever was logged in (handover): the shift stays open. */
  async login(typed: Typed): Promise<Result<Cashier, Fault>> {
    const known = await this.#byPin(typed);
    if (known.ok) this.enter(known.value);
    return known;
  }

  /** @returns SUPERVISOR_NEEDED where the PIN is right but its owner is no supervisor */
  async approve(typed: Typed): Promise<Result<Cashier, Fault>> {
    if (this.isLoginNeeded) return failed(fault('LOGIN_NEEDED'));
    const known = await this.#byPin(typed);
    return known.ok ? this.confirm(known.value) : known;
  }

  byTag(uid: string): Cashier | null {
    return this.#parts.cashiers().find(({ tagUid }) => tagUid === uid) ?? null;
  }

  enter(cashier: Cashier): void {
    this.#dropApproval();
    this.#cashierId = cashier.cashierId;
    this.noteActivity();
    this.#parts.onChange();
  }

  /** Whoever is logged in has just done something. */
  noteActivity(): void {
    this.#stopIdleLock?.();
    const { timers, idleLockMs, isBusy } = this.#parts;
    if (this.#cashierId === null || idleLockMs === 0) return;
    this.#stopIdleLock = timers.after(idleLockMs, () => {
      if (isBusy()) this.noteActivity();
      else this.logout();
    });
  }

  /** A supervisor confirms the one action that comes next, if it comes soon. */
  confirm(cashier: Cashier): Result<Cashier, Fault> {
    if (cashier.role !== 'supervisor') return failed(fault('SUPERVISOR_NEEDED'));
    this.#dropApproval();
    const stopTimer = this.#parts.timers.after(limits.approvalMs, () => {
      this.#approval = null;
      this.#parts.onChange();
    });
    this.#approval = { cashierId: cashier.cashierId, stopTimer };
    this.#parts.onChange();
    return ok(cashier);
  }

  logout(): void {
    this.#dropApproval();
    this.#stopIdleLock?.();
    this.#cashierId = null;
    this.#parts.onChange();
  }

  /** Whether a piece of work may begin, and whose it is; uses up the confirmation that it needed. */
  admit(purpose: Purpose, isShiftOpen: boolean): Result<Staff, Fault> {
    return this.admitTo(duties[purpose], isShiftOpen);
  }

  /** The same for what is no work with a tag. */
  admitTo(duty: Duty, isShiftOpen: boolean): Result<Staff, Fault> {
    const { cashier } = this;
    if (this.#parts.cashiers().length === 0) return ok({ cashierId: null, approvedBy: null });
    if (duty.login && !cashier) return failed(fault('LOGIN_NEEDED'));
    if (duty.shift && !isShiftOpen) return failed(fault('SHIFT_NEEDED'));
    const cashierId = cashier?.cashierId ?? null;
    if (!duty.supervisor || cashier?.role === 'supervisor') return ok({ cashierId, approvedBy: null });
    const { approver } = this;
    if (approver?.role !== 'supervisor') return failed(fault('SUPERVISOR_NEEDED'));
    this.#dropApproval();
    return ok({ cashierId, approvedBy: approver.cashierId });
  }

  async #byPin({ pin, cashierId }: Typed): Promise<Result<Cashier, Fault>> {
    if (this.#isChecking) return failed(fault('PIN_SLOWED'));
    this.#isChecking = true;
    try {
      const asked = this.#parts.cashiers().filter((cashier) => !cashierId || cashier.cashierId === cashierId);
      const matches = await Promise.all(asked.map(({ pinHash }) => this.#parts.pins.matches(pin, pinHash)));
      const [known, another] = asked.filter((_, index) => matches[index]);
      if (another) return failed(fault('PIN_NOT_UNIQUE'));
      if (known) return ok(known);
      await this.#slowDown();
      return failed(fault('CASHIER_UNKNOWN'));
    } finally {
      this.#isChecking = false;
    }
  }

  /** The answer to a wrong PIN is held back, longer each time and never for ever; meanwhile no other is looked at. */
  async #slowDown(): Promise<void> {
    const { pinDelayMs, pinDelayMaxMs, pinForgottenMs } = limits;
    const delayMs = Math.min(pinDelayMs * 2 ** this.#wrongCount, pinDelayMaxMs);
    this.#wrongCount += 1;
    this.#parts.timers.after(pinForgottenMs, () => {
      this.#wrongCount -= 1;
    });
    await new Promise<void>((resolve) => this.#parts.timers.after(delayMs, resolve));
  }

  #find(cashierId: string | null): Cashier | null {
    return this.#parts.cashiers().find((cashier) => cashier.cashierId === cashierId) ?? null;
  }

  #dropApproval(): void {
    this.#approval?.stopTimer();
    this.#approval = null;
  }
}
