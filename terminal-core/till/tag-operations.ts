import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { ChargeView } from '../../contract/ipc/till-view.ts';
import type { TagLookupPort } from '../checkout/backend-ports.ts';
import {
  type BookingChart,
  cashRefundChart,
  cashTopUpChart,
  chargebackChart,
  tagAdjustmentChart,
} from '../checkout/booking-chart.ts';
import type { ReplacementStore } from '../checkout/replacement-ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { AccountBooking } from './account-booking.ts';
import { accountLook } from './account-look.ts';
import { accountReplacement } from './account-replacement.ts';
import { isOfOtherSession } from './account-standing.ts';
import { nextAdjustment } from './adjustments.ts';
import { balanceLook } from './balance-look.ts';
import { Booking } from './booking.ts';
import { cardTopUp } from './card-operations.ts';
import { type Charge, type ChargeFor, onlyCharge } from './charge.ts';
import { chargebackCharge, type ReturningDesk, undoCharge, undoCharges } from './chargeback.ts';
import { adjustmentCharge, blockCharge, cashRefundCharge, topUpCharge, viewOf } from './charges.ts';
import type { Desk, Patience } from './desk.ts';
import { issueOf } from './issue.ts';
import type { Request, TapRequest, TillOperations } from './operations.ts';
import { reversalOf } from './refund-reversal.ts';
import { Repair } from './repair.ts';
import { Replacement } from './replacement.ts';
import { type SaleOperationParts, sell } from './sale-operations.ts';
import type { TagLedger } from './tag-ledger.ts';
import type { TagMaker } from './tag-maker.ts';
import { TagMaking } from './tag-making.ts';
import type { TagWork } from './work.ts';

type Ended = Promise<Result<Outcome, Fault>>;

/** What these operations need of the till, which alone begins and ends a piece of work. */
export interface TagOperationParts extends SaleOperationParts {
  readonly tagLookup: TagLookupPort;
  readonly ledger: TagLedger;
  readonly replacements: ReplacementStore;
}

/** Who pays or is paid, and what is there to be paid out. */
interface Payer {
  readonly uid: string;
  readonly payableMinor: number;
}

export type TagOperations = Pick<
  TillOperations,
  | 'sell'
  | 'topUp'
  | 'refund'
  | 'reverseRefund'
  | 'chargeback'
  | 'undoSale'
  | 'collectAdjustment'
  | 'block'
  | 'issue'
  | 'repair'
  | 'replace'
  | 'balance'
>;

/** Every operation that a customer's tag is shown for: which charge, on which chart, in which mode. */
export function tagOperations(till: TagOperationParts): TagOperations {
  return {
    sell: (request) => sell(till, request),
    topUp: (request) =>
      request.method === 'card'
        ? cardTopUp(till, request)
        : book(till, cashTopUpChart, request, (desk) => topUpCharge('cash', request.amountMinor, desk.configuration)),
    refund: (request) =>
      bookByTag(till, cashRefundChart, viewOf('refund', request.amountMinor ?? 0), request, (desk, { payableMinor }) =>
        cashRefundCharge(request.amountMinor, payableMinor, desk.configuration),
      ),
    reverseRefund: (request) =>
      bookByTag(till, cashRefundChart, viewOf('refund-reversal', 0), request, ({ store, assignment }, { uid }) =>
        reversalOf(store, assignment.assignmentId, uid, request.terminalTransactionNumber),
      ),
    chargeback: (request) =>
      sessionOver(till, request.terminalTransactionNumber) ??
      bookByTag(till, chargebackChart, viewOf('chargeback', 0), request, (desk, { uid }) =>
        chargebackCharge(goingBack(till, desk), uid, request.terminalTransactionNumber, request.lines),
      ),
    undoSale: (request) => sessionOver(till, request.terminalTransactionNumber) ?? undoSale(till, request),
    collectAdjustment: (request) => collectAdjustment(till, request),
    block: (request) => block(till, request.blocked, request),
    issue: (request) => make(till, viewOf('issue', 0), request, issueOf),
    repair: (request) => make(till, viewOf('repair', 0), request, (desk) => new Repair(desk, till.ledger)),
    replace: ({ lostUid, ...request }) =>
      till.run(viewOf('replacement', 0), (desk) => {
        const patience = till.patience(request);
        if (till.isAccountMode()) return accountReplacement(lostUid, desk, till.accounts, till.ledger, patience);
        return new TagMaking(new Replacement(lostUid, desk, till.ledger, till.replacements), desk, patience);
      }),
    balance: (request) =>
      till.run(viewOf('balance', 0), (desk) =>
        till.isAccountMode()
          ? accountLook(desk, till.accounts, till.patience(request))
          : balanceLook(desk, till.patience(request)),
      ),
  };
}

