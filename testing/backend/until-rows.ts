import type pg from 'pg';

/** Asks a database again and again until there are so many rows; throws after half a minute. */
export async function untilRows(asked: Pick<pg.Pool, 'query'> | pg.Client, query: string, count = 1): Promise<void> {
  const patience = AbortSignal.timeout(30_000);
  for (;;) {
    const found = await asked.query(query);
    if ((found.rowCount ?? 0) >= count) return;
    patience.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A row for every session of the asked database that waits for a lock of another one. */
export const waitingForLock = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
