import type { ItemKind } from '../../contract/wire/accounts.ts';
import type { TransactionItem } from '../../contract/wire/transaction.ts';
import type { CustomerOfTag } from '../ledger/customers.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Posting } from '../ledger/posting.ts';
import type { ProvenTransaction } from './apply-evidence.ts';

/** What is sold, and what of it comes back: in account mode it stands in the sales purse until it is processed (R62, R88). */
const saleKinds: ReadonlySet<ItemKind> = new Set<ItemKind>(['purchase', 'purchase-return', 'chargeback']);

/**
 * The lines that a transaction's items book: shared accounts by their names, `customer` by this customer's default purse or, of a sale
 * in account mode, the sales purse.
 */
export function postingsOfItems(
  backendTransactionId: number,
  items: readonly TransactionItem[],
  accounts: ReadonlyMap<string, number>,
  customer: CustomerOfTag | undefined,
): Posting[] {
  invariant('INV-03', customer !== undefined, 'what is booked has a customer');
  const resolve = (name: string, kind: ItemKind) => {
    const purse = saleKinds.has(kind) ? (customer.salesAccountId ?? customer.accountId) : customer.accountId;
    const account = name.startsWith('customer') ? purse : accounts.get(name);
    invariant('INV-03', account !== undefined, 'what is booked has its accounts');
    return account;
  };
  return items.map((item, index) => ({
    backendTransactionId,
    line: index + 1,
    kind: item.kind,
    debitAccountId: resolve(item.debit, item.kind),
    creditAccountId: resolve(item.credit, item.kind),
    amountMinor: item.amountMinor,
  }));
}

/** The lines that committed transactions book, each for the customer of its own tag. */
export function postingsOf(
  booked: readonly ProvenTransaction[],
  accounts: ReadonlyMap<string, number>,
  customers: ReadonlyMap<string, CustomerOfTag>,
): Posting[] {
  return booked.flatMap(({ backendTransactionId, payload: { items, tag } }) =>
    postingsOfItems(backendTransactionId, items, accounts, customers.get(tag.uid)),
  );
}
