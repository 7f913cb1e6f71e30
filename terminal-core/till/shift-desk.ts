import type { Fault } from '../../contract/ipc/fault.ts';
import type { ClosedShiftReport, ShiftReport } from '../../contract/ipc/shift.ts';
import type { Clock } from '../checkout/ports.ts';
import type { ShiftStore } from '../checkout/shift-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { type Shift, type ShiftFigures, shiftFigures } from '../domain/shift.ts';
import { instant } from './desk.ts';
import type { StaffDesk } from './staff-desk.ts';

/** Opens, reports and closes the drawer's shifts (screens.md, "Shift"). */
export class ShiftDesk {
  readonly #shifts: ShiftStore;
  readonly #staff: StaffDesk;
  readonly #clock: Clock;

  constructor(shifts: ShiftStore, staff: StaffDesk, clock: Clock) {
    this.#shifts = shifts;
    this.#staff = staff;
    this.#clock = clock;
  }

  get current(): Shift | null {
    return this.#shifts.current();
  }

  /** @returns LOGIN_NEEDED, also where the event has no cashiers: a shift is somebody's; SHIFT_OPEN */
  open(floatMinor: number): Result<ShiftReport, Fault> {
    const { cashier } = this.#staff;
    if (!cashier) return failed(fault('LOGIN_NEEDED'));
    if (this.current) return failed(fault('SHIFT_OPEN'));
    return ok(this.#report(this.#shifts.open(cashier.cashierId, floatMinor, instant(this.#clock))));
  }

  /** The X report. What should be in the drawer is only a supervisor's to see before it is counted. */
  report(): Result<ShiftReport, Fault> {
    const shift = this.#openShift();
    return shift.ok ? ok(this.#report(shift.value)) : shift;
  }

  /**
   * The Z report, after a blind count: only now is the expected sum told. Nothing may be running. Where the event has no
   * cashiers any more, it is closed in the name of whoever opened it.
   */
  close(countedCashMinor: number): Result<ClosedShiftReport, Fault> {
    const shift = this.#openShift();
    if (!shift.ok) return shift;
    const { shiftId, cashierId } = shift.value;
    const closedBy = this.#staff.cashier?.cashierId ?? cashierId;
    const closed = this.#shifts.close(shiftId, { closedBy, countedCashMinor, at: instant(this.#clock) });
    const { figures, closedAt, zNumber } = closed;
    const differenceMinor = countedCashMinor - figures.cash.expectedMinor;
    const report = { ...reportOf(closed, figures), cash: figures.cash };
    return ok({ ...report, closedAt, closedBy, zNumber, countedCashMinor, differenceMinor });
  }

  #openShift(): Result<Shift, Fault> {
    if (this.#staff.isLoginNeeded) return failed(fault('LOGIN_NEEDED'));
    const { current } = this;
    return current ? ok(current) : failed(fault('SHIFT_NOT_OPEN'));
  }

  #report(shift: Shift): ShiftReport {
    const figures = shiftFigures(shift.floatMinor, this.#shifts.sums(shift.shiftId));
    const isSupervisor = this.#staff.cashier?.role === 'supervisor';
    return { ...reportOf(shift, figures), cash: isSupervisor ? figures.cash : null };
  }
}

function reportOf({ shiftId, cashierId, openedAt }: Shift, { sales, chargebacks, unknownCount }: ShiftFigures) {
  return { shiftId, cashierId, openedAt, sales, chargebacks, unknownCount };
}
