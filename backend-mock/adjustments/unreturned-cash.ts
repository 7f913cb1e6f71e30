import { readSharedAccounts } from '../ledger/accounts.ts';
import { insertAdminTransaction, isAskedAgain } from '../ledger/admin-transaction.ts';
import { book } from '../ledger/booking.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';

export type UnreturnedCash = {
  backendTransactionId: number;
  assignmentId: number;
  terminalTransactionNumber: number;
  uid: string | null;
  amountMinor: number;
  cashierId: string | null;
  receivedAt: string;
  unclaimedByTransactionId: number | null;
};

/** Aborted cash top-ups whose cash no till has confirmed to have been given back (money rule 4), newest first. */
export async function listUnreturned(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  rowsMax: number,
): Promise<UnreturnedCash[]> {
  const found = await connection.query<Omit<UnreturnedCash, 'receivedAt'> & { received_at: Date }>(
    `SELECT backend_transaction_id AS "backendTransactionId", assignment_id AS "assignmentId",
            terminal_transaction_number AS "terminalTransactionNumber", uid, amount_minor AS "amountMinor",
            cashier_id AS "cashierId", unclaimed_by_transaction_id AS "unclaimedByTransactionId", received_at
       FROM transactions WHERE edition_id = $1 AND state = 'Aborted' AND type = 'TopUp' AND payment_method = 'cash' AND cash_returned IS NOT true
      ORDER BY backend_transaction_id DESC LIMIT $2`,
    [editionId, rowsMax],
  );
  return found.rows.map(({ received_at: receivedAt, ...row }) => ({ ...row, receivedAt: receivedAt.toISOString() }));
}

export type UnclaimedOutcome =
  /** `again`: the same request had booked it before. */
  | { outcome: 'booked'; backendTransactionId: number; again: boolean }
  | { outcome: 'unknown' }
  | { outcome: 'refused'; reason: string };

/**
 * Books the cash of an aborted top-up that nobody was given back to `unclaimed`, once (money rule 4): the drawer has it, and
 * whoever comes for it finds it there. Asked for again in the same words it is answered again and changes nothing (Q11).
 */
export async function bookUnclaimed(
  connection: Connection,
  { editionId, transactionId, note }: { editionId: number; transactionId: number; note: string },
  now: Date,
): Promise<UnclaimedOutcome> {
  const found = await connection.query<{
    amount_minor: number;
    unreturned: boolean;
    cash_returned: boolean | null;
    unclaimed_by_transaction_id: number | null;
  }>(
    `SELECT amount_minor, cash_returned, unclaimed_by_transaction_id,
            state = 'Aborted' AND type = 'TopUp' AND payment_method = 'cash' AND amount_minor > 0 AS unreturned
       FROM transactions WHERE edition_id = $1 AND backend_transaction_id = $2 FOR NO KEY UPDATE`,
    [editionId, transactionId],
  );
  const row = found.rows[0];
  if (row === undefined) return { outcome: 'unknown' };
  if (!row.unreturned) return { outcome: 'refused', reason: 'It is no cash top-up that was aborted.' };
  if (row.cash_returned === true) return { outcome: 'refused', reason: 'The till says that the cash was given back.' };
  const payload = { unclaimed: { backendTransactionId: transactionId, note } };
  const earlier = row.unclaimed_by_transaction_id;
  if (earlier !== null)
    return (await isAskedAgain(connection, editionId, earlier, payload))
      ? { outcome: 'booked', backendTransactionId: earlier, again: true }
      : { outcome: 'refused', reason: `It was booked before, by ${earlier}.` };
  const amountMinor = row.amount_minor;
  const plan = {
    editionId,
    kind: 'admin-booking',
    origin: 'admin',
    type: 'TopUp',
    paymentMethod: 'cash',
    amountMinor,
    balanceDeltaMinor: 0,
    customer: undefined,
    path: [
      ['Open', 'AD'],
      ['Committed', 'AD'],
    ],
    payload,
  } as const;
  const backendTransactionId = await insertAdminTransaction(connection, plan, now);
  const accounts = await readSharedAccounts(connection, editionId);
  const [unclaimed, cash] = [accounts.get('unclaimed'), accounts.get('top-up:cash')];
  invariant('INV-61', unclaimed !== undefined && cash !== undefined, 'an edition has its accounts');
  const sides = { debitAccountId: unclaimed, creditAccountId: cash };
  await book(connection, editionId, [{ backendTransactionId, line: 1, kind: 'unclaimed', ...sides, amountMinor }], now);
  await connection.query(
    'UPDATE transactions SET unclaimed_by_transaction_id = $3 WHERE edition_id = $1 AND backend_transaction_id = $2',
    [editionId, transactionId, backendTransactionId],
  );
  return { outcome: 'booked', backendTransactionId, again: false };
}
