import type { OutsideTopUp } from '../../contract/wire/outside-top-up.ts';
import { moveTransaction } from '../ingest/move-transaction.ts';
import { logRefusedStep } from '../ingest/refused-step.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { readOutsideTopUp } from './online-top-up.ts';
import { isOutside, kindOfOutside } from './outside-top-up.ts';
import { lockPayment } from './payment-rows.ts';
import { voidPaymentsOfAborted } from './void-payment.ts';

export type CancelOutcome =
  | { outcome: 'cancelled'; topUp: OutsideTopUp; again: boolean }
  | { outcome: 'unknown' }
  | { outcome: 'refused'; reason: string };

type Cancellation = { editionId: number; customerId: number; backendTransactionId: number; actor: string };

/**
 * Ends a top-up that its customer does not want any more, while nobody has begun to charge for it (3.4: `Open → Aborted` by CU). The
 * provider is told all the same to take nothing under its key, or to give it back: the job may be on its way there. The same again
 * changes nothing (Q11); later than that it is refused (R49).
 */
export async function cancelOutsideTopUp(
  connection: Connection,
  { editionId, customerId, backendTransactionId, actor }: Cancellation,
  now: Date,
): Promise<CancelOutcome> {
  const key = { editionId, backendTransactionId };
  const row = await lockPayment(connection, key);
  if (row === undefined || !isOutside(row) || row.customerId !== customerId) return { outcome: 'unknown' };
  const again = row.state === 'Aborted' && (await wasCancelled(connection, key));
  if (!again && row.state !== 'Open') {
    const reason = `The top-up is ${row.state}: its payment was begun.`;
    const step = { ...key, to: 'Aborted', cause: 'CU', reason, asked: { cancellation: key }, actor } as const;
    await logRefusedStep(connection, step, now);
    return { outcome: 'refused', reason };
  }
  if (!again) {
    const move = { backendTransactionId, kind: kindOfOutside(row.origin), from: 'Open', to: 'Aborted' } as const;
    await moveTransaction(connection, editionId, { ...move, cause: 'CU' }, now);
    await voidPaymentsOfAborted(connection, editionId, [backendTransactionId], now);
  }
  const topUp = await readOutsideTopUp(connection, editionId, customerId, backendTransactionId);
  invariant('INV-63', topUp !== undefined, 'a payment is never deleted');
  return { outcome: 'cancelled', topUp, again };
}

async function wasCancelled(
  connection: Connection,
  { editionId, backendTransactionId }: { editionId: number; backendTransactionId: number },
): Promise<boolean> {
  const found = await connection.query(
    `SELECT FROM transactions WHERE edition_id = $1 AND backend_transaction_id = $2 AND state_cause = 'CU'`,
    [editionId, backendTransactionId],
  );
  return found.rowCount === 1;
}
