import type { OutsideTopUp } from '../../contract/wire/outside-top-up.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Random } from '../ports.ts';
import type { Connection } from '../store/database.ts';
import { lockCustomerPosition, topUpFeeMinor, topUpObjection } from './customer-position.ts';
import { isOutside, type OutsideOrigin, openOutsideTopUp } from './outside-top-up.ts';
import { readPayment } from './payment-rows.ts';

export type OnlineTopUpOutcome =
  | { outcome: 'opened'; topUp: OutsideTopUp }
  | { outcome: 'unknown-customer' }
  | { outcome: 'refused'; reason: string };

/**
 * Opens a customer's online top-up (`[*] → Open` by CU); the job starts its payment. What the edition does not allow is refused
 * before anything is charged.
 */
export async function openOnlineTopUp(
  connection: Connection,
  { editionId, customerId, amountMinor }: { editionId: number; customerId: number; amountMinor: number },
  random: Random,
  now: Date,
): Promise<OnlineTopUpOutcome> {
  const position = await lockCustomerPosition(connection, editionId, customerId, now);
  if (position === undefined) return { outcome: 'unknown-customer' };
  const objection = topUpObjection(amountMinor, position);
  if (objection !== undefined) return { outcome: 'refused', reason: objection };
  const { currency } = position;
  const feeMinor = topUpFeeMinor(amountMinor, position);
  const key = drawPaymentKey(editionId, 'online', random);
  const plan = {
    editionId,
    customerId,
    origin: 'online',
    key,
    amountMinor,
    feeMinor,
    currency,
    cardToken: null,
  } as const;
  const backendTransactionId = await openOutsideTopUp(connection, plan, undefined, now);
  const topUp = await readOutsideTopUp(connection, editionId, customerId, backendTransactionId);
  invariant('INV-63', topUp !== undefined, 'a top-up that was just opened is there');
  return { outcome: 'opened', topUp };
}

/** Random, and with the edition in front, by which a notice finds its payment. */
export function drawPaymentKey(editionId: number, origin: OutsideOrigin, random: Random): string {
  return `klink-${editionId}-${origin}-${Buffer.from(random.bytes(16)).toString('hex')}`;
}

/** The edition that a payment key names; `undefined` for a key that is none of ours. */
export function editionOfPaymentKey(key: string): number | undefined {
  const edition = /^klink-([1-9]\d{0,14})-/.exec(key)?.[1];
  return edition === undefined ? undefined : Number(edition);
}

/** A customer's top-up from outside as it stands. */
export async function readOutsideTopUp(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  customerId: number,
  backendTransactionId: number,
): Promise<OutsideTopUp | undefined> {
  const row = await readPayment(connection, { editionId, backendTransactionId });
  if (row === undefined || !isOutside(row) || row.customerId !== customerId) return undefined;
  const { state, status: paymentStatus, amountMinor, feeMinor, currency, reference } = row;
  return { backendTransactionId, state, paymentStatus, amountMinor, feeMinor, currency, reference };
}
