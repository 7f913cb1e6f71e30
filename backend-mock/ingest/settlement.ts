import { z } from 'zod';
import { unallocatedMerchantId } from '../../contract/wire/admin-money.ts';
import type { TransactionPayload } from '../../contract/wire/transaction.ts';
import type { TransactionType } from '../../contract/wire/words.ts';

/** What a tag has shown of a transaction that its till never sent. */
export type HeldTransaction = {
  terminalTransactionNumber: number;
  type: TransactionType;
  currency: string;
  balanceDeltaMinor: number;
  uid: string;
  generation: number;
  tagTransactionNumber: number;
  openedAt: Date;
};

/** The content of such a transaction once an operator has settled it, as the database keeps it. */
export type Settlement = TransactionPayload & { settledBy: string };

/**
 * Content for a transaction that lowered a tag's balance and whose till never came back (money rule 3): one line, to the merchant
 * named or to `unallocated`; a refund left the cash drawer. `undefined` for what no tag's word alone can book.
 */
export function settlementOf(
  held: HeldTransaction,
  merchantId: string | undefined,
  settledBy: string,
  now: Date,
): Settlement | undefined {
  const { type, balanceDeltaMinor } = held;
  const amountMinor = -balanceDeltaMinor;
  if (amountMinor <= 0 || (type !== 'Purchase' && type !== 'Refund')) return undefined;
  const seller = merchantId ?? unallocatedMerchantId;
  const item =
    type === 'Purchase'
      ? ({ kind: 'purchase', debit: `merchant:${seller}`, credit: 'customer', amountMinor } as const)
      : ({ kind: 'refund', debit: 'top-up:cash', credit: 'customer', amountMinor } as const);
  return {
    terminalTransactionNumber: held.terminalTransactionNumber,
    stateVersion: 1,
    state: 'Committed',
    type,
    paymentMethod: type === 'Purchase' ? 'tag' : 'cash',
    currency: held.currency,
    amountMinor,
    balanceDeltaMinor,
    items: [item],
    tag: {
      uid: held.uid,
      generation: held.generation,
      transactionNumber: held.tagTransactionNumber,
      // The history of a tag tells changes, not balances: only their difference is known.
      balanceBeforeMinor: amountMinor,
      balanceAfterMinor: 0,
    },
    merchantId: type === 'Purchase' ? seller : null,
    openedAt: held.openedAt.toISOString(),
    endedAt: now.toISOString(),
    settledBy,
  };
}

const markSchema = z.object({ settledBy: z.string() });

/** Whether stored content is an operator's word; a till that sends this field only has its sums compared instead of its goods. */
export function isSettlement(content: unknown): boolean {
  return markSchema.safeParse(content).success;
}
