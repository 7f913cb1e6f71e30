import { readFundsOfPurses } from '../purses/expected-funds.ts';
import type { Connection } from '../store/database.ts';
import { isCashPurse } from './overspend.ts';

/** Whose reservations are looked at before somebody relies on them; without a scope, everybody's. */
export type HoldScope =
  | { of: 'all'; rowsMax: number }
  | { of: 'customer'; editionId: number; customerId: number }
  | { of: 'numbers'; editionId: number; assignmentId: number; numbers: readonly number[] };

/**
 * Lets reservations expire whose time is over (R41, TM): by the job, and by whoever looks at them before the job came by.
 * Rows that somebody else is changing are left to them. Returns how many expired.
 */
export async function expireReservations(connection: Connection, scope: HoldScope, now: Date): Promise<number> {
  const { name, condition, values } = narrowed(scope);
  const done = await connection.query({
    name: `expire-reservations-of-${name}`,
    text: `WITH due AS MATERIALIZED (
             SELECT edition_id, backend_transaction_id FROM transactions
              WHERE state = 'ReservePending' AND reserve_expires_at <= $1 AND ${condition}
              FOR NO KEY UPDATE SKIP LOCKED
           ), expired AS (
             UPDATE transactions t SET state = 'ReserveExpired', state_cause = 'TM' FROM due
              WHERE t.edition_id = due.edition_id AND t.backend_transaction_id = due.backend_transaction_id
             RETURNING t.edition_id, t.backend_transaction_id, t.state_version
           )
           INSERT INTO transaction_state (edition_id, backend_transaction_id, step, from_state, to_state, cause, state_version, content_hash, received_at)
           SELECT edition_id, backend_transaction_id,
                  1 + (SELECT count(*) FROM transaction_state s
                        WHERE s.edition_id = expired.edition_id AND s.backend_transaction_id = expired.backend_transaction_id),
                  'ReservePending', 'ReserveExpired', 'TM', state_version, '', $1
             FROM expired`,
    values: [now, ...values],
  });
  return done.rowCount ?? 0;
}

function narrowed(scope: HoldScope): { name: string; condition: string; values: unknown[] } {
  switch (scope.of) {
    case 'all':
      return {
        name: 'all',
        condition: 'true ORDER BY edition_id, reserve_expires_at LIMIT $2',
        values: [scope.rowsMax],
      };
    case 'customer':
      return {
        name: 'customer',
        condition: 'edition_id = $2 AND customer_id = $3',
        values: [scope.editionId, scope.customerId],
      };
    case 'numbers':
      return {
        name: 'numbers',
        condition: 'edition_id = $2 AND assignment_id = $3 AND terminal_transaction_number = ANY($4::bigint[])',
        values: [scope.editionId, scope.assignmentId, scope.numbers],
      };
  }
}

/**
 * The customer's cash (default purse, less what was sold above the limit), and what `ReservePending` and `Reserve` hold of it (R39,
 * R40). In account mode without what sales that wait to be processed will take of it, and what credits will pay of a hold (Q52).
 */
export type Funds = { bookedMinor: number; heldMinor: number };

/**
 * Reads a customer's funds; a reservation whose time is over holds nothing, whether or not it was marked yet. Where the result
 * decides something, the caller has locked the account ({@link lockAccount}) in an earlier statement.
 */
export async function readFunds(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  customerId: number,
  now: Date,
): Promise<Funds> {
  const ofPurses = await readFundsOfPurses(connection, editionId, customerId, now);
  if (ofPurses !== undefined) return { bookedMinor: ofPurses.funds.cashMinor, heldMinor: ofPurses.funds.heldMinor };
  const found = await connection.query<{ booked_minor: number; held_minor: number }>({
    name: 'read-funds',
    text: `SELECT (SELECT coalesce(sum(balance_minor), 0) FROM account
                    WHERE edition_id = $1 AND customer_id = $2 AND ${isCashPurse('account')}) AS booked_minor,
                  (SELECT coalesce(-sum(balance_delta_minor), 0) FROM transactions
                    WHERE edition_id = $1 AND customer_id = $2 AND state IN ('ReservePending', 'Reserve')
                      AND (state = 'Reserve' OR reserve_expires_at IS NULL OR reserve_expires_at > $3)) AS held_minor`,
    values: [editionId, customerId, now],
  });
  const row = found.rows[0];
  return { bookedMinor: row?.booked_minor ?? 0, heldMinor: row?.held_minor ?? 0 };
}

/** Makes everybody who wants to hold or book on this account wait until the caller's transaction ends. */
export async function lockAccount(connection: Connection, editionId: number, accountId: number): Promise<void> {
  await connection.query({
    name: 'lock-account',
    text: 'SELECT 1 FROM account WHERE edition_id = $1 AND account_id = $2 FOR NO KEY UPDATE',
    values: [editionId, accountId],
  });
}
