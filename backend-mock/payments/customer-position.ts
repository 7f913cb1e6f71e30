import { readFunds } from '../ledger/holds.ts';
import type { Connection } from '../store/database.ts';

/** What a top-up from outside depends on: the edition's rules and what its customer has and expects. */
export type CustomerPosition = {
  currency: string;
  timeZone: string;
  maximumBalanceMinor: number;
  maximumTopUpMinor: number;
  feeFixedMinor: number;
  feeRateBasisPoints: number;
  /** Booked as cash. */
  bookedMinor: number;
  /** What top-ups under way would add. */
  expectedMinor: number;
};

/** Reads it, `undefined` for a customer nobody knows. The customer's row stays locked, so that two top-ups see each other. */
export async function lockCustomerPosition(
  connection: Connection,
  editionId: number,
  customerId: number,
  now: Date,
): Promise<CustomerPosition | undefined> {
  const locked = await connection.query({
    name: 'lock-customer',
    text: 'SELECT 1 FROM customer WHERE edition_id = $1 AND customer_id = $2 FOR NO KEY UPDATE',
    values: [editionId, customerId],
  });
  if (locked.rowCount !== 1) return undefined;
  const found = await connection.query<Omit<CustomerPosition, 'bookedMinor'>>({
    name: 'customer-position',
    text: `SELECT currency, time_zone AS "timeZone", maximum_balance_minor AS "maximumBalanceMinor",
                  maximum_top_up_minor AS "maximumTopUpMinor", top_up_fee_fixed_minor AS "feeFixedMinor",
                  top_up_fee_rate_basis_points AS "feeRateBasisPoints",
                  (SELECT coalesce(sum(t.balance_delta_minor), 0) FROM transactions t
                    WHERE t.edition_id = $1 AND t.customer_id = $2 AND t.origin IN ('online', 'auto')
                      AND t.state IN ('Open', 'ExternalPending', 'ExternalUnknown')) AS "expectedMinor"
             FROM edition WHERE edition_id = $1`,
    values: [editionId, customerId],
  });
  const row = found.rows[0];
  if (row === undefined) return undefined;
  const { bookedMinor } = await readFunds(connection, editionId, customerId, now);
  return { ...row, bookedMinor };
}

/** The edition's fee on a top-up (R10): a fixed part and a part of the amount, rounded half up. */
export function topUpFeeMinor(amountMinor: number, { feeFixedMinor, feeRateBasisPoints }: CustomerPosition): number {
  return feeFixedMinor + Math.floor((amountMinor * feeRateBasisPoints + 5_000) / 10_000);
}

/** Why a customer cannot be topped up by so much, before anything is charged; `undefined` where nothing stands against it. */
export function topUpObjection(amountMinor: number, position: CustomerPosition): string | undefined {
  const { bookedMinor, expectedMinor, maximumBalanceMinor, maximumTopUpMinor } = position;
  const feeMinor = topUpFeeMinor(amountMinor, position);
  if (feeMinor >= amountMinor) return `The fee of ${feeMinor} leaves nothing of it.`;
  if (amountMinor > maximumTopUpMinor) return `A top-up is ${maximumTopUpMinor} at most.`;
  if (bookedMinor + expectedMinor + amountMinor - feeMinor > maximumBalanceMinor)
    return `The balance would exceed ${maximumBalanceMinor}.`;
  return undefined;
}
