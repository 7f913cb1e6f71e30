import type { ItemKind } from '../../contract/wire/accounts.ts';
import type { TransactionItem, TransactionPayload } from '../../contract/wire/transaction.ts';

type AccountType = 'customer' | 'merchant' | 'top-up' | 'fee' | 'loss' | 'unclaimed';
type Sides = { debit: AccountType; credit: AccountType };

/** The debit account receives, the credit account pays (R2; protocol.md, "Bookings"). */
const sidesOfKind: Record<ItemKind, Sides> = {
  topup: { debit: 'customer', credit: 'top-up' },
  'topup-fee': { debit: 'fee', credit: 'customer' },
  purchase: { debit: 'merchant', credit: 'customer' },
  'purchase-return': { debit: 'customer', credit: 'merchant' },
};

const kindsOfType: Record<'TopUp' | 'Purchase', readonly ItemKind[]> = {
  TopUp: ['topup', 'topup-fee'],
  Purchase: ['purchase', 'purchase-return'],
};

/** Type of an account as the wire names it; only for names that match `accountNamePattern`. */
function accountType(name: string): string {
  return name.split(/[:/]/, 1)[0] ?? '';
}

/**
 * Why the items of a transaction do not add up, or `undefined` where they do (`UNBALANCED_ITEMS`, INV-01). Every item's
 * kind and sides are checked in every state; sums and the tag's balances only for `Committed`, the one state that books.
 */
export function findImbalance(payload: TransactionPayload, type: 'TopUp' | 'Purchase'): string | undefined {
  for (const [index, item] of payload.items.entries()) {
    const wrong = wrongSides(item, type) ?? wrongChannel(item, payload.paymentMethod);
    if (wrong !== undefined) return `item ${index + 1}: ${wrong}`;
  }
  if (payload.state !== 'Committed') return undefined;
  const net = customerNet(payload.items);
  if (net !== payload.balanceDeltaMinor) {
    return `the items change the customer's balance by ${net}, balanceDeltaMinor says ${payload.balanceDeltaMinor}`;
  }
  const gross = type === 'TopUp' ? sumOfKind(payload.items, 'topup') : Math.abs(payload.balanceDeltaMinor);
  if (gross !== payload.amountMinor) return `the items amount to ${gross}, amountMinor says ${payload.amountMinor}`;
  const { balanceBeforeMinor, balanceAfterMinor } = payload.tag;
  if (balanceBeforeMinor + payload.balanceDeltaMinor !== balanceAfterMinor) {
    return `${balanceBeforeMinor} changed by ${payload.balanceDeltaMinor} is not ${balanceAfterMinor}`;
  }
  return undefined;
}

/** Why an item cannot belong to a transaction of this type, or `undefined`: its kind, and the accounts on both sides. */
export function wrongSides(item: TransactionItem, type: 'TopUp' | 'Purchase'): string | undefined {
  if (!kindsOfType[type].includes(item.kind)) return `a ${type} has no item of kind ${item.kind}`;
  const sides = sidesOfKind[item.kind];
  if (accountType(item.debit) !== sides.debit) return `${item.kind} debits ${sides.debit}, not ${item.debit}`;
  if (accountType(item.credit) !== sides.credit) return `${item.kind} credits ${sides.credit}, not ${item.credit}`;
  return undefined;
}

function wrongChannel(item: TransactionItem, paymentMethod: string): string | undefined {
  if (item.kind !== 'topup' || item.credit === `top-up:${paymentMethod}`) return undefined;
  return `a top-up paid by ${paymentMethod} is not credited to ${item.credit}`;
}

/** What the items do to the customer's balance: debits minus credits. */
export function customerNet(items: readonly TransactionItem[]): number {
  let net = 0;
  for (const item of items) {
    if (accountType(item.debit) === 'customer') net += item.amountMinor;
    if (accountType(item.credit) === 'customer') net -= item.amountMinor;
  }
  return net;
}

function sumOfKind(items: readonly TransactionItem[], kind: ItemKind): number {
  return items.reduce((sum, item) => (item.kind === kind ? sum + item.amountMinor : sum), 0);
}
