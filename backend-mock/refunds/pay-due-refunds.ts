import type { Logger } from 'pino';
import { raiseAlert } from '../ingest/alerts.ts';
import { lockTags } from '../ledger/tags.ts';
import { limits } from '../limits.ts';
import { pauseBeforeCheckMs } from '../payments/payment-status.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { abortRefund, commitRefund } from './end-refund.ts';
import type { RefundGateway, RefundWord } from './gateway.ts';
import { lockRefund, mayBePaid, type RefundRow } from './refund-rows.ts';

type Parts = { database: Database; clock: Clock; gateway: RefundGateway; log: Pick<Logger, 'warn'> };
type Due = { editionId: number; backendTransactionId: number };

/**
 * Has the gateway pay what may be paid (Q21): after the tag has lost it, committed as asked before it is asked, under one key for
 * ever. An unclear answer leaves it held, alerts, and is asked again, ever later. Each process takes the refunds that no other is
 * paying. Returns how many it asked about.
 */
export async function payDueRefunds(parts: Parts): Promise<number> {
  const due = await claimDue(parts);
  await Promise.all(due.map((key) => payRefund(parts, key)));
  return due.length;
}

/** Takes due refunds by setting their next check, in one commit: should this process end, they are due again by themselves. */
async function claimDue({ database, clock }: Parts): Promise<Due[]> {
  return database.transaction(async (connection) => {
    const now = clock.now();
    const found = await connection.query<Due & { checks: number }>({
      name: 'due-refunds',
      text: `SELECT r.edition_id AS "editionId", r.backend_transaction_id AS "backendTransactionId", r.checks
               FROM refund r
               LEFT JOIN tag_adjustment a ON a.edition_id = r.edition_id AND a.uid = r.adjustment_uid AND a.adjustment_number = r.adjustment_number
              WHERE r.next_check_at <= $1 AND ${mayBePaid}
              ORDER BY r.next_check_at LIMIT $2 FOR NO KEY UPDATE OF r SKIP LOCKED`,
      values: [now, limits.paymentRowsMax],
    });
    for (const { editionId, backendTransactionId, checks } of found.rows) {
      const bounds = { firstMs: limits.paymentCheckFirstMs, longestMs: limits.paymentCheckLongestMs };
      const nextCheckAt = new Date(now.getTime() + pauseBeforeCheckMs(checks + 1, bounds));
      await connection.query(
        `UPDATE refund SET checks = checks + 1, next_check_at = $3, requested_at = coalesce(requested_at, $4)
          WHERE edition_id = $1 AND backend_transaction_id = $2`,
        [editionId, backendTransactionId, nextCheckAt, now],
      );
    }
    return found.rows;
  });
}

async function payRefund(parts: Parts, { editionId, backendTransactionId }: Due): Promise<void> {
  const { database, clock } = parts;
  const row = await database.transaction((connection) => lockRefund(connection, editionId, backendTransactionId));
  if (row === undefined || row.state !== 'ReservePending') return;
  const word = await ask(parts, row);
  await database.transaction(async (connection) => {
    await lockTags(connection, editionId, new Set([row.uid]));
    const current = await lockRefund(connection, editionId, backendTransactionId);
    if (current?.state === 'ReservePending') await settle(connection, current, word, clock.now());
  });
}

async function ask({ gateway, log }: Parts, row: RefundRow): Promise<RefundWord | 'no-answer'> {
  const order = {
    key: `klink-refund-${row.editionId}-${row.backendTransactionId}`,
    amountMinor: row.amountMinor,
    currency: row.currency,
    paymentReference: row.paymentReference ?? '',
  };
  try {
    return await gateway.refund(order, AbortSignal.timeout(limits.providerTimeoutMs));
  } catch (error) {
    log.warn({ err: error }, 'the gateway gave no answer about a refund; it is asked again');
    return 'no-answer';
  }
}

async function settle(
  connection: Connection,
  row: RefundRow,
  word: RefundWord | 'no-answer',
  now: Date,
): Promise<void> {
  const { editionId, backendTransactionId } = row;
  switch (word) {
    case 'refunded':
      await commitRefund(connection, row, 'WH', now);
      break;
    case 'declined':
      await abortRefund(connection, row, { cause: 'WH', actor: 'gateway', reason: 'declined by the gateway' }, now);
      break;
    case 'pending':
    case 'no-answer': {
      const detail = `the gateway does not say whether ${row.amountMinor} was paid back; it stays held and is asked again`;
      const subject = `transaction ${backendTransactionId}`;
      await raiseAlert(connection, { editionId, assignmentId: 0 }, 'REFUND_UNCLEAR', subject, detail, now);
      return;
    }
  }
  await connection.query(
    'UPDATE refund SET next_check_at = NULL WHERE edition_id = $1 AND backend_transaction_id = $2',
    [editionId, backendTransactionId],
  );
}
