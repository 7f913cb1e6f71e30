import type { Connection } from '../store/database.ts';

export type CustomerKey = { editionId: number; customerId: number };

/** Lets a customer's low balance rule rest until then; null: the next low balance is acted upon at once. */
export async function pauseRule(
  connection: Connection,
  { editionId, customerId }: CustomerKey,
  until: Date | null,
): Promise<void> {
  await connection.query({
    name: 'pause-auto-top-up',
    text: 'UPDATE auto_top_up SET next_look_at = $3 WHERE edition_id = $1 AND customer_id = $2',
    values: [editionId, customerId, until],
  });
}
