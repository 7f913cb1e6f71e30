import type { PurseTransactionType } from '../../contract/wire/canteen.ts';
import { decimalOfMinor } from '../trac/decimal-amount.ts';
import { externalIdsOf, type OwnIdentity } from './own-identity.ts';

/** A transaction of the books here, as it has to be known to be told over there. */
export type SendableTransaction = {
  backendTransactionId: number;
  /** As {@link ownKeyOf} reads it back. */
  ownKey: string;
  assignmentId: number | null;
  terminalTransactionNumber: number | null;
  customerId: number;
  purseId: 'default' | 'sales';
  type: PurseTransactionType;
  amountMinor: number;
  transactionDate: Date;
  session: string | null;
  accountType: string | null;
  description: string | null;
  meal: boolean;
  creditPortionMinor: number;
  /** What credits paid of it, by their titles, in the order in which they were drawn; unsigned (R118). */
  funds: readonly { title: string; amountMinor: number }[];
  /** What was sold. */
  products: readonly { name: string; quantity: number; amountMinor: number }[];
  /** What a refund or a cancellation takes back, by its id over there. */
  contraRemoteId: string | null;
};

export type Sender = { slug: string; namespace: string; currency: string; credits: 'klink' | 'trac' };

/**
 * What a transaction of ours is known by on the other side: its till and number, or the number in our books where no
 * till made it.
 */
export function identityOf({
  assignmentId,
  terminalTransactionNumber,
  backendTransactionId,
}: Pick<SendableTransaction, 'assignmentId' | 'terminalTransactionNumber' | 'backendTransactionId'>): OwnIdentity {
  return assignmentId === null || terminalTransactionNumber === null
    ? { backendTransactionId }
    : { assignmentId, terminalTransactionNumber };
}

/**
 * What is posted for it (requirements 4): a sale is negative and its refund positive (R88), notes and coins have the type `cash`
 * (R137), the numbers of this side are its externalIds (R138), and this integration's own status is `synced`, so that it is not sent
 * back (R130). Where this backend manages the credits, the sale says what they paid (R118).
 */
export function bodyOf(
  sent: SendableTransaction,
  { slug, namespace, currency, credits }: Sender,
): Record<string, unknown> {
  const amount = (minor: number) => decimalOfMinor(minor, currency);
  const isSale = sent.purseId === 'sales';
  // Q47: a magnitude, for a sale and its refund alike.
  const payments = {
    paymentMethods: ['ACCOUNT'],
    salePayments: { ACCOUNT: { paymentTotal: amount(Math.abs(sent.amountMinor)) } },
  };
  const products = sent.products.map(({ name, quantity, amountMinor }) => ({
    name,
    quantity,
    amount: amount(amountMinor),
  }));
  return {
    amount: amount(sent.amountMinor),
    transactionDate: sent.transactionDate.toISOString(),
    type: sent.type,
    externalIds: externalIdsOf(identityOf(sent), slug),
    ...(isSale ? { accountType: sent.accountType ?? (sent.meal ? 'MEAL' : 'OTHER') } : {}),
    ...(sent.session === null ? {} : { session: sent.session }),
    ...(sent.description === null ? {} : { description: sent.description }),
    ...(sent.contraRemoteId === null ? {} : { contraTransactionId: sent.contraRemoteId }),
    ...(isSale && credits === 'klink' && sent.funds.length > 0 ? { sourceOfFunds: fundsOf(sent.funds, amount) } : {}),
    [namespace]: {
      status: 'synced',
      ...(isSale ? payments : {}),
      ...(products.length > 0 ? { products } : {}),
    },
  };
}

/** By the credit's title in small letters, as the sources write it; two purses of one title are one source. */
function fundsOf(
  funds: SendableTransaction['funds'],
  amount: (minor: number) => string,
): Record<string, { amount: string }> {
  const minorBySource = new Map<string, number>();
  for (const { title, amountMinor } of funds) {
    const source = title.toLowerCase();
    minorBySource.set(source, (minorBySource.get(source) ?? 0) + amountMinor);
  }
  return Object.fromEntries([...minorBySource].map(([source, minor]) => [source, { amount: amount(minor) }]));
}
