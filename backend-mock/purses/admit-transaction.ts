import type { PurseTransactionType, PurseType } from '../../contract/wire/canteen.ts';
import type { CanteenEdition } from './canteen-edition.ts';
import type { NewPurseTransaction, TransactionRefusal } from './new-transaction.ts';
import { type PurseTerms, purseKey } from './purses.ts';
import { groupOf } from './settle-sales.ts';
import { slugOf } from './source-of-funds.ts';
import type { CalendarDay } from './wall-clock.ts';

/** The transaction that a cancellation names. */
export type Contra = {
  backendTransactionId: number;
  customerId: number;
  purseId: string;
  type: PurseTransactionType;
  amountMinor: number;
  transactionDate: Date;
  businessDate: CalendarDay;
  session: string | null;
  meal: boolean;
  isCancelled: boolean;
};

/** What an answer depends on, read under the locks of the members. */
export type Backdrop = {
  edition: CanteenEdition;
  /** Members there are. */
  members: ReadonlySet<number>;
  /** By {@link purseKey}. */
  purses: ReadonlyMap<string, PurseTerms>;
  contras: ReadonlyMap<number, Contra>;
  /** Sold less refunded, by member and {@link groupOf}; grows with what is admitted. */
  soldMinor: Map<string, number>;
  hasMerchant(merchantId: string | undefined): boolean;
};

/** What was wanted, with what follows from it. */
export type AdmittedTransaction = {
  wanted: NewPurseTransaction;
  transactionDate: Date;
  businessDate: CalendarDay;
  session: string | null;
  meal: boolean;
  contra: Contra | undefined;
};

const typesOfPurse: Record<PurseType, readonly PurseTransactionType[]> = {
  cash: ['cash', 'cheque', 'directDebit', 'directCredit', 'transfer', 'epayment', 'cancellation'],
  sales: ['sale', 'cancellation'],
  credit: ['credit'],
};

const refuse = (code: TransactionRefusal['code'], detail: string): TransactionRefusal => ({
  outcome: 'refused',
  code,
  detail,
});

export const soldKey = (customerId: number, group: string): string => `${customerId} ${group}`;

/** Whether a transaction may be made, with the first reason against it. What is admitted counts for the ones after it. */
export function admitTransaction(
  wanted: NewPurseTransaction,
  backdrop: Backdrop,
): { outcome: 'admitted'; transaction: AdmittedTransaction } | TransactionRefusal {
  const { customerId, purseId, amountMinor } = wanted;
  if (!backdrop.members.has(customerId)) return refuse('UNKNOWN_MEMBER', 'There is no such member.');
  const purse = backdrop.purses.get(purseKey(customerId, purseId));
  if (purse === undefined) return refuse('UNKNOWN_PURSE', 'The member has no such purse.');
  const flaw = flawOfPurse(wanted, purse, backdrop) ?? flawOfFunds(wanted, backdrop.edition);
  if (flaw !== undefined) return flaw;
  const contra = wanted.contraTransactionId == null ? undefined : backdrop.contras.get(wanted.contraTransactionId);
  if (wanted.type === 'cancellation') {
    const reason = flawOfCancellation(wanted, contra, backdrop.edition);
    if (reason !== undefined) return reason;
  }
  const transaction = describe(wanted, purse, contra, backdrop.edition);
  if (contra !== undefined && wanted.type === 'cancellation') contra.isCancelled = true;
  if (purse.type === 'sales') {
    const key = soldKey(customerId, groupOf(transaction));
    const soldMinor = (backdrop.soldMinor.get(key) ?? 0) - amountMinor;
    if (amountMinor > 0 && soldMinor < 0)
      return refuse(
        'REFUND_BEYOND_SALES',
        'A sale is refunded on its own day and in its own session, up to what was sold then.',
      );
    backdrop.soldMinor.set(key, soldMinor);
  }
  return { outcome: 'admitted', transaction };
}