/** A charge that is fixed before any tag is shown. */
function book(
  till: TagOperationParts,
  chart: BookingChart,
  request: TapRequest,
  charge: (desk: Desk) => Result<Charge, Fault>,
): Ended {
  const desk = till.desk();
  if (!desk.ok) return Promise.resolve(desk);
  const charged = charge(desk.value);
  if (!charged.ok) return Promise.resolve(charged);
  return bookByTag(till, chart, charged.value.view, request, () => charged);
}

/** A charge that depends on the tag, or on its account. Which chart: in account mode there is only one. */
function bookByTag(
  till: TagOperationParts,
  chart: BookingChart,
  view: ChargeView,
  request: TapRequest,
  chargeFor: (desk: Desk, payer: Payer) => Result<Charge, Fault>,
): Ended {
  return till.run(view, (desk) => {
    const patience = till.patience(request);
    if (till.isAccountMode())
      return bookOfAccount(till, view, desk, patience, (payer) => onlyCharge(chargeFor(desk, payer)));
    const chargeForTag: ChargeFor = ({ uid, reading }) =>
      chargeFor(desk, { uid, payableMinor: reading.image.balanceMinor });
    return new Booking(chart, view, chargeForTag, desk, patience);
  });
}

/** What goods come back to: in a canteen only of the day and the session they were sold in (R89). */
function goingBack(till: TagOperationParts, desk: Desk): ReturningDesk {
  const { store, assignment, clock } = desk;
  const isTooLate = till.isAccountMode()
    ? (sale: TillTransaction) => isOfOtherSession(desk, sale, clock.nowMs())
    : never;
  return { store, assignmentId: assignment.assignmentId, isTooLate };
}

const never = () => false;

/** What no tag can take back any more is said before one is asked for; null where one may (R89). */
function sessionOver(till: TagOperationParts, saleNumber: number | null): Ended | null {
  const desk = till.desk();
  if (saleNumber === null || !desk.ok) return null;
  const sale = desk.value.store.committed(saleNumber);
  const isOver = sale?.type === 'Purchase' && goingBack(till, desk.value).isTooLate(sale);
  return isOver ? Promise.resolve(failed(fault('SESSION_OVER'))) : null;
}

/** In a canteen one tap takes back all that one tap has paid for. */
function undoSale(till: TagOperationParts, request: Request<'undoSale'>): Ended {
  const view = viewOf('undo', 0);
  const { terminalTransactionNumber } = request;
  if (!till.isAccountMode())
    return bookByTag(till, chargebackChart, view, request, (desk, { uid }) =>
      undoCharge(goingBack(till, desk), uid, terminalTransactionNumber),
    );
  return till.run(view, (desk) =>
    bookOfAccount(till, view, desk, till.patience(request), ({ uid }) =>
      undoCharges(goingBack(till, desk), uid, terminalTransactionNumber),
    ),
  );
}

/** Account mode: nothing goes over the counter here that anybody could be allergic to. */
function bookOfAccount(
  till: TagOperationParts,
  view: ChargeView,
  desk: Desk,
  patience: Patience,
  chargesFor: (payer: Payer) => Result<readonly Charge[], Fault>,
): TagWork {
  return new AccountBooking({ view, chargesFor, goods: [], allergensKnown: true }, desk, till.accounts, patience);
}

/** What only tags with a balance of their own can be used for. */
function onTag(till: TagOperationParts, view: ChargeView, makeWork: (desk: Desk) => TagWork): Ended {
  return till.isAccountMode() ? Promise.resolve(failed(fault('MODE_UNSUPPORTED'))) : till.run(view, makeWork);
}

/** A tag made anew. */
function make(
  till: TagOperationParts,
  view: ChargeView,
  request: TapRequest,
  makerFor: (desk: Desk) => TagMaker,
): Ended {
  return onTag(till, view, (desk) => new TagMaking(makerFor(desk), desk, till.patience(request)));
}

/** A change of the tag itself, which an account has not. */
function adjustTag(till: TagOperationParts, view: ChargeView, request: TapRequest, chargeFor: ChargeFor): Ended {
  return onTag(till, view, (desk) => new Booking(tagAdjustmentChart, view, chargeFor, desk, till.patience(request)));
}

/** Asked for the tag on the reader, the backend says what it has booked and the tag lacks (Q20). */
function collectAdjustment(till: TagOperationParts, request: TapRequest): Ended {
  return adjustTag(till, viewOf('adjustment', 0), request, async ({ uid, reading }) => {
    const known = await till.tagLookup.lookUp(uid);
    if (!known.ok) return known;
    const next = nextAdjustment(known.value.pendingAdjustments, reading.image.adjustmentNumber);
    return next ? ok(adjustmentCharge(next)) : failed(fault('NO_ADJUSTMENT'));
  });
}

function block(till: TagOperationParts, blocked: boolean, request: TapRequest): Ended {
  const charge = blockCharge(blocked);
  return adjustTag(till, charge.view, request, ({ reading }) =>
    reading.image.blocked === blocked ? failed(fault(blocked ? 'TAG_BLOCKED' : 'TAG_NOT_BLOCKED')) : ok(charge),
  );
}
