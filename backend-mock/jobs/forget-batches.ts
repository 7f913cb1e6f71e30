import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Database } from '../store/database.ts';

/**
 * Forgets the answers of old batches. A till that repeats one all the same gets every entry as a duplicate, from the journal itself:
 * nothing is booked again. The last answer of each assignment stays. Returns how many were forgotten.
 */
export async function forgetOldBatches(database: Database, clock: Clock): Promise<number> {
  let total = 0;
  for (;;) {
    const before = new Date(clock.now().getTime() - limits.batchAnswersLifetimeMs);
    const forgotten = await database.transaction((connection) =>
      connection.query({
        name: 'forget-old-batches',
        text: `DELETE FROM batch USING (
                 SELECT b.edition_id, b.assignment_id, b.batch_id FROM batch b
                  WHERE b.received_at < $1
                    AND EXISTS (SELECT FROM batch newer WHERE newer.edition_id = b.edition_id AND newer.assignment_id = b.assignment_id
                                   AND newer.received_at > b.received_at)
                  LIMIT $2 FOR UPDATE SKIP LOCKED) AS old
               WHERE batch.edition_id = old.edition_id AND batch.assignment_id = old.assignment_id AND batch.batch_id = old.batch_id`,
        values: [before, limits.batchAnswersPruneRowsMax],
      }),
    );
    const rows = forgotten.rowCount ?? 0;
    total += rows;
    if (rows < limits.batchAnswersPruneRowsMax) return total;
  }
}
