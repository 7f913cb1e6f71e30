import type { WriteOffRequest } from '../../contract/wire/admin-money.ts';
import { readSharedAccounts } from '../ledger/accounts.ts';
import { insertAdminTransaction } from '../ledger/admin-transaction.ts';
import { book } from '../ledger/booking.ts';
import { resolveCustomers } from '../ledger/customers.ts';
import { lockAccount, readFunds } from '../ledger/holds.ts';
import { invariant } from '../ledger/invariant.ts';
import { isCashPurse } from '../ledger/overspend.ts';
import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import { readAdjustableTag } from './adjustable-tag.ts';

export type WriteOffOutcome =
  | { outcome: 'booked'; backendTransactionId: number }
  | { outcome: 'unknown-tag' }
  | { outcome: 'refused'; reason: string };

/**
 * Books what a customer owes below zero as the edition's loss (money rules 1 and 2). Never more than is owed, so that a write-off
 * gives nobody money; the tag is not touched, for it never had it.
 */
export async function writeOff(
  connection: Connection,
  { editionId, uid, amountMinor, reason }: WriteOffRequest,
  now: Date,
): Promise<WriteOffOutcome> {
  await lockTags(connection, editionId, new Set([uid]));
  if ((await readAdjustableTag(connection, editionId, uid)) === undefined) return { outcome: 'unknown-tag' };
  const customer = (await resolveCustomers(connection, editionId, new Set([uid]), now)).get(uid);
  const lossAccountId = (await readSharedAccounts(connection, editionId)).get('loss');
  invariant(
    'INV-61',
    customer !== undefined && lossAccountId !== undefined,
    'a tag and an edition have their accounts',
  );
  const { customerId, accountId } = customer;
  await lockAccount(connection, editionId, accountId);
  const { bookedMinor } = await readFunds(connection, editionId, customerId, now);
  if (bookedMinor + amountMinor > 0)
    return { outcome: 'refused', reason: `The customer owes ${Math.max(0, -bookedMinor)}.` };
  const plan = {
    editionId,
    kind: 'admin-booking',
    origin: 'admin',
    type: 'TopUp',
    paymentMethod: 'none',
    amountMinor,
    balanceDeltaMinor: amountMinor,
    customer: { customerId, uid },
    path: [
      ['Open', 'AD'],
      ['Committed', 'AD'],
    ],
    payload: { writeOff: { uid, amountMinor, reason } },
  } as const;
  const backendTransactionId = await insertAdminTransaction(connection, plan, now);
  const line = {
    backendTransactionId,
    line: 1,
    kind: 'write-off',
    debitAccountId: accountId,
    creditAccountId: lossAccountId,
    amountMinor,
  };
  await book(connection, editionId, [line], now);
  return { outcome: 'booked', backendTransactionId };
}

export type Overdrawn = { customerId: number; uids: string[]; balanceMinor: number };

/** Customers below zero, the lowest first. */
export async function listOverdrawn(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  rowsMax: number,
): Promise<Overdrawn[]> {
  const found = await connection.query<Overdrawn>(
    `SELECT a.customer_id AS "customerId", sum(a.balance_minor) AS "balanceMinor",
            (SELECT coalesce(jsonb_agg(t.uid ORDER BY t.uid), '[]') FROM tag t
              WHERE t.edition_id = $1 AND t.customer_id = a.customer_id) AS uids
       FROM account a WHERE a.edition_id = $1 AND a.customer_id IS NOT NULL AND ${isCashPurse('a')}
      GROUP BY a.customer_id HAVING sum(a.balance_minor) < 0
      ORDER BY 2, a.customer_id LIMIT $2`,
    [editionId, rowsMax],
  );
  return found.rows;
}
