import { invariant } from '../ledger/invariant.ts';
import type { Posting } from '../ledger/posting.ts';
import { type PurseEntry, plainEntry } from './purse-entry.ts';
import { movement, type PlacedSettlement, settlementLineFirst, transferOf } from './purse-postings.ts';
import { type FundsSource, slugOf } from './source-of-funds.ts';
import type { NewCredit } from './write-settlements.ts';

/** What is written beside a sale that says where its funds come from; of any other one nothing. */
export type FundedBooking = {
  entries: PurseEntry[];
  credits: NewCredit[];
  settlements: PlacedSettlement[];
  postings: Posting[];
};

/** Account of a member's purse. */
export type AccountOf = (customerId: number, purseId: string) => number | undefined;

/**
 * What `sourceOfFunds` books beside the sale: a credit in each named purse that is used up by it at once, so that the purse stays at 0
 * (R120, R123, Q31), or, of a refund, taken back (R124); the rest is the cash's.
 */
export function fundedBooking(
  sale: PurseEntry,
  { fundings, cashMinor }: { fundings: readonly FundsSource[]; cashMinor: number },
  numbers: readonly number[],
  accounts: ReadonlyMap<string, number>,
  accountOf: AccountOf,
): FundedBooking {
  const { customerId, transactionDate, businessDate, integration } = sale;
  const booking: FundedBooking = { entries: [], credits: [], settlements: [], postings: [] };
  const sign = sale.amountMinor < 0 ? 1 : -1;
  const transfer = (purseId: string, amountMinor: number, creditId: number | undefined) => {
    const line = settlementLineFirst + booking.settlements.length;
    const settlement = {
      transactionId: sale.backendTransactionId,
      purseId,
      creditId,
      amountMinor: sign * amountMinor,
      line,
    };
    booking.settlements.push(settlement);
    booking.postings.push(transferOf(settlement, (id) => accountOf(customerId, id)));
  };
  for (const [index, { name, amountMinor }] of fundings.entries()) {
    const backendTransactionId = numbers[index];
    const purseId = slugOf(name);
    const purse = accountOf(customerId, purseId);
    const funding = accounts.get('funding');
    invariant(
      'INV-61',
      backendTransactionId !== undefined && purse !== undefined && funding !== undefined,
      'a source of funds has its purse and who pays for it',
    );
    const signed = sign * amountMinor;
    const entry = {
      ...plainEntry,
      backendTransactionId,
      customerId,
      purseId,
      type: 'credit' as const,
      amountMinor: signed,
    };
    booking.entries.push({
      ...entry,
      transactionDate,
      businessDate,
      contraTransactionId: sale.backendTransactionId,
      integration,
    });
    const kinds = { received: 'credit', paid: 'credit-reversal' };
    booking.postings.push(movement({ backendTransactionId, line: 1 }, purse, funding, signed, kinds));
    if (sign > 0) {
      const credit = { backendTransactionId, customerId, purseId, amountMinor, usageMinor: amountMinor };
      booking.credits.push({ ...credit, grantedAt: transactionDate, expiresAt: null, appliedOn: null });
    }
    transfer(purseId, amountMinor, sign > 0 ? backendTransactionId : undefined);
  }
  if (cashMinor > 0) transfer('default', cashMinor, undefined);
  return booking;
}
