import type { PaymentRequest, PaymentStatus } from '../../contract/wire/payment.ts';
import { invariant } from './invariant.ts';

/** How the card payment of a top-up stands, as far as this till knows. */
export interface Payment {
  readonly status: PaymentStatus;
  /** The provider's own name for it; null while it has not spoken. */
  readonly reference: string | null;
}

/** The changes a payment may make; null is a payment that has not been asked for. `declined` and `voided` are final. */
export const paymentChanges: Readonly<Record<PaymentStatus | 'none', readonly PaymentStatus[]>> = {
  none: ['pending'],
  pending: ['approved', 'declined', 'voided', 'unknown'],
  unknown: ['pending', 'approved', 'declined', 'voided'],
  approved: ['voided', 'unknown'],
  declined: [],
  voided: [],
};

/** INV-12: only changes that a payment can make. */
export function assertPaymentChange(from: PaymentStatus | null, to: PaymentStatus): void {
  invariant('INV-12', paymentChanges[from ?? 'none'].includes(to), `payment ${from} → ${to}`);
}

/** Whether the card may have been charged, or still may be: what nobody may give up without asking (Q13). */
export function isOpenPayment(status: PaymentStatus): boolean {
  return status === 'pending' || status === 'approved' || status === 'unknown';
}

/** What the provider is asked for: the same for the whole life of the transaction, so that it is charged once. */
export function paymentRequestOf(topUp: {
  readonly amountMinor: number;
  readonly balanceDeltaMinor: number;
  readonly currency: string;
}): PaymentRequest {
  const { amountMinor, balanceDeltaMinor, currency } = topUp;
  return { amountMinor, feeMinor: amountMinor - balanceDeltaMinor, currency };
}
