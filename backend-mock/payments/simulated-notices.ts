import { noticeSignatureHeader, type PaymentNotice } from '../../contract/wire/outside-top-up.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { readNoticeSecret, signNotice } from './notice-secret.ts';
import { readSimulatedCharge, referenceOf, type SimulatedCharge } from './simulated-charge.ts';

type Parts = {
  database: Database;
  clock: Clock;
  /** Where the backend answers, as the provider was told. */
  address: string;
};

/**
 * Tells the backend what has become of charges, as a provider does: signed, over HTTP, again and again until it is taken. Returns how
 * many it told.
 */
export async function sendDueNotices(parts: Parts): Promise<number> {
  const { database, clock } = parts;
  const due = await claimDue(database, clock.now());
  for (const { noticeId, chargeKey } of due) await sendNotice(parts, noticeId, chargeKey);
  return due.length;
}

type Due = { noticeId: string; chargeKey: string };

async function claimDue(database: Database, now: Date): Promise<Due[]> {
  const pauseMs = limits.simulatedNoticePauseMs;
  const found = await database.pool.query<Due>({
    name: 'due-simulated-notices',
    text: `UPDATE simulated_notice SET tries = tries + 1, due_at = $2
            WHERE notice_id IN (SELECT notice_id FROM simulated_notice WHERE due_at <= $1 ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
           RETURNING notice_id AS "noticeId", charge_key AS "chargeKey"`,
    values: [now, new Date(now.getTime() + pauseMs), limits.paymentRowsMax],
  });
  return found.rows;
}

async function sendNotice({ database, clock, address }: Parts, noticeId: string, chargeKey: string): Promise<void> {
  const now = clock.now();
  const charge = await database.transaction((connection) => readSimulatedCharge(connection, chargeKey, now));
  if (charge === undefined || charge.amountMinor === null || charge.currency === null) return;
  const body = Buffer.from(JSON.stringify(noticeOf(charge, noticeId, charge.amountMinor, charge.currency, now)));
  const signature = signNotice(await readNoticeSecret(database.pool), body);
  const headers = { 'Content-Type': 'application/json', [noticeSignatureHeader]: signature };
  const signal = AbortSignal.timeout(limits.providerTimeoutMs);
  const response = await fetch(`${address}/v1/payments/webhook`, { method: 'POST', headers, body, signal });
  await response.arrayBuffer();
  // Taken now, or taken before and the answer lost: either way it is told.
  if (response.status === 204 || response.status === 409)
    await database.pool.query('DELETE FROM simulated_notice WHERE notice_id = $1', [noticeId]);
}

function noticeOf(
  { key, status, reference }: SimulatedCharge,
  noticeId: string,
  amountMinor: number,
  currency: string,
  now: Date,
): PaymentNotice {
  return { noticeId, sentAt: now.toISOString(), paymentKey: key, status, reference, amountMinor, currency };
}

/** Puts notices about a charge in line; 'approved twice' is two of them. */
export async function queueNotices(
  connection: Connection,
  chargeKey: string,
  times: number,
  dueAt: Date,
): Promise<void> {
  const ids = Array.from({ length: times }, (_, index) => `${referenceOf(chargeKey)}-${index + 1}`);
  await connection.query(
    'INSERT INTO simulated_notice (notice_id, charge_key, due_at) SELECT id, $2, $3 FROM unnest($1::text[]) AS id',
    [ids, chargeKey, dueAt],
  );
}
