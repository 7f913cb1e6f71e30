import type { z } from 'zod';
import type { TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { transactionPayloadSchema } from '../../contract/wire/transaction.ts';

/** A transaction as a till sends it. */
export type SentTransaction = z.input<typeof transactionPayloadSchema>;
type Changes = Partial<SentTransaction>;

const openedAt = '2026-07-04T20:15:00.000Z';
const endedAt = '2026-07-04T20:15:03.000Z';
export const uid = '04A1B2C3D4E5F6';

function tag(
  balanceBeforeMinor: number,
  deltaMinor: number,
  transactionNumber: number,
  of = uid,
): SentTransaction['tag'] {
  return {
    uid: of,
    generation: 1,
    transactionNumber,
    balanceBeforeMinor,
    balanceAfterMinor: balanceBeforeMinor + deltaMinor,
  };
}

/** What a test says about a transaction; the rest follows from it. */
export type Plan = { number: number; tagNumber?: number; before?: number; uid?: string; currency?: string };

/** A committed cash top-up with its fee (R9, R10): version 2, as after Open and TerminalConfirmStarted. */
export function topUp(plan: Plan, amountMinor: number, feeMinor: number, changes: Changes = {}): SentTransaction {
  const deltaMinor = amountMinor - feeMinor;
  const fee = { kind: 'topup-fee' as const, debit: 'fee', credit: 'customer', amountMinor: feeMinor };
  return {
    terminalTransactionNumber: plan.number,
    stateVersion: 3,
    state: 'Committed',
    type: 'TopUp',
    paymentMethod: 'cash',
    currency: plan.currency ?? 'CHF',
    amountMinor,
    balanceDeltaMinor: deltaMinor,
    items: [{ kind: 'topup', debit: 'customer', credit: 'top-up:cash', amountMinor }, ...(feeMinor > 0 ? [fee] : [])],
    tag: tag(plan.before ?? 0, deltaMinor, plan.tagNumber ?? plan.number, plan.uid),
    openedAt,
    endedAt,
    ...changes,
  };
}

/** A committed purchase at the bar (R11). */
export function purchase(plan: Plan, amountMinor: number, changes: Changes = {}): SentTransaction {
  return {
    terminalTransactionNumber: plan.number,
    stateVersion: 3,
    state: 'Committed',
    type: 'Purchase',
    paymentMethod: 'tag',
    currency: plan.currency ?? 'CHF',
    amountMinor,
    balanceDeltaMinor: -amountMinor,
    items: [
      {
        kind: 'purchase',
        debit: 'merchant:bar',
        credit: 'customer',
        amountMinor,
        productId: 'beer',
        name: 'Beer',
        quantity: 1,
        unitPriceMinor: amountMinor,
        taxRate: '8.1',
      },
    ],
    tag: tag(plan.before ?? 0, -amountMinor, plan.tagNumber ?? plan.number, plan.uid),
    merchantId: 'bar',
    openedAt,
    endedAt,
    ...changes,
  };
}

/** A committed cash refund with its fee (R6, Q15): the fee goes off the tag as well. */
export function refund(plan: Plan, amountMinor: number, feeMinor: number, changes: Changes = {}): SentTransaction {
  const fee = { kind: 'refund-fee' as const, debit: 'fee', credit: 'customer', amountMinor: feeMinor };
  return {
    ...purchase(plan, amountMinor + feeMinor),
    type: 'Refund',
    paymentMethod: 'cash',
    amountMinor,
    items: [{ kind: 'refund', debit: 'top-up:cash', credit: 'customer', amountMinor }, ...(feeMinor > 0 ? [fee] : [])],
    merchantId: null,
    ...changes,
  };
}

type Reference = NonNullable<SentTransaction['reference']>;

/** A committed refund-reversal: the cash of a refund was not handed out and goes back onto the tag (money rule 4). */
export function refundReversal(
  plan: Plan,
  amountMinor: number,
  reference: Reference,
  changes: Changes = {},
): SentTransaction {
  return {
    ...topUp(plan, amountMinor, 0),
    type: 'Refund',
    items: [{ kind: 'refund-reversal', debit: 'customer', credit: 'top-up:cash', amountMinor }],
    reference,
    ...changes,
  };
}

/** A committed chargeback: beers of a sale come back to the bar (R5, Q15). */
export function chargeback(
  plan: Plan,
  amountMinor: number,
  reference: Reference,
  quantity = 1,
  changes: Changes = {},
): SentTransaction {
  const goods = { productId: 'beer', name: 'Beer', quantity, unitPriceMinor: Math.floor(amountMinor / quantity) };
  return {
    ...topUp(plan, amountMinor, 0),
    type: 'Chargeback',
    paymentMethod: 'tag',
    items: [{ kind: 'chargeback', debit: 'customer', credit: 'merchant:bar', amountMinor, ...goods }],
    merchantId: 'bar',
    reference,
    ...changes,
  };
}

/** A committed tag adjustment: brings what is booked already onto the tag, or only the blocked flag (Q20). */
export function tagAdjustment(
  plan: Plan,
  deltaMinor: number,
  adjustmentNumber: number | null,
  changes: Changes = {},
): SentTransaction {
  return {
    ...topUp(plan, 1, 0),
    type: 'TagAdjustment',
    paymentMethod: 'none',
    amountMinor: Math.abs(deltaMinor),
    balanceDeltaMinor: deltaMinor,
    adjustmentNumber,
    items: [],
    tag: tag(plan.before ?? 0, deltaMinor, plan.tagNumber ?? plan.number, plan.uid),
    ...changes,
  };
}

export function snapshot(changes: Partial<TagSnapshotPayload> = {}): TagSnapshotPayload {
  return {
    uid,
    generation: 1,
    transactionNumber: 0,
    balanceMinor: 0,
    adjustmentNumber: 0,
    history: [],
    readAt: openedAt,
    ...changes,
  };
}
