import { z } from 'zod';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';
import { ownKey, sendable } from './sendable.ts';
import type { SendableTransaction } from './sent-transaction.ts';

type Queries = Pick<Connection, 'query'>;

type Row = Omit<SendableTransaction, 'products'> & { payload: string };

/** Some transactions that the other side does not have, the oldest first; none of those whose sending is in doubt. */
export async function readSendable(queries: Queries, editionId: number): Promise<SendableTransaction[]> {
  const found = await queries.query<Row>({
    name: 'sendable-transactions',
    text: `SELECT t.backend_transaction_id AS "backendTransactionId", ${ownKey} AS "ownKey", b.assignment_id AS "assignmentId",
                  b.terminal_transaction_number AS "terminalTransactionNumber", t.customer_id AS "customerId", t.purse_id AS "purseId",
                  t.type, t.amount_minor AS "amountMinor", t.transaction_date AS "transactionDate", t.session,
                  t.account_type AS "accountType", t.description, t.meal, t.credit_portion_minor AS "creditPortionMinor", b.payload,
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('title', f.title, 'amountMinor', f.minor) ORDER BY f.line), '[]')
                     FROM (SELECT u.title, min(p.line) AS line,
                                  abs(sum(CASE WHEN p.credit_account_id = u.account_id THEN p.amount_minor ELSE -p.amount_minor END)) AS minor
                             FROM posting p JOIN purse u ON u.edition_id = p.edition_id AND u.customer_id = t.customer_id
                              AND u.type = 'credit' AND u.account_id IN (p.debit_account_id, p.credit_account_id)
                            WHERE p.edition_id = t.edition_id AND p.backend_transaction_id = t.backend_transaction_id
                            GROUP BY u.title HAVING sum(CASE WHEN p.credit_account_id = u.account_id THEN 1 ELSE -1 END) <> 0) AS f) AS funds,
                  coalesce((SELECT s.remote_transaction_id FROM trac_sent s WHERE s.edition_id = t.edition_id
                               AND s.backend_transaction_id = t.contra_transaction_id),
                           (SELECT r.remote_transaction_id FROM trac_received r WHERE r.edition_id = t.edition_id
                               AND r.backend_transaction_id = t.contra_transaction_id)) AS "contraRemoteId"
             ${sendable}
              AND NOT EXISTS (SELECT FROM trac_sent s WHERE s.edition_id = t.edition_id AND s.backend_transaction_id = t.backend_transaction_id)
            ORDER BY t.created_at, t.backend_transaction_id LIMIT $2`,
    values: [editionId, limits.connectorPushRows],
  });
  return found.rows.map(({ payload, ...row }) => ({ ...row, products: productsOf(payload) }));
}

const goodsSchema = z.object({
  items: z.array(z.object({ name: z.string().optional(), quantity: z.int().optional(), amountMinor: z.int() })),
});

/** The goods of a till's own payload; what was not sold by a till has none. */
function productsOf(payload: string): SendableTransaction['products'] {
  const goods = goodsSchema.safeParse(JSON.parse(payload));
  if (!goods.success) return [];
  return goods.data.items.flatMap(({ name, quantity, amountMinor }) =>
    name === undefined ? [] : [{ name, quantity: quantity ?? 1, amountMinor }],
  );
}

/** INV-76: committed before the request leaves. */
export async function noteSending(
  connection: Connection,
  editionId: number,
  backendTransactionId: number,
  now: Date,
): Promise<void> {
  await connection.query({
    name: 'note-sending',
    text: `INSERT INTO trac_sent (edition_id, backend_transaction_id, state, first_sent_at, last_sent_at) VALUES ($1, $2, 'sending', $3, $3)`,
    values: [editionId, backendTransactionId, now],
  });
}

/** The other side has taken it, under this number of its own. */
export async function noteSent(
  connection: Connection,
  editionId: number,
  backendTransactionId: number,
  remoteTransactionId: string,
): Promise<void> {
  await connection.query({
    name: 'note-sent',
    text: `UPDATE trac_sent SET state = 'sent', remote_transaction_id = $3, reason = NULL
            WHERE edition_id = $1 AND backend_transaction_id = $2 AND state = 'sending'`,
    values: [editionId, backendTransactionId, remoteTransactionId],
  });
}

/** The other side has said no, or nobody there is the member. */
export async function noteRefused(
  connection: Connection,
  editionId: number,
  {
    backendTransactionId,
    reason,
    waitsForMember,
  }: { backendTransactionId: number; reason: string; waitsForMember: boolean },
  now: Date,
): Promise<void> {
  await connection.query({
    name: 'note-refused',
    text: `INSERT INTO trac_sent AS s (edition_id, backend_transaction_id, state, first_sent_at, last_sent_at, reason, waits_for_member)
           VALUES ($1, $2, 'refused', $3, $3, $4, $5)
           ON CONFLICT (edition_id, backend_transaction_id) DO UPDATE
              SET state = 'refused', reason = excluded.reason, waits_for_member = excluded.waits_for_member WHERE s.state = 'sending'`,
    values: [editionId, backendTransactionId, now, reason.slice(0, 1_000), waitsForMember],
  });
}

