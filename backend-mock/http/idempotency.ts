import { canonicalJson, contentHash } from '../ingest/chain.ts';
import type { Connection } from '../store/database.ts';

export type OnceOutcome =
  | { outcome: 'first'; answer: string }
  | { outcome: 'again'; answer: string }
  | { outcome: 'conflict' };

/**
 * Does a deed that creates money once for a key, inside the caller's transaction: the same request gets the first answer again,
 * another one `conflict`. Two at once wait for each other. `work` returns the answer as text, or `undefined` where it was
 * refused and changed nothing: the key stays free.
 */
export async function once(
  connection: Connection,
  { editionId, key, request, now }: { editionId: number; key: string; request: unknown; now: Date },
  work: () => Promise<string | undefined>,
): Promise<OnceOutcome | undefined> {
  const requestHash = contentHash(canonicalJson(request) ?? JSON.stringify(request));
  const claimed = await connection.query(
    `INSERT INTO idempotency_key (edition_id, request_key, request_hash, received_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [editionId, key, requestHash, now],
  );
  if (claimed.rowCount === 1) {
    const answer = await work();
    if (answer === undefined) {
      await connection.query('DELETE FROM idempotency_key WHERE edition_id = $1 AND request_key = $2', [
        editionId,
        key,
      ]);
      return undefined;
    }
    await connection.query('UPDATE idempotency_key SET answer = $3 WHERE edition_id = $1 AND request_key = $2', [
      editionId,
      key,
      answer,
    ]);
    return { outcome: 'first', answer };
  }
  const earlier = await connection.query<{ request_hash: string; answer: string | null }>(
    'SELECT request_hash, answer FROM idempotency_key WHERE edition_id = $1 AND request_key = $2',
    [editionId, key],
  );
  const row = earlier.rows[0];
  if (row === undefined || row.answer === null || row.request_hash !== requestHash) return { outcome: 'conflict' };
  return { outcome: 'again', answer: row.answer };
}
