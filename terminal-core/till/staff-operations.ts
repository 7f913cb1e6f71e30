import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import type { Cashier } from '../../contract/wire/configuration.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { viewOf } from './charges.ts';
import type { Desk, Patience } from './desk.ts';
import type { TapRequest, TillOperations } from './operations.ts';
import type { ShiftDesk } from './shift-desk.ts';
import type { StaffDesk } from './staff-desk.ts';
import { StaffTap } from './staff-tap.ts';
import { cashierView } from './view.ts';
import type { TagWork } from './work.ts';

/** What these operations need of the till, which alone begins and ends a piece of work. */
export interface StaffOperationParts {
  readonly staff: StaffDesk;
  readonly shift: ShiftDesk;
  isBusy(): boolean;
  desk(): Result<Desk, Fault>;
  patience(request: TapRequest): Patience;
  run(view: ChargeView, makeWork: (desk: Desk) => TagWork): Promise<Result<Outcome, Fault>>;
  /** What a crash left behind counts before the drawer is counted. */
  cleanUp(): void;
  /** A shift was opened or closed: its journal entry waits to be sent. */
  onShiftChange(): void;
}

export type StaffOperations = Pick<
  TillOperations,
  'login' | 'loginByTag' | 'logout' | 'approve' | 'approveByTag' | 'openShift' | 'shiftReport' | 'closeShift'
>;

/** Who stands at the till, and the drawer they answer for. */
export function staffOperations(till: StaffOperationParts): StaffOperations {
  const { staff, shift } = till;
  return {
    login: async (typed) => told(till.isBusy() ? failed(fault('BUSY')) : await staff.login(typed)),
    loginByTag: (request) =>
      letIn(till, 'login', request, (cashier) => {
        staff.enter(cashier);
        return ok(cashier);
      }),
    logout: () => Promise.resolve(logout(till)),
    approve: async (typed) => told(await staff.approve(typed)),
    approveByTag: (request) => letIn(till, 'approval', request, (cashier) => staff.confirm(cashier)),
    openShift: ({ floatMinor }) => Promise.resolve(openShift(till, floatMinor)),
    shiftReport: () => Promise.resolve(shift.report()),
    closeShift: ({ countedCashMinor }) => Promise.resolve(closeShift(till, countedCashMinor)),
  };
}

function told(entered: Result<Cashier, Fault>) {
  return entered.ok ? ok(cashierView(entered.value)) : entered;
}

function letIn(
  till: StaffOperationParts,
  purpose: 'login' | 'approval',
  request: TapRequest,
  welcome: (cashier: Cashier) => Result<Cashier, Fault>,
): Promise<Result<Outcome, Fault>> {
  const view = viewOf(purpose, 0);
  return till.run(view, (desk) => {
    const welcomeOwner = (uid: string) => {
      const cashier = till.staff.byTag(uid);
      return cashier ? welcome(cashier) : failed(fault('CASHIER_UNKNOWN'));
    };
    return new StaffTap(desk, till.patience(request), view, welcomeOwner);
  });
}

function logout(till: StaffOperationParts): Result<Record<string, never>, Fault> {
  if (till.isBusy()) return failed(fault('BUSY'));
  till.staff.logout();
  return ok({});
}

function openShift(till: StaffOperationParts, floatMinor: number): ReturnType<ShiftDesk['open']> {
  const desk = till.desk();
  if (!desk.ok) return desk;
  if (till.isBusy()) return failed(fault('BUSY'));
  const opened = till.shift.open(floatMinor);
  if (opened.ok) till.onShiftChange();
  return opened;
}

/** A till that may sell no more still counts its cash. */
function closeShift(till: StaffOperationParts, countedCashMinor: number): ReturnType<ShiftDesk['close']> {
  if (till.isBusy()) return failed(fault('BUSY'));
  till.cleanUp();
  const closed = till.shift.close(countedCashMinor);
  if (closed.ok) till.onShiftChange();
  return closed;
}
