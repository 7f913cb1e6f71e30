import { bookShown } from '../ledger/booking.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Posting } from '../ledger/posting.ts';
import type { Connection } from '../store/database.ts';
import { type AdmittedTransaction, admitTransaction } from './admit-transaction.ts';
import { readCanteenEdition } from './canteen-edition.ts';
import { expiryOf } from './credit-expiry.ts';
import { type AccountOf, fundedBooking } from './fund-sale.ts';
import { insertCreditPurses } from './insert-credit-purses.ts';
import type { NewPurseTransaction, TransactionOutcome } from './new-transaction.ts';
import { type PurseEntry, plainEntry } from './purse-entry.ts';
import { channelOf, movement, type PlacedSettlement } from './purse-postings.ts';
import { type PurseTerms, purseKey } from './purses.ts';
import { readBackdrop, type TransactionBackdrop } from './read-backdrop.ts';
import { type FundsSource, shareOutFunds, slugOf, titleOf } from './source-of-funds.ts';
import { ulidOf } from './ulid.ts';
import { byIntegration, drawTransactionNumbers, writeEntries } from './write-entries.ts';
import { type NewCredit, writeCredits, writeSettlements } from './write-settlements.ts';

/**
 * Makes transactions in members' purses, each for itself: one that is refused leaves the others be. A default purse and a credit move
 * at once (R84, R91); a sale waits to be processed (R63, R90), unless it says itself where its funds come from (R118–R126, Q31, Q32). A
 * pre-order is such a transaction with a date to come (R92). Answers stand in the order of what was wanted.
 */
export async function createTransactions(
  connection: Connection,
  editionId: number,
  wanted: readonly NewPurseTransaction[],
  now: Date,
): Promise<TransactionOutcome[]> {
  const edition = await readCanteenEdition(connection, editionId);
  const backdrop = await readBackdrop(connection, edition, wanted);
  const verdicts = wanted.map((transaction) => admitTransaction(transaction, backdrop));
  const admitted = verdicts.flatMap((verdict) => (verdict.outcome === 'admitted' ? [verdict.transaction] : []));
  const purses = await withPursesOfFunds(connection, backdrop, admitted, now);
  const plans = admitted.map((transaction) => planOf(transaction, backdrop));
  const drawn = await drawTransactionNumbers(
    connection,
    plans.reduce((sum, { fundings }) => sum + 1 + fundings.length, 0),
  );
  const accountOf = (customerId: number, purseId: string) => purses.get(purseKey(customerId, purseId))?.accountId;
  const bookings = plans.map((plan) => bookingOf(plan, drawn.splice(0, 1 + plan.fundings.length), backdrop, accountOf));
  await writeEntries(
    connection,
    editionId,
    bookings.flatMap(({ entries }) => entries),
    byIntegration,
    now,
  );
  await writeCredits(
    connection,
    editionId,
    bookings.flatMap(({ credits }) => credits),
  );
  await writeSettlements(
    connection,
    editionId,
    bookings.flatMap(({ settlements }) => settlements),
    now,
  );
  await bookShown(
    connection,
    editionId,
    bookings.flatMap(({ postings }) => postings),
    now,
  );
  const made = bookings.map(({ backendTransactionId }) => backendTransactionId);
  return verdicts.map((verdict) => {
    if (verdict.outcome === 'refused') return verdict;
    const backendTransactionId = made.shift();
    invariant('INV-04', backendTransactionId !== undefined, 'what was admitted was made');
    return { outcome: 'created', backendTransactionId, transactionId: ulidOf(now, backendTransactionId) };
  });
}

/** Every purse that is needed, those included that `sourceOfFunds` makes (R119, R126); an existing one keeps its title (Q24). */
async function withPursesOfFunds(
  connection: Connection,
  { edition, purses }: TransactionBackdrop,
  admitted: readonly AdmittedTransaction[],
  now: Date,
): Promise<ReadonlyMap<string, PurseTerms>> {
  const known = new Map(purses);
  const missing = new Map<string, { customerId: number; purseId: string; title: string }>();
  for (const { wanted } of admitted)
    for (const { name } of wanted.sourceOfFunds ?? []) {
      const { customerId } = wanted;
      const purseId = slugOf(name);
      const key = purseKey(customerId, purseId);
      if (!known.has(key) && !missing.has(key)) missing.set(key, { customerId, purseId, title: titleOf(name) });
    }
  for (const purse of await insertCreditPurses(connection, edition, [...missing.values()], now))
    known.set(purseKey(purse.customerId, purse.purseId), purse);
  return known;
}

/** What is to be made of a transaction, before it has its numbers. */
type Plan = AdmittedTransaction & {
  /** What comes out of credit purses; empty where the job decides. */
  fundings: readonly FundsSource[];
  cashMinor: number;
  excessIgnoredMinor: number;
};

