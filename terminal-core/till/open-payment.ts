import type { Fault } from '../../contract/ipc/fault.ts';
import type { OpenPaymentView } from '../../contract/ipc/till-view.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { Charge } from './charge.ts';
import { viewOf } from './charges.ts';

/** The open card payment as a screen shows it. */
export function openPaymentView(transaction: TillTransaction): OpenPaymentView {
  const { terminalTransactionNumber, tag, amountMinor, balanceDeltaMinor, payment, openedAt } = transaction;
  invariant('INV-12', payment !== null, `transaction ${terminalTransactionNumber} has no payment`);
  const { status, reference } = payment;
  const feeMinor = amountMinor - balanceDeltaMinor;
  return { terminalTransactionNumber, uid: tag.uid, amountMinor, feeMinor, status, reference, openedAt };
}

/** Why the next card has to wait, and what a work that left its payment open ends with. */
export function paymentOpenFault({ terminalTransactionNumber, payment }: TillTransaction): Fault {
  return fault('PAYMENT_OPEN', { terminalTransactionNumber, status: payment?.status ?? 'pending' });
}

/** What was to be put on the tag, out of the row that has been waiting for it. */
export function chargeOf(transaction: TillTransaction): Charge {
  const { type, paymentMethod, amountMinor, balanceDeltaMinor, items, merchantId } = transaction;
  const { adjustmentNumber, setBlocked, reference, groupId } = transaction;
  const view = viewOf('card-top-up', amountMinor, amountMinor - balanceDeltaMinor);
  const related = { merchantId, adjustmentNumber, setBlocked, reference, groupId };
  const money = { type, paymentMethod, amountMinor, balanceDeltaMinor, items };
  return { ...money, ...related, view, takesBlockedTags: false, reserves: false, takesCredit: false };
}
