import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';
import { type RemoteTransaction, remoteTransactionSchema } from './remote-entities.ts';
import { ownKey } from './sendable.ts';
import type { ReadTransaction } from './taken-transaction.ts';

/** What became of a transaction of the other side. */
export type Received = ReadTransaction & {
  outcome: 'own' | 'noted' | 'booked' | 'refused';
  reason: string | null;
  backendTransactionId: number | null;
};

/** Which of these were received before. */
export async function readReceived(
  connection: Connection,
  editionId: number,
  remoteTransactionIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = await connection.query<{ id: string }>({
    name: 'received-before',
    text: `SELECT remote_transaction_id AS id FROM trac_received WHERE edition_id = $1 AND remote_transaction_id = ANY($2::text[])`,
    values: [editionId, remoteTransactionIds],
  });
  return new Set(found.rows.map(({ id }) => id));
}

/** Keeps each once (INV-75): one that is there already, however it got there, makes the whole transaction of the caller fail. */
export async function insertReceived(
  connection: Connection,
  editionId: number,
  rows: readonly Received[],
  now: Date,
): Promise<void> {
  if (rows.length === 0) return;
  await connection.query({
    name: 'insert-received',
    text: `INSERT INTO trac_received (edition_id, remote_transaction_id, remote_created_at, remote_member_id, remote_purse_id, type,
             amount_minor, processed, credit_portion_minor, outcome, reason, backend_transaction_id, own_key, content, received_at)
           SELECT $1, "remoteTransactionId", "createdAt", "remoteMemberId", "remotePurseId", type, "amountMinor", processed,
                  "creditPortionMinor", outcome, reason, "backendTransactionId", "ownKey", content::text, $3
             FROM jsonb_to_recordset($2::jsonb) AS row("remoteTransactionId" text, "createdAt" timestamptz, "remoteMemberId" text,
               "remotePurseId" text, type text, "amountMinor" bigint, processed boolean, "creditPortionMinor" bigint, outcome text,
               reason text, "backendTransactionId" bigint, "ownKey" text, content jsonb)`,
    values: [editionId, JSON.stringify(rows), now],
  });
}

/** Takes over that a sale has been processed since it was read first (Q41). Once processed it stays so. */
export async function markProcessed(
  connection: Connection,
  editionId: number,
  rows: readonly ReadTransaction[],
  now: Date,
): Promise<number> {
  const processed = rows.filter((row) => row.processed);
  const marked = await connection.query({
    name: 'mark-received-processed',
    text: `UPDATE trac_received r SET processed = true, credit_portion_minor = row.portion, read_again_at = $4
             FROM unnest($2::text[], $3::bigint[]) AS row(id, portion)
            WHERE r.edition_id = $1 AND r.remote_transaction_id = row.id AND NOT r.processed`,
    values: [
      editionId,
      processed.map(({ remoteTransactionId }) => remoteTransactionId),
      processed.map(({ creditPortionMinor }) => creditPortionMinor),
      now,
    ],
  });
  return marked.rowCount ?? 0;
}

/** What of these keys is in the books here: by key, the number of the books. */
export async function findOwn(
  connection: Connection,
  editionId: number,
  keys: readonly string[],
): Promise<ReadonlyMap<string, { backendTransactionId: number; amountMinor: number }>> {
  if (keys.length === 0) return new Map();
  const [ofTills, ofBackend] = [keys.filter((key) => key.includes('/')), keys.filter((key) => key.startsWith('#'))];
  const found = await connection.query<{ key: string; backendTransactionId: number; amountMinor: number }>({
    name: 'own-transactions',
    text: `SELECT ${ownKey} AS key, t.backend_transaction_id AS "backendTransactionId", t.amount_minor AS "amountMinor"
             FROM purse_transaction t
             JOIN transactions b ON b.edition_id = t.edition_id AND b.backend_transaction_id = t.backend_transaction_id
            WHERE t.edition_id = $1
              AND ((b.assignment_id, b.terminal_transaction_number) IN (SELECT * FROM unnest($2::bigint[], $3::bigint[]))
                   OR (b.assignment_id IS NULL AND b.backend_transaction_id = ANY($4::bigint[])))`,
    values: [
      editionId,
      ofTills.map((key) => Number(key.split('/')[0])),
      ofTills.map((key) => Number(key.split('/')[1])),
      ofBackend.map((key) => Number(key.slice(1))),
    ],
  });
  return new Map(found.rows.map(({ key, ...row }) => [key, row]));
}

/** The books' numbers of transactions of the other side: those received from it, and those that went there. */
export async function findContras(
  connection: Connection,
  editionId: number,
  remoteTransactionIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  if (remoteTransactionIds.length === 0) return new Map();
  const found = await connection.query<{ remote: string; id: number }>({
    name: 'contras',
    text: `SELECT remote_transaction_id AS remote, backend_transaction_id AS id FROM trac_received
            WHERE edition_id = $1 AND remote_transaction_id = ANY($2::text[]) AND backend_transaction_id IS NOT NULL
           UNION SELECT remote_transaction_id, backend_transaction_id FROM trac_sent
            WHERE edition_id = $1 AND remote_transaction_id = ANY($2::text[])`,
    values: [editionId, remoteTransactionIds],
  });
  return new Map(found.rows.map(({ remote, id }) => [remote, id]));
}

/** What could not be booked, as it was read; the oldest first, so that none waits for ever behind newer ones. */
export async function readRefused(queries: Pick<Connection, 'query'>, editionId: number): Promise<RemoteTransaction[]> {
  const found = await queries.query<{ content: string }>({
    name: 'refused-received',
    text: `SELECT content FROM trac_received WHERE edition_id = $1 AND outcome = 'refused'
            ORDER BY remote_created_at, remote_transaction_id LIMIT $2`,
    values: [editionId, limits.connectorPageRows],
  });
  return found.rows.map(({ content }) => remoteTransactionSchema.parse(JSON.parse(content)));
}

/** Only within a transaction that takes them again. */
export async function forgetRefused(
  connection: Connection,
  editionId: number,
  transactions: readonly ReadTransaction[],
): Promise<void> {
  await connection.query(
    `DELETE FROM trac_received WHERE edition_id = $1 AND outcome = 'refused' AND remote_transaction_id = ANY($2::text[])`,
    [editionId, transactions.map(({ remoteTransactionId }) => remoteTransactionId)],
  );
}