/** Nothing has arrived: it may be sent again as if it had never been. */
export async function forgetSending(
  connection: Connection,
  editionId: number,
  backendTransactionIds: readonly number[],
): Promise<void> {
  await connection.query({
    name: 'forget-sending',
    text: `DELETE FROM trac_sent WHERE edition_id = $1 AND backend_transaction_id = ANY($2::bigint[]) AND state = 'sending'`,
    values: [editionId, backendTransactionIds],
  });
}

/** Those whose member was missing may be there now. */
export async function forgetWaiting(connection: Connection, editionId: number): Promise<void> {
  await connection.query({
    name: 'forget-waiting',
    text: `DELETE FROM trac_sent WHERE edition_id = $1 AND state = 'refused' AND waits_for_member`,
    values: [editionId],
  });
}

/** What this backend has heard from over there to be its own, and does not know to have sent: it was put back to a backup. */
export async function adoptOwn(connection: Connection, editionId: number, now: Date): Promise<void> {
  await connection.query({
    name: 'adopt-own-received',
    text: `WITH own AS (
             SELECT t.edition_id, t.backend_transaction_id, r.remote_transaction_id FROM trac_received r
               JOIN LATERAL (SELECT t.edition_id, t.backend_transaction_id, ${ownKey} AS key
                               FROM purse_transaction t
                               JOIN transactions b ON b.edition_id = t.edition_id AND b.backend_transaction_id = t.backend_transaction_id
                              WHERE t.edition_id = r.edition_id) AS t ON t.key = r.own_key
              WHERE r.edition_id = $1 AND r.outcome = 'own' AND r.backend_transaction_id IS NULL
           ), known AS (
             UPDATE trac_received r SET backend_transaction_id = own.backend_transaction_id FROM own
              WHERE r.edition_id = own.edition_id AND r.remote_transaction_id = own.remote_transaction_id
           )
           INSERT INTO trac_sent AS s (edition_id, backend_transaction_id, state, remote_transaction_id, first_sent_at, last_sent_at)
           SELECT edition_id, backend_transaction_id, 'sent', remote_transaction_id, $2, $2 FROM own
           ON CONFLICT (edition_id, backend_transaction_id) DO UPDATE
              SET state = 'sent', remote_transaction_id = excluded.remote_transaction_id, reason = NULL, waits_for_member = false
            WHERE s.state <> 'sent'`,
    values: [editionId, now],
  });
}

/**
 * Notes until when everything has gone over: an hour before `now`, so that what is just being committed is not passed over, or to the
 * oldest that has not gone, whatever the reason.
 */
export async function noteSentUntil(connection: Connection, editionId: number, now: Date): Promise<void> {
  await connection.query({
    name: 'note-sent-until',
    text: `UPDATE trac_connection SET sent_until = greatest(sent_until, least($2::timestamptz,
             (SELECT min(t.created_at) ${sendable}),
             (SELECT min(t.created_at) FROM trac_sent s JOIN purse_transaction t USING (edition_id, backend_transaction_id)
               WHERE s.edition_id = $1 AND s.state <> 'sent'),
             (SELECT min(t.created_at) FROM purse_transaction t WHERE t.edition_id = $1 AND t.state = 'notProcessed')))
            WHERE edition_id = $1`,
    values: [editionId, new Date(now.getTime() - limits.connectorSettledMs)],
  });
}

export type Doubtful = { backendTransactionId: number; key: string; lastSentAt: Date };

/** Sent, and no answer came: by a process that is gone, or over a network that was. */
export async function readDoubtful(queries: Queries, editionId: number): Promise<Doubtful[]> {
  const found = await queries.query<Doubtful>({
    name: 'doubtful-sent',
    text: `SELECT t.backend_transaction_id AS "backendTransactionId", ${ownKey} AS key, s.last_sent_at AS "lastSentAt"
             FROM trac_sent s
             JOIN purse_transaction t ON t.edition_id = s.edition_id AND t.backend_transaction_id = s.backend_transaction_id
             JOIN transactions b ON b.edition_id = t.edition_id AND b.backend_transaction_id = t.backend_transaction_id
            WHERE s.edition_id = $1 AND s.state = 'sending' ORDER BY s.last_sent_at`,
    values: [editionId],
  });
  return found.rows;
}
