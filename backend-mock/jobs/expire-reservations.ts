import { expireReservations } from '../ledger/holds.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Database } from '../store/database.ts';

/** Marks every reservation whose time is over (R41), taking the rows that no other process is working on; returns how many. */
export async function expireDueReservations(database: Database, clock: Clock): Promise<number> {
  let total = 0;
  for (;;) {
    const expired = await database.transaction((connection) =>
      expireReservations(connection, { of: 'all', rowsMax: limits.expiryRowsMax }, clock.now()),
    );
    total += expired;
    if (expired < limits.expiryRowsMax) return total;
  }
}
