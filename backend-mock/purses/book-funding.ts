import { readSharedAccounts } from '../ledger/accounts.ts';
import { bookShown } from '../ledger/booking.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { type PurseEntry, plainEntry } from './purse-entry.ts';
import { movement } from './purse-postings.ts';
import type { CalendarDay } from './wall-clock.ts';
import { byJob, drawTransactionNumbers, writeEntries } from './write-entries.ts';

/** What this backend by itself moves between a credit purse and who pays for credits. */
export type FundingMovement = {
  type: 'credit' | 'clearedCredit';
  customerId: number;
  purseId: string;
  /** Of the purse. */
  accountId: number;
  /** Signed: what is positive, the purse receives. */
  amountMinor: number;
  at: Date;
  businessDate: CalendarDay;
  /** The credit that is cleared. */
  contraTransactionId?: number;
};

const kindsOf = {
  credit: { received: 'credit', paid: 'credit-reversal' },
  clearedCredit: { received: 'cleared-credit-reversal', paid: 'cleared-credit' },
} as const satisfies Record<FundingMovement['type'], { received: string; paid: string }>;

/**
 * Makes a transaction of each movement, in the books and in its purse, in the caller's database transaction. Returns their numbers in the
 * order of the movements.
 */
export async function bookFunding(
  connection: Connection,
  editionId: number,
  movements: readonly FundingMovement[],
  now: Date,
): Promise<number[]> {
  if (movements.length === 0) return [];
  const numbers = await drawTransactionNumbers(connection, movements.length);
  const funding = (await readSharedAccounts(connection, editionId)).get('funding');
  invariant('INV-61', funding !== undefined, 'an edition with purses has who pays for credits');
  const made = movements.map(({ accountId, at, ...moved }, index) => {
    const backendTransactionId = numbers[index];
    invariant('INV-04', backendTransactionId !== undefined, 'a transaction has its number');
    const entry: PurseEntry = { ...plainEntry, ...moved, backendTransactionId, transactionDate: at };
    const line = { backendTransactionId, line: 1 };
    return { entry, posting: movement(line, accountId, funding, moved.amountMinor, kindsOf[moved.type]) };
  });
  const entries = made.map(({ entry }) => entry);
  const postings = made.map(({ posting }) => posting);
  await writeEntries(connection, editionId, entries, byJob, now);
  await bookShown(connection, editionId, postings, now);
  return numbers;
}
