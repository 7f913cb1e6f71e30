import { type PurseTransactionType, readPurseTransactionTypeSchema } from '../../contract/wire/canteen.ts';
import type { NewPurseTransaction } from '../purses/new-transaction.ts';
import { minorOfDecimal } from '../trac/decimal-amount.ts';
import { instantOf } from '../trac/instant.ts';
import { ownKeyOf } from './own-identity.ts';
import type { RemoteTransaction } from './remote-entities.ts';

/** A transaction of the other side in the terms of this one. */
export type ReadTransaction = {
  remoteTransactionId: string;
  remoteMemberId: string;
  remotePurseId: string;
  purseTitle: string;
  createdAt: Date;
  type: string;
  amountMinor: number;
  processed: boolean;
  /** Of a sale that is processed: what credits paid (R81), without a sign. */
  creditPortionMinor: number | null;
  /** What it is called here where it went from here. */
  ownKey: string | undefined;
  content: RemoteTransaction;
};

/** `undefined` where amount or time cannot be read: nobody may guess them. */
export function readRemoteTransaction(
  remote: RemoteTransaction,
  currency: string,
  slug: string,
): ReadTransaction | undefined {
  const amountMinor = remote.amount === undefined ? remote.amountAsInteger : minorOfDecimal(remote.amount, currency);
  const createdAt = instantOf(remote.meta.createdAt);
  const portion = remote.credit?.creditPortionOfSale;
  const creditPortionMinor = portion === undefined ? 0 : minorOfDecimal(portion, currency);
  if (amountMinor === undefined || createdAt === undefined || creditPortionMinor === undefined) return undefined;
  const processed = remote.state === 'processed';
  return {
    remoteTransactionId: remote.meta.transactionId,
    remoteMemberId: remote.meta.memberId,
    remotePurseId: remote.meta.purseId,
    purseTitle: remote.meta.purseTitle ?? remote.meta.purseId,
    createdAt,
    type: remote.type,
    amountMinor,
    processed,
    creditPortionMinor: processed && remote.meta.purseId === 'sales' ? Math.abs(creditPortionMinor) : null,
    ownKey: ownKeyOf(remote.externalIds, slug),
    content: remote,
  };
}

export type Verdict =
  /** It went from here. */
  | { outcome: 'own' }
  /** Nothing is to be booked for it, and why. */
  | { outcome: 'noted'; reason: string }
  | { outcome: 'refused'; reason: string }
  | { outcome: 'book'; transaction: Omit<NewPurseTransaction, 'customerId' | 'purseId'> };

export type TakingRules = {
  since: Date;
  /** Who manages the credits. */
  credits: 'klink' | 'trac';
  /** The books' number of a transaction of the other side that a cancellation or a refund names. */
  contraOf(remoteTransactionId: string): number | undefined;
};

/** What is to be done with a transaction that is new here. */
export function judgeTransaction(read: ReadTransaction, rules: TakingRules): Verdict {
  if (read.ownKey !== undefined) return { outcome: 'own' };
  if (read.createdAt < rules.since) return { outcome: 'noted', reason: 'It was there before the two were connected.' };
  const type = readPurseTransactionTypeSchema.safeParse(read.type);
  if (!type.success) return { outcome: 'refused', reason: `Nobody here knows transactions of type ${read.type}.` };
  if (type.data === 'clearedCredit')
    return { outcome: 'noted', reason: 'Credits are cleared here when they expire, by the same rule.' };
  const isCredit = read.remotePurseId !== 'default' && read.remotePurseId !== 'sales';
  if (isCredit && rules.credits === 'klink')
    return { outcome: 'noted', reason: 'It follows from a sourceOfFunds that went from here.' };
  const transactionDate = instantOf(read.content.transactionDate);
  if (transactionDate === undefined) return { outcome: 'refused', reason: 'Its transactionDate cannot be read.' };
  return { outcome: 'book', transaction: transactionOf(read, type.data, transactionDate, rules) };
}

function transactionOf(
  read: ReadTransaction,
  type: PurseTransactionType,
  transactionDate: Date,
  { contraOf }: TakingRules,
): Omit<NewPurseTransaction, 'customerId' | 'purseId'> {
  const { session, description, accountType, contraTransactionId } = read.content;
  const contra = contraTransactionId == null ? undefined : contraOf(contraTransactionId);
  return {
    type,
    amountMinor: read.amountMinor,
    transactionDate,
    session: session ?? null,
    description: description ?? null,
    accountType: accountType ?? null,
    ...(contra === undefined ? {} : { contraTransactionId: contra }),
    integration: 'trac',
    content: { externalIds: { 'trac-transactionId': read.remoteTransactionId } },
  };
}
