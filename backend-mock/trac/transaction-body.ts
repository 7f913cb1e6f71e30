import { type TracTransaction, tracTransactionSchema } from '../../contract/wire/trac-entities.ts';
import { ProblemError, problem } from '../http/problems.ts';
import type { NewPurseTransaction } from '../purses/new-transaction.ts';
import type { FundsSource } from '../purses/source-of-funds.ts';
import type { TracCall } from './access.ts';
import { type Content, contentOf, namespaceOf, parsedWith, requireSmall } from './content.ts';
import { minorOfDecimal } from './decimal-amount.ts';
import { filledWith } from './defaults.ts';
import { instantIn } from './instant.ts';
import { orderedKeys } from './ordered-keys.ts';
import { transactionDefaults } from './transaction-defaults.ts';

/** What the backend itself says of a transaction: never kept as somebody's content. */
export const ownFields = [
  'amount',
  'amountAsInteger',
  'transactionDate',
  'type',
  'state',
  'accountType',
  'session',
  'description',
  'contraTransactionId',
  'sourceOfFunds',
  'excessIgnored',
] as const;
const ownCreditFields = ['creditPortionOfSale', 'expiry', 'creditUsageAmount', 'creditCleared'];

/** What an integration keeps with a transaction, out of a body. */
export function transactionContent(body: Content): Content {
  const credit = contentOf(namespaceOf(body, 'credit'), ownCreditFields);
  const content = contentOf(body, [...ownFields, 'credit']);
  return requireSmall(Object.keys(credit).length === 0 ? content : { ...content, credit });
}

/** A request to make a transaction: its body, and the same as the text it was sent as. */
export type TransactionRequest = { customerId: number; purseId: string; body: Content; text: string };

/** The transaction that a request asks for, without what it takes back, which only the database knows. */
export type DescribedTransaction = { wanted: NewPurseTransaction; contraTransactionId: string | undefined };

/**
 * Reads a request, filled with the installation's defaults for the purse (R127–R129, Q40). In the namespace of the installation itself
 * `status` is `synced` where neither says anything else, so that nobody is sent what is their own (R130, R131). Throws BAD_REQUEST.
 */
export function describeTransaction(
  { installation, edition }: TracCall,
  { customerId, purseId, body, text }: TransactionRequest,
): DescribedTransaction {
  const defaults = transactionDefaults(installation.defaults, purseId);
  const filled = filledWith(filledWith(body, defaults), { [installation.namespace]: { status: 'synced' } });
  const transaction = parsedWith(tracTransactionSchema, filled);
  const { type, accountType = null, session = null, description = null, contraTransactionId } = transaction;
  const funds = fundsOf(transaction, text, edition.currency);
  return {
    wanted: {
      customerId,
      purseId,
      type: type === 'creditCleared' ? 'clearedCredit' : type,
      amountMinor: amountOf(transaction.amount, edition.currency),
      transactionDate: instantIn(transaction.transactionDate, edition.clock),
      session,
      accountType,
      description,
      ...funds,
      integration: installation.slug,
      content: transactionContent(transaction),
    },
    contraTransactionId: contraTransactionId ?? undefined,
  };
}

function amountOf(decimal: string, currency: string): number {
  const amountMinor = minorOfDecimal(decimal, currency);
  if (amountMinor === undefined)
    throw new ProblemError(problem('BAD_REQUEST', `/amount: ${decimal} is no amount of ${currency}.`));
  return amountMinor;
}

/** The sources of funds in the order of the text (Q30), and the text to keep (R122). */
function fundsOf(
  { sourceOfFunds }: TracTransaction,
  text: string,
  currency: string,
): Pick<NewPurseTransaction, 'sourceOfFunds' | 'sourceOfFundsText'> {
  if (sourceOfFunds === undefined) return {};
  const names = orderedKeys(text, 'sourceOfFunds') ?? [];
  if (names.length !== Object.keys(sourceOfFunds).length)
    throw new ProblemError(problem('BAD_REQUEST', '/sourceOfFunds: each source of funds stands there once.'));
  const sources = names.map((name): FundsSource & { decimal: string } => {
    const decimal = sourceOfFunds[name]?.amount ?? '';
    return { name, decimal, amountMinor: amountOf(decimal, currency) };
  });
  const members = sources.map(({ name, decimal }) => `${JSON.stringify(name)}:${JSON.stringify({ amount: decimal })}`);
  return {
    sourceOfFunds: sources.map(({ name, amountMinor }) => ({ name, amountMinor })),
    sourceOfFundsText: `{${members.join(',')}}`,
  };
}