function flawOfPurse(
  { type, amountMinor, merchantId }: NewPurseTransaction,
  purse: PurseTerms,
  { edition, hasMerchant }: Backdrop,
): TransactionRefusal | undefined {
  if (!typesOfPurse[purse.type].includes(type))
    return refuse('TYPE_NOT_OF_PURSE', `A transaction of type ${type} does not belong into the purse ${purse.title}.`);
  if (purse.type === 'credit' && edition.creditMode === 'TILL')
    return refuse('CREDITS_BY_TILL', 'The tills manage the credits of this organisation: none is made by hand.');
  if (amountMinor === 0) return refuse('AMOUNT_INVALID', 'The amount is 0.');
  if (purse.type === 'credit' && amountMinor < 0) return refuse('AMOUNT_INVALID', 'A credit is positive.');
  if (purse.type === 'sales' && !hasMerchant(merchantId))
    return refuse('UNKNOWN_MERCHANT', 'The organisation has no merchant who could have sold it.');
  return undefined;
}

function flawOfFunds(
  { type, purseId, sourceOfFunds }: NewPurseTransaction,
  edition: CanteenEdition,
): TransactionRefusal | undefined {
  if (sourceOfFunds === undefined) return undefined;
  if (edition.creditMode === 'TRAC')
    return refuse(
      'SOURCE_OF_FUNDS_REFUSED',
      'The credits of this organisation are managed here: sourceOfFunds would disturb them.',
    );
  if (type !== 'sale') return refuse('SOURCE_OF_FUNDS_REFUSED', 'Only a sale has sources of funds.');
  if (sourceOfFunds.some(({ amountMinor }) => amountMinor < 0))
    return refuse('AMOUNT_INVALID', 'What comes from a source is not negative.');
  const slugs = sourceOfFunds.map(({ name }) => slugOf(name));
  const reserved = slugs.find((slug) => slug === '' || slug === 'default' || slug === 'sales' || slug === 'overspend');
  return reserved === undefined
    ? undefined
    : refuse('SOURCE_OF_FUNDS_REFUSED', `"${reserved}" is no name of a credit purse; it is not of ${purseId}.`);
}

function flawOfCancellation(
  wanted: NewPurseTransaction,
  contra: Contra | undefined,
  { clock }: CanteenEdition,
): TransactionRefusal | undefined {
  const { customerId, purseId, amountMinor } = wanted;
  if (contra === undefined || contra.customerId !== customerId || contra.purseId !== purseId)
    return refuse('UNKNOWN_CONTRA', 'The member has no such transaction in this purse.');
  if (contra.type === 'cancellation') return refuse('UNKNOWN_CONTRA', 'A cancellation is not cancelled.');
  if (contra.isCancelled) return refuse('CANCELLED_ALREADY', 'The transaction was cancelled before.');
  if (purseId === 'sales' && clock.dayOf(wanted.transactionDate) > contra.businessDate)
    return refuse('REFUND_BEYOND_SALES', 'The day of the sale is over: it can be cancelled no more.');
  return amountMinor === -contra.amountMinor
    ? undefined
    : refuse('AMOUNT_INVALID', 'A cancellation has the amount of what it takes back, with its sign turned.');
}

/** A cancellation stands on the day and in the session of what it takes back, so that it is one sale less there (R89, R92). */
function describe(
  wanted: NewPurseTransaction,
  purse: PurseTerms,
  contra: Contra | undefined,
  { clock }: CanteenEdition,
): AdmittedTransaction {
  if (wanted.type === 'cancellation' && contra !== undefined) {
    const { transactionDate, businessDate, session, meal } = contra;
    return { wanted, transactionDate, businessDate, session, meal, contra };
  }
  const { transactionDate, session = null, accountType } = wanted;
  const meal = purse.type === 'sales' && (accountType == null || accountType.toUpperCase() === 'MEAL');
  return { wanted, transactionDate, businessDate: clock.dayOf(transactionDate), session, meal, contra };
}
