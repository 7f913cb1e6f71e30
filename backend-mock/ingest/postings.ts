import type { Posting } from '../ledger/booking.ts';
import type { CustomerOfTag } from '../ledger/customers.ts';
import { invariant } from '../ledger/invariant.ts';
import type { ProvenTransaction } from './apply-evidence.ts';

/** The lines that committed transactions book: shared accounts by their names, `customer` by the transaction's own tag. */
export function postingsOf(
  booked: readonly ProvenTransaction[],
  accounts: ReadonlyMap<string, number>,
  customers: ReadonlyMap<string, CustomerOfTag>,
): Posting[] {
  return booked.flatMap(({ backendTransactionId, payload: { items, tag } }) => {
    const customer = customers.get(tag.uid)?.accountId;
    invariant('INV-03', customer !== undefined, 'what is booked has a customer');
    const resolve = (name: string) => {
      const account = name.startsWith('customer') ? customer : accounts.get(name);
      invariant('INV-03', account !== undefined, 'what is booked has its accounts');
      return account;
    };
    return items.map((item, index) => ({
      backendTransactionId,
      line: index + 1,
      kind: item.kind,
      debitAccountId: resolve(item.debit),
      creditAccountId: resolve(item.credit),
      amountMinor: item.amountMinor,
    }));
  });
}
