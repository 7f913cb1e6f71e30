import { noticeSkewMsMax, type PaymentNotice } from '../../contract/wire/outside-top-up.ts';
import type { ProblemCode } from '../../contract/wire/problem.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { editionOfPaymentKey } from './online-top-up.ts';
import type { ProviderWord } from './provider.ts';
import { takeWord } from './settle-payment.ts';

export type NoticeOutcome =
  | { outcome: 'taken' }
  | {
      outcome: 'refused';
      code: Extract<ProblemCode, 'NOTICE_STALE' | 'NOTICE_REPLAYED' | 'NOT_FOUND'>;
      detail: string;
    };

const refuse = (code: Extract<NoticeOutcome, { outcome: 'refused' }>['code'], detail: string) =>
  ({ outcome: 'refused', code, detail }) as const;

/**
 * Takes a notice of the provider whose signature was right: once, within five minutes of its time, and in one database transaction
 * with what follows from it. However many of them speak of one payment, and in whatever order, it is booked once.
 */
export async function receiveNotice(database: Database, clock: Clock, notice: PaymentNotice): Promise<NoticeOutcome> {
  const now = clock.now();
  if (Math.abs(now.getTime() - Date.parse(notice.sentAt)) > noticeSkewMsMax)
    return refuse('NOTICE_STALE', `sentAt is more than ${noticeSkewMsMax / 60_000} minutes from now.`);
  return database.transaction(async (connection) => {
    const key = await findPayment(connection, notice.paymentKey);
    // Not remembered, so that it may come again: a restored backend may not know the payment yet.
    if (key === undefined) return refuse('NOT_FOUND', 'There is no payment of this key.');
    const fresh = await connection.query(
      'INSERT INTO payment_notice (notice_id, received_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
      [notice.noticeId, now],
    );
    if (fresh.rowCount !== 1) return refuse('NOTICE_REPLAYED', `Notice ${notice.noticeId} was received before.`);
    await takeWord(connection, key, wordOf(notice), 'notice', now);
    return { outcome: 'taken' };
  });
}

async function findPayment(
  connection: Connection,
  paymentKey: string,
): Promise<{ editionId: number; backendTransactionId: number } | undefined> {
  const editionId = editionOfPaymentKey(paymentKey);
  if (editionId === undefined) return undefined;
  const found = await connection.query<{ backend_transaction_id: number }>({
    name: 'payment-of-key',
    text: 'SELECT backend_transaction_id FROM payment WHERE edition_id = $1 AND payment_key = $2',
    values: [editionId, paymentKey],
  });
  const backendTransactionId = found.rows[0]?.backend_transaction_id;
  return backendTransactionId === undefined ? undefined : { editionId, backendTransactionId };
}

function wordOf({ status, reference, amountMinor, currency }: PaymentNotice): ProviderWord {
  return status === 'approved' && reference !== null
    ? { status, reference, amountMinor, currency }
    : { status: status === 'approved' ? 'pending' : status, reference };
}

/** Forgets notices that are refused by their time alone; returns how many. */
export async function forgetOldNotices(database: Database, clock: Clock): Promise<number> {
  const before = new Date(clock.now().getTime() - 3 * noticeSkewMsMax);
  const done = await database.pool.query('DELETE FROM payment_notice WHERE received_at < $1', [before]);
  return done.rowCount ?? 0;
}
