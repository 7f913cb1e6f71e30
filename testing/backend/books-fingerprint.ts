import { z } from 'zod';
import type { Database } from '../../backend-mock/store/database.ts';

/** The last transaction there is: what older ones have left does not change any more. */
export async function lastTransactionId(database: Database): Promise<number> {
  const found = await database.pool.query('SELECT coalesce(max(backend_transaction_id), 0) AS id FROM transactions');
  return z.object({ id: z.int() }).parse(found.rows[0]).id;
}

/**
 * Everything that money, holds and numbers of transactions after `sinceId` depend on, as one text with a line for each table; an account
 * is made with the tag, and holds nothing. Without payments: where a provider's word may still tell what became of one.
 */
export async function fingerprintBooks(
  database: Database,
  sinceId: number,
  { withoutPayments = false }: { withoutPayments?: boolean } = {},
): Promise<string> {
  const ofTransactions = [
    'transactions',
    'transaction_state',
    'posting',
    ...(withoutPayments ? [] : ['payment', 'payment_step', 'refund']),
  ];
  const sources = [
    ...ofTransactions.map((table) => `(SELECT * FROM ${table} WHERE backend_transaction_id > ${sinceId})`),
    '(SELECT * FROM account WHERE balance_minor <> 0)',
    '(SELECT * FROM tag_adjustment)',
  ];
  const read = sources.map(
    (source, index) =>
      `(SELECT coalesce(md5(string_agg(r::text, E'\\n' ORDER BY r::text)), '') FROM ${source} r) AS "${ofTransactions[index] ?? index}"`,
  );
  const found = await database.pool.query(`SELECT ${read.join(', ')}`);
  return JSON.stringify(found.rows[0], undefined, 1);
}
