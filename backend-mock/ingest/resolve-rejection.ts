import type { ResolutionRequest } from '../../contract/wire/operator.ts';
import type { TransactionItem } from '../../contract/wire/transaction.ts';
import { readSharedAccounts } from '../ledger/accounts.ts';
import { insertAdminTransaction, isAskedAgain } from '../ledger/admin-transaction.ts';
import { book } from '../ledger/booking.ts';
import { resolveCustomers } from '../ledger/customers.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { customerNet, wrongSides } from './item-balance.ts';
import { postingsOfItems } from './postings.ts';

export type ResolutionOutcome =
  /** `again`: the same request had resolved it before. */
  | { outcome: 'resolved'; backendTransactionId: number | undefined; again: boolean }
  | { outcome: 'unknown' }
  | { outcome: 'resolved-before' }
  | { outcome: 'unbookable'; reason: string };

type Row = {
  resolved_at: Date | null;
  resolution: string | null;
  resolution_note: string | null;
  resolved_by_transaction_id: number | null;
  open_state: string | null;
  open_id: number | null;
};

type BookingRequest = Extract<ResolutionRequest, { resolution: 'booking' }>;

/**
 * Settles a row of the transition log, once (ingest rule 4): with a booking of origin `admin` that takes the place of what was
 * rejected, or with a note that nothing is to be booked. The rejected payload stays as it is. Asked for again in the same words it is
 * answered again and changes nothing (Q11); in other words it is refused.
 */
export async function resolveRejection(
  connection: Connection,
  logId: number,
  request: ResolutionRequest,
  actor: string,
  now: Date,
): Promise<ResolutionOutcome> {
  const found = await connection.query<Row>(
    `SELECT l.resolved_at, l.resolution, l.resolution_note, l.resolved_by_transaction_id, t.state AS open_state, t.backend_transaction_id AS open_id
       FROM transition_log l
       LEFT JOIN transactions t ON t.edition_id = l.edition_id AND t.assignment_id = l.assignment_id
        AND t.terminal_transaction_number = l.terminal_transaction_number AND t.state NOT IN ('Committed', 'Aborted', 'ReserveExpired')
      WHERE l.edition_id = $1 AND l.log_id = $2 FOR UPDATE OF l`,
    [request.editionId, logId],
  );
  const row = found.rows[0];
  if (row === undefined) return { outcome: 'unknown' };
  if (row.resolved_at !== null)
    return (await isSameResolution(connection, logId, row, request))
      ? { outcome: 'resolved', backendTransactionId: row.resolved_by_transaction_id ?? undefined, again: true }
      : { outcome: 'resolved-before' };
  // Booked here, it would be booked once more when somebody ends the transaction that it is about.
  if (request.resolution === 'booking' && row.open_id !== null)
    return { outcome: 'unbookable', reason: `Its transaction ${row.open_id} is ${row.open_state}: end that one.` };
  const booked = request.resolution === 'booking' ? await bookInstead(connection, logId, request, now) : undefined;
  if (typeof booked === 'string') return { outcome: 'unbookable', reason: booked };
  await connection.query(
    `UPDATE transition_log SET resolution = $3, resolution_note = $4, resolved_by = $5, resolved_at = $6, resolved_by_transaction_id = $7
      WHERE edition_id = $1 AND log_id = $2`,
    [request.editionId, logId, request.resolution, request.note, actor, now, booked ?? null],
  );
  return { outcome: 'resolved', backendTransactionId: booked, again: false };
}

async function isSameResolution(
  connection: Connection,
  logId: number,
  row: Row,
  request: ResolutionRequest,
): Promise<boolean> {
  if (request.resolution !== row.resolution || request.note !== row.resolution_note) return false;
  if (request.resolution === 'dismissal') return true;
  const id = row.resolved_by_transaction_id;
  return id !== null && (await isAskedAgain(connection, request.editionId, id, contentOf(logId, request)));
}

/** What the booking is made from; whose it is belongs to it. */
const contentOf = (logId: number, { note, items, type, uid }: BookingRequest) => ({
  resolves: logId,
  note,
  items,
  type,
  uid,
});

/** Books the operator's items; returns the new transaction's number, or why they cannot be booked. */
async function bookInstead(
  connection: Connection,
  logId: number,
  request: BookingRequest,
  now: Date,
): Promise<number | string> {
  const accounts = await readSharedAccounts(connection, request.editionId);
  for (const item of request.items) {
    const wrong = wrongSides(item, request.type) ?? unknownAccount(item, accounts);
    if (wrong !== undefined) return wrong;
  }
  const customers = await resolveCustomers(connection, request.editionId, new Set([request.uid]), now);
  const customer = customers.get(request.uid);
  invariant('INV-61', customer !== undefined, 'a tag has a customer');
  const delta = customerNet(request.items);
  const plan = {
    editionId: request.editionId,
    kind: 'admin-booking',
    origin: 'admin',
    type: request.type,
    paymentMethod: 'none',
    amountMinor: Math.abs(delta),
    balanceDeltaMinor: delta,
    customer: { customerId: customer.customerId, uid: request.uid },
    path: [
      ['Open', 'AD'],
      ['Committed', 'AD'],
    ],
    payload: contentOf(logId, request),
  } as const;
  const backendTransactionId = await insertAdminTransaction(connection, plan, now);
  const postings = postingsOfItems(backendTransactionId, request.items, accounts, customer);
  await book(connection, request.editionId, postings, now);
  return backendTransactionId;
}

function unknownAccount(item: TransactionItem, accounts: ReadonlyMap<string, number>): string | undefined {
  const name = [item.debit, item.credit].find(
    (side) => !accounts.has(side) && side !== 'customer' && side !== 'customer/default',
  );
  return name === undefined ? undefined : `the edition has no account ${name}`;
}
