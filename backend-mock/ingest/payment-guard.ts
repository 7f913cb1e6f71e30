import type { PaymentStatus } from '../../contract/wire/payment.ts';
import type { TransactionPayload } from '../../contract/wire/transaction.ts';
import type { BackendState, ReplicableState } from '../../contract/wire/words.ts';

/** The payment of a card top-up, as its till's word is held against it. */
export type KnownPayment = {
  status: PaymentStatus;
  /** Somebody asked for the money back, and the provider has not confirmed it yet. */
  voidRequested: boolean;
  amountMinor: number;
  feeMinor: number;
};

export type PaymentObjection = { code: 'CONTENT_CONFLICT' | 'INVALID_TRANSITION'; message: string };

/**
 * Why a step that the table allows may not be taken for what the card paid (requirements.md 3.4, "Card top-up at terminal"), or
 * `undefined`: what is, or may be, on the tag needs an approved payment of the same amount. Where the backend had given up asking
 * (`ExternalUnknown`) the till's word that it was approved counts. Aborted is always taken: the payment is voided for it.
 */
export function paymentObjection(
  payload: TransactionPayload,
  from: BackendState,
  to: ReplicableState,
  payment: KnownPayment | undefined,
): PaymentObjection | undefined {
  if (payment === undefined || to === 'Aborted') return undefined;
  const { amountMinor, feeMinor, status, voidRequested } = payment;
  const fee = payload.items.reduce((sum, item) => (item.kind === 'topup-fee' ? sum + item.amountMinor : sum), 0);
  if (payload.amountMinor !== amountMinor || (to === 'Committed' && fee !== feeMinor)) {
    const message = `The card was asked for ${amountMinor} with a fee of ${feeMinor}, not ${payload.amountMinor} with ${fee}.`;
    return { code: 'CONTENT_CONFLICT', message };
  }
  const believed = status === 'approved' || (status === 'unknown' && from !== 'ExternalPending');
  if (believed && !voidRequested) return undefined;
  const word = voidRequested && status === 'unknown' ? 'being voided' : status;
  return { code: 'INVALID_TRANSITION', message: `${from} → ${to} needs an approved payment; this one is ${word}.` };
}
