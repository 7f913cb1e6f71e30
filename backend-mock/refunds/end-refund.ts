import { readAdjustableTag } from '../adjustments/adjustable-tag.ts';
import { numberAdjustment } from '../adjustments/number-adjustment.ts';
import { moveTransaction } from '../ingest/move-transaction.ts';
import type { TransitionCause } from '../ingest/transitions.ts';
import { readSharedAccounts } from '../ledger/accounts.ts';
import { book } from '../ledger/booking.ts';
import { resolveCustomers } from '../ledger/customers.ts';
import { invariant } from '../ledger/invariant.ts';
import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import type { RefundRow } from './refund-rows.ts';

type EndCause = Extract<TransitionCause, 'AD' | 'WH'>;

/** Books a refund that was paid (Q15). In tag mode only what the tag has lost (INV-67); the caller holds the row's lock. */
export async function commitRefund(connection: Connection, row: RefundRow, cause: EndCause, now: Date): Promise<void> {
  const { editionId, backendTransactionId, uid, amountMinor, feeMinor } = row;
  invariant('INV-67', row.collected, `what refund ${backendTransactionId} pays out may still be on a tag`);
  await moveTransaction(connection, editionId, { ...moveOf(row), to: 'Committed', cause }, now);
  const accounts = await readSharedAccounts(connection, editionId);
  const channel = accounts.get(`top-up:${row.channel}`);
  const fee = accounts.get('fee');
  const customer = (await resolveCustomers(connection, editionId, new Set([uid]), now)).get(uid);
  invariant('INV-61', channel !== undefined && fee !== undefined && customer !== undefined, 'all have their accounts');
  const paid = { backendTransactionId, creditAccountId: customer.accountId };
  const lines = [
    { ...paid, line: 1, kind: 'refund', debitAccountId: channel, amountMinor },
    { ...paid, line: 2, kind: 'refund-fee', debitAccountId: fee, amountMinor: feeMinor },
  ];
  await book(
    connection,
    editionId,
    lines.filter((line) => line.amountMinor > 0),
    now,
  );
}

/**
 * Ends a refund that was not paid. In tag mode the tag gets back what it lost or is about to lose: numbers on a tag have no gap, so
 * that the way back is an adjustment of its own (Q20).
 */
export async function abortRefund(
  connection: Connection,
  row: RefundRow,
  { cause, actor, reason }: { cause: EndCause; actor: string; reason: string },
  now: Date,
): Promise<void> {
  const { editionId, backendTransactionId, amountMinor, feeMinor } = row;
  await moveTransaction(connection, editionId, { ...moveOf(row), to: 'Aborted', cause }, now);
  if (row.adjustmentNumber === null) return;
  const uid = await wornTag(connection, editionId, row.uid);
  const tag = await readAdjustableTag(connection, editionId, uid);
  invariant('INV-61', tag !== undefined, 'a tag that was refunded is known');
  const totalMinor = amountMinor + feeMinor;
  const back = { editionId, uid, amountMinor: totalMinor, bookedByTransactionId: backendTransactionId, reason, actor };
  const number = await numberAdjustment(connection, tag, back, now);
  invariant('INV-62', number !== undefined, 'a tag has a number for what it gets back');
}

function moveOf({ backendTransactionId, kind, state }: RefundRow) {
  return { backendTransactionId, kind: kind === 'manual' ? 'manual-refund' : 'gateway-refund', from: state } as const;
}

/** The tag the customer wears now, where the one that was refunded has been lost meanwhile. Locked. */
async function wornTag(connection: Connection, editionId: number, uid: string): Promise<string> {
  const found = await connection.query<{ uid: string }>(
    `WITH RECURSIVE worn AS (
       SELECT $2::text AS uid
       UNION SELECT r.new_uid FROM tag_replacement r JOIN worn ON r.uid = worn.uid WHERE r.edition_id = $1
     )
     SELECT uid FROM worn WHERE NOT EXISTS (SELECT FROM tag_replacement r WHERE r.edition_id = $1 AND r.uid = worn.uid)`,
    [editionId, uid],
  );
  const worn = found.rows[0]?.uid;
  invariant('INV-65', worn !== undefined, 'a chain of replaced tags ends');
  await lockTags(connection, editionId, new Set([worn]));
  return worn;
}
