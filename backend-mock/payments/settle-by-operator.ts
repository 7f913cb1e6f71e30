import type { BackendState } from '../../contract/wire/words.ts';
import { readAdjustableTag } from '../adjustments/adjustable-tag.ts';
import { canonicalJson, contentHash } from '../ingest/chain.ts';
import { moveTransaction } from '../ingest/move-transaction.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { bookPaidTopUp } from './book-paid-top-up.ts';
import { abortOutsideTopUp, commitOutsideTopUp, isOutside } from './outside-top-up.ts';
import type { PaymentRow } from './payment-rows.ts';
import { voidPaymentsOfAborted } from './void-payment.ts';

export type PaidEnd = {
  to: 'Committed' | 'Aborted';
  /** Whose top-up it is: only for a till's, which never told its tag. */
  uid: string | undefined;
  actor: string;
};

export type PaidEndOutcome = { outcome: 'settled'; state: BackendState } | { outcome: 'refused'; reason: string };

const refuse = (reason: string): PaidEndOutcome => ({ outcome: 'refused', reason });

/**
 * Ends a top-up with a payment on an operator's word (AD; requirements.md 3.4, `ExternalUnknown`), under the locks of its tags, its
 * transaction and its payment. Committed: the operator knows that it was paid. Aborted: what was taken, or is taken yet, goes back.
 * The payment of a till that never comes back is turned into an adjustment for its customer, once the assignment is over.
 */
export async function endPaidTopUp(
  connection: Connection,
  row: PaymentRow,
  end: PaidEnd,
  now: Date,
): Promise<PaidEndOutcome> {
  const over = row.status === 'declined' || row.status === 'voided' || row.voidRequestedAt !== null;
  if (end.to === 'Committed' && over) return refuse('The payment took nothing, or is on its way back.');
  if (isOutside(row)) {
    if (row.state !== 'ExternalUnknown') return refuse(`The top-up is ${row.state}: its payment is still asked about.`);
    if (end.to === 'Committed') await commitOutsideTopUp(connection, row, 'AD', now);
    else await abortOutsideTopUp(connection, row, now);
    return { outcome: 'settled', state: end.to };
  }
  return endTerminalTopUp(connection, row, end, now);
}

async function endTerminalTopUp(
  connection: Connection,
  row: PaymentRow,
  { to, uid, actor }: PaidEnd,
  now: Date,
): Promise<PaidEndOutcome> {
  const isGone = await isAssignmentOver(connection, row);
  if (row.state === 'ExternalPending' && !isGone)
    return refuse('Its till may still end it: revoke or close the assignment first.');
  if (to === 'Committed' && !isGone)
    return refuse('Its till may have it on a tag: revoke or close the assignment first.');
  const tag = uid === undefined ? undefined : await readAdjustableTag(connection, row.editionId, uid);
  const isUsable = tag !== undefined && tag.replacedBy === undefined;
  if (to === 'Committed' && !isUsable) return refuse('uid: name the tag of the customer who paid.');
  const pending = row.state === 'ExternalPending';
  if (pending) await moveCardTopUp(connection, row, 'ExternalPending', 'ExternalUnknown', 'TM', now);
  if (to === 'Committed' && tag !== undefined && uid !== undefined) {
    await writeCustomer(connection, row, { uid, customerId: tag.customerId, actor }, now);
    await moveCardTopUp(connection, row, 'ExternalUnknown', 'Committed', 'AD', now);
    const paid = {
      customerId: tag.customerId,
      uid,
      channel: 'top-up:card',
      reason: 'card payment of a lost till',
    } as const;
    await bookPaidTopUp(connection, row, { ...paid, actor }, now);
  } else {
    await moveCardTopUp(connection, row, 'ExternalUnknown', 'Aborted', 'AD', now);
    await voidPaymentsOfAborted(connection, row.editionId, [row.backendTransactionId], now);
  }
  return { outcome: 'settled', state: to };
}

async function isAssignmentOver(connection: Connection, { editionId, assignmentId }: PaymentRow): Promise<boolean> {
  const found = await connection.query<{ over: boolean }>({
    name: 'assignment-over',
    text: `SELECT revoked_at IS NOT NULL OR closed_at IS NOT NULL AS over FROM assignment
            WHERE edition_id = $1 AND assignment_id = $2`,
    values: [editionId, assignmentId],
  });
  return found.rows[0]?.over === true;
}

async function moveCardTopUp(
  connection: Connection,
  { editionId, backendTransactionId }: PaymentRow,
  from: 'ExternalPending' | 'ExternalUnknown',
  to: 'ExternalUnknown' | 'Committed' | 'Aborted',
  cause: 'TM' | 'AD',
  now: Date,
): Promise<void> {
  const move = { backendTransactionId, kind: 'terminal-card-top-up', from, to, cause } as const;
  await moveTransaction(connection, editionId, move, now);
}

/** The till never told whose it is: the operator's word is the content, and the till that comes back after all is held against it. */
async function writeCustomer(
  connection: Connection,
  row: PaymentRow,
  { uid, customerId, actor }: { uid: string; customerId: number; actor: string },
  now: Date,
): Promise<void> {
  const { editionId, backendTransactionId, amountMinor, feeMinor, currency } = row;
  const fee = { kind: 'topup-fee', debit: 'fee', credit: 'customer', amountMinor: feeMinor };
  const content = {
    terminalTransactionNumber: row.terminalTransactionNumber,
    stateVersion: 1,
    state: 'Committed',
    type: 'TopUp',
    paymentMethod: 'card',
    currency,
    amountMinor,
    balanceDeltaMinor: amountMinor - feeMinor,
    items: [{ kind: 'topup', debit: 'customer', credit: 'top-up:card', amountMinor }, ...(feeMinor > 0 ? [fee] : [])],
    // It reaches the tag by an adjustment: this transaction has no number on it.
    tag: {
      uid,
      generation: 1,
      transactionNumber: null,
      balanceBeforeMinor: 0,
      balanceAfterMinor: amountMinor - feeMinor,
    },
    openedAt: row.createdAt.toISOString(),
    endedAt: now.toISOString(),
    settledBy: actor,
  };
  const payload = canonicalJson(content);
  invariant('INV-60', payload !== undefined, 'what is stored has a canonical form');
  await connection.query(
    `UPDATE transactions SET provisional = false, customer_id = $3, uid = $4, ended_at = $5, payload = $6, content_hash = $7
      WHERE edition_id = $1 AND backend_transaction_id = $2`,
    [editionId, backendTransactionId, customerId, uid, now, payload, contentHash(payload)],
  );
}
