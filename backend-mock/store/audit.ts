import type { Connection } from './database.ts';

/** Writes down what an operator did, in the same database transaction as the deed. `detail` holds no secret. */
export async function audit(
  connection: Connection,
  actor: string,
  action: string,
  detail: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<void> {
  await connection.query('INSERT INTO audit (at, actor, action, detail) VALUES ($1, $2, $3, $4)', [
    now,
    actor,
    action,
    JSON.stringify(detail),
  ]);
}