function planOf(transaction: AdmittedTransaction, { edition }: TransactionBackdrop): Plan {
  const { sourceOfFunds, amountMinor } = transaction.wanted;
  if (sourceOfFunds === undefined || edition.creditMode === 'TRAC')
    return { ...transaction, fundings: [], cashMinor: 0, excessIgnoredMinor: 0 };
  const { shares, restMinor, excessIgnoredMinor } = shareOutFunds(sourceOfFunds, Math.abs(amountMinor));
  return { ...transaction, fundings: shares, cashMinor: restMinor, excessIgnoredMinor };
}

type Booking = {
  backendTransactionId: number;
  entries: (PurseEntry & { merchantId?: string | undefined })[];
  credits: NewCredit[];
  settlements: PlacedSettlement[];
  postings: Posting[];
};

function bookingOf(
  plan: Plan,
  numbers: readonly number[],
  backdrop: TransactionBackdrop,
  accountOf: AccountOf,
): Booking {
  const [backendTransactionId, ...ofFundings] = numbers;
  invariant('INV-04', backendTransactionId !== undefined, 'a transaction has its number');
  const { wanted } = plan;
  const { customerId, purseId, type, amountMinor, description = null, integration = null, content = {} } = wanted;
  const isSettled = purseId !== 'sales' || wanted.sourceOfFunds !== undefined;
  const creditPortionMinor = plan.fundings.reduce((sum, funding) => sum + funding.amountMinor, 0);
  const entry: PurseEntry & { merchantId?: string | undefined } = {
    ...plainEntry,
    backendTransactionId,
    customerId,
    purseId,
    type,
    amountMinor,
    transactionDate: plan.transactionDate,
    businessDate: plan.businessDate,
    session: plan.session,
    meal: plan.meal,
    accountType: wanted.accountType ?? null,
    state: isSettled ? 'processed' : 'notProcessed',
    description,
    creditPortionMinor,
    contraTransactionId: wanted.contraTransactionId ?? null,
    sourceOfFunds: wanted.sourceOfFunds === undefined ? null : (wanted.sourceOfFundsText ?? null),
    excessIgnoredMinor: plan.excessIgnoredMinor,
    integration,
    content,
    ...(purseId === 'sales' ? { merchantId: wanted.merchantId ?? backdrop.firstMerchantId } : {}),
  };
  const own = ownPosting(entry, plan, backdrop, accountOf);
  const funded = fundedBooking(entry, plan, ofFundings, backdrop.accounts, accountOf);
  return {
    backendTransactionId,
    entries: [entry, ...funded.entries],
    credits: [...ownCredit(entry, wanted, backdrop), ...funded.credits],
    settlements: funded.settlements,
    postings: [own, ...funded.postings],
  };
}

/** The posting of the transaction itself: the purse against the merchant, the channel of the money, or who pays for credits. */
function ownPosting(
  { backendTransactionId, customerId, purseId, type, amountMinor, merchantId }: Booking['entries'][number],
  { contra }: Plan,
  { accounts }: TransactionBackdrop,
  accountOf: AccountOf,
): Posting {
  const purse = accountOf(customerId, purseId);
  const other = accounts.get(
    purseId === 'sales'
      ? `merchant:${merchantId ?? ''}`
      : type === 'credit'
        ? 'funding'
        : channelOf(type === 'cancellation' ? (contra?.type ?? type) : type),
  );
  invariant('INV-61', purse !== undefined && other !== undefined, 'what is booked has its accounts');
  const kinds =
    purseId === 'sales'
      ? { received: 'sale-refund', paid: 'sale' }
      : type === 'credit'
        ? { received: 'credit', paid: 'credit-reversal' }
        : { received: 'topup', paid: 'refund' };
  return movement({ backendTransactionId, line: 1 }, purse, other, amountMinor, kinds);
}

/** A credit that somebody put into a credit purse by hand. */
function ownCredit(
  { backendTransactionId, customerId, purseId, type, amountMinor, transactionDate, businessDate }: PurseEntry,
  { isCreditOfDay = false }: NewPurseTransaction,
  { purses, edition }: TransactionBackdrop,
): NewCredit[] {
  const purse = purses.get(purseKey(customerId, purseId));
  if (type !== 'credit' || purse === undefined) return [];
  const expiresAt = expiryOf(purse, transactionDate, edition);
  const credit = { backendTransactionId, customerId, purseId, amountMinor, usageMinor: 0, grantedAt: transactionDate };
  return [{ ...credit, expiresAt, appliedOn: isCreditOfDay ? businessDate : null }];
}
