import type { ItemKind } from '../../contract/wire/accounts.ts';
import type { TransactionItem, TransactionPayload } from '../../contract/wire/transaction.ts';
import type { TransactionType } from '../../contract/wire/words.ts';

type AccountType = 'customer' | 'merchant' | 'top-up' | 'fee' | 'loss' | 'unclaimed';
type Sides = { debit: AccountType; credit: AccountType };

/** The debit account receives, the credit account pays (R2; protocol.md, "Bookings"). */
const sidesOfKind: Record<ItemKind, Sides> = {
  topup: { debit: 'customer', credit: 'top-up' },
  'topup-fee': { debit: 'fee', credit: 'customer' },
  purchase: { debit: 'merchant', credit: 'customer' },
  'purchase-return': { debit: 'customer', credit: 'merchant' },
  chargeback: { debit: 'customer', credit: 'merchant' },
  refund: { debit: 'top-up', credit: 'customer' },
  'refund-fee': { debit: 'fee', credit: 'customer' },
  'refund-reversal': { debit: 'customer', credit: 'top-up' },
  // The customer receives: a balance below zero comes back to zero, and the loss account shows what nobody will pay.
  'write-off': { debit: 'customer', credit: 'loss' },
  unclaimed: { debit: 'unclaimed', credit: 'top-up' },
};

/** A tag adjustment brings onto the tag what is booked already: it has no items (Q20). */
const kindsOfType: Record<TransactionType, readonly ItemKind[]> = {
  TopUp: ['topup', 'topup-fee'],
  Purchase: ['purchase', 'purchase-return'],
  // What had lowered the price of goods that come back – a deposit, a discount – is paid again.
  Chargeback: ['chargeback', 'purchase'],
  Refund: ['refund', 'refund-fee', 'refund-reversal'],
  TagAdjustment: [],
};

/** Type of an account as the wire names it; only for names that match `accountNamePattern`. */
function accountType(name: string): string {
  return name.split(/[:/]/, 1)[0] ?? '';
}

/**
 * Why the items of a transaction do not add up, or `undefined` where they do (`UNBALANCED_ITEMS`, INV-01). Every item's
 * kind and sides are checked in every state; sums and the tag's balances only for `Committed`, the one state that books.
 */
export function findImbalance(payload: TransactionPayload): string | undefined {
  for (const [index, item] of payload.items.entries()) {
    const wrong = wrongSides(item, payload.type) ?? wrongChannel(item, payload.paymentMethod);
    if (wrong !== undefined) return `item ${index + 1}: ${wrong}`;
  }
  return payload.state === 'Committed' ? findImbalanceOfCommitted(payload) : undefined;
}

function findImbalanceOfCommitted(payload: TransactionPayload): string | undefined {
  const { type, items, amountMinor, balanceDeltaMinor, tag } = payload;
  const net = type === 'TagAdjustment' ? balanceDeltaMinor : customerNet(items);
  if (net !== balanceDeltaMinor) {
    return `the items change the customer's balance by ${net}, balanceDeltaMinor says ${balanceDeltaMinor}`;
  }
  const wrong = wrongReversal(payload) ?? wrongAdjustment(payload);
  if (wrong !== undefined) return wrong;
  const gross = grossMinor(payload);
  if (gross !== amountMinor) return `the items amount to ${gross}, amountMinor says ${amountMinor}`;
  if (tag.balanceBeforeMinor + balanceDeltaMinor !== tag.balanceAfterMinor) {
    return `${tag.balanceBeforeMinor} changed by ${balanceDeltaMinor} is not ${tag.balanceAfterMinor}`;
  }
  return undefined;
}

/** What `amountMinor` has to be: the money that changed hands, before fees (protocol.md, "Journal"). */
function grossMinor({ type, items, balanceDeltaMinor }: TransactionPayload): number {
  switch (type) {
    case 'TopUp':
      return sumOfKind(items, 'topup');
    case 'Refund':
      return sumOfKind(items, 'refund') + sumOfKind(items, 'refund-reversal');
    case 'Purchase':
    case 'Chargeback':
    case 'TagAdjustment':
      return Math.abs(balanceDeltaMinor);
  }
}

/** A refund pays out, or takes one that was not paid out back and names it; never both (protocol.md, money rule 4). */
function wrongReversal({ type, items, reference }: TransactionPayload): string | undefined {
  if (type !== 'Refund') return undefined;
  const reversals = items.filter((item) => item.kind === 'refund-reversal').length;
  if (reversals === 0) return undefined;
  if (reversals < items.length) return 'a reversal of a refund has no other items';
  return reference == null ? 'a reversal of a refund names the refund' : undefined;
}

function wrongAdjustment({ type, adjustmentNumber, balanceDeltaMinor }: TransactionPayload): string | undefined {
  if (type !== 'TagAdjustment' || adjustmentNumber != null || balanceDeltaMinor === 0) return undefined;
  return 'an adjustment without a number changes the balance';
}

/** Why an item cannot belong to a transaction of this type, or `undefined`: its kind, and the accounts on both sides. */
export function wrongSides(item: TransactionItem, type: TransactionType): string | undefined {
  if (!kindsOfType[type].includes(item.kind)) return `a ${type} has no item of kind ${item.kind}`;
  const sides = sidesOfKind[item.kind];
  if (accountType(item.debit) !== sides.debit) return `${item.kind} debits ${sides.debit}, not ${item.debit}`;
  if (accountType(item.credit) !== sides.credit) return `${item.kind} credits ${sides.credit}, not ${item.credit}`;
  return undefined;
}

/** Money that comes in or goes out does so through the channel it is paid by. */
function wrongChannel(item: TransactionItem, paymentMethod: string): string | undefined {
  const channel = [item.debit, item.credit].find((side) => accountType(side) === 'top-up');
  if (channel === undefined || channel === `top-up:${paymentMethod}`) return undefined;
  return `${item.kind} paid by ${paymentMethod} does not go through ${channel}`;
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
