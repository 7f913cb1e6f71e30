import type { PurseTransactionType } from '../../contract/wire/canteen.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Posting } from '../ledger/posting.ts';
import type { Settlement } from './settle-sales.ts';

/** A signed movement of a purse against another account, as the posting it is (R1, R2): what is positive, the purse receives. */
export function movement(
  line: Pick<Posting, 'backendTransactionId' | 'line'>,
  purseAccountId: number,
  otherAccountId: number,
  amountMinor: number,
  kinds: { received: string; paid: string },
): Posting {
  return amountMinor > 0
    ? { ...line, kind: kinds.received, debitAccountId: purseAccountId, creditAccountId: otherAccountId, amountMinor }
    : {
        ...line,
        kind: kinds.paid,
        debitAccountId: otherAccountId,
        creditAccountId: purseAccountId,
        amountMinor: -amountMinor,
      };
}

/** Where money of the default purse comes from and goes to. */
export function channelOf(type: PurseTransactionType): string {
  if (type === 'cash') return 'top-up:cash';
  return type === 'epayment' ? 'top-up:online' : 'top-up:admin';
}

/** Lines of a settlement stand behind those of the sale itself, of which there are never so many. */
export const settlementLineFirst = 1_001;

/** A settlement with the purse it draws on, and its place among the lines of its transaction. */
export type PlacedSettlement = Settlement & { purseId: string; line: number };

/** Gives each settlement its line; `purseOf` says where a credit lies. */
export function placeSettlements(
  settlements: readonly Settlement[],
  purseOf: (creditId: number) => string | undefined,
): PlacedSettlement[] {
  const next = new Map<number, number>();
  return settlements.map((settlement) => {
    const line = next.get(settlement.transactionId) ?? settlementLineFirst;
    next.set(settlement.transactionId, line + 1);
    const purseId = settlement.creditId === undefined ? 'default' : purseOf(settlement.creditId);
    invariant('INV-70', purseId !== undefined, 'a credit that pays lies in a purse');
    return { ...settlement, purseId, line };
  });
}

/** The internal transfer of a settlement: between the sales purse and what pays, and no transaction of any purse (R82, R83). */
export function transferOf(
  { transactionId, purseId, amountMinor, line }: PlacedSettlement,
  accountOf: (purseId: string) => number | undefined,
): Posting {
  const sales = accountOf('sales');
  const payer = accountOf(purseId);
  invariant('INV-61', sales !== undefined && payer !== undefined, 'a member has the purses that pay for a sale');
  const kinds =
    purseId === 'default'
      ? { received: 'settle-cash', paid: 'return-cash' }
      : { received: 'settle-credit', paid: 'return-credit' };
  return movement({ backendTransactionId: transactionId, line }, sales, payer, amountMinor, kinds);
}
