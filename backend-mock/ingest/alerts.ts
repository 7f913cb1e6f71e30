import type { Connection } from '../store/database.ts';

/** Tells the operator something once and counts how often it came again: a till repeats what was refused. */
export async function raiseAlert(
  connection: Connection,
  { editionId, assignmentId }: { editionId: number; assignmentId: number },
  code: string,
  subject: string,
  detail: string,
  now: Date,
): Promise<void> {
  await connection.query({
    name: 'raise-alert',
    text: `INSERT INTO alert AS raised (edition_id, assignment_id, code, subject, detail, times, first_raised_at, last_raised_at)
           VALUES ($1, $2, $3, $4, $5, 1, $6, $6)
           ON CONFLICT (edition_id, assignment_id, code, subject) DO UPDATE
              SET times = raised.times + 1, detail = excluded.detail, last_raised_at = excluded.last_raised_at`,
    values: [editionId, assignmentId, code, subject, withoutNul(detail), now],
  });
}

/** PostgreSQL text holds every character but U+0000. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\uFFFD');
}
