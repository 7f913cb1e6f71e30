import type { Connection } from '../store/database.ts';
import { invariant } from './invariant.ts';
import type { Posting } from './posting.ts';

/** SQL: whether `account` is one of a customer's two that make up the cash: the default purse, and what was sold above the limit. */
export const isCashPurse = (account: string): string =>
  `(${account}.name LIKE 'customer:%/default' OR ${account}.name LIKE 'customer:%/overspend')`;

type Shift = { customerId: number; accountId: number; overspendAccountId: number | null; changeMinor: number };

/**
 * The lines that bring what these postings sold above the limit of an edition in account mode onto the customer's purse `overspend`, and
 * back as soon as something comes in (Q52, INV-69): the default purse is never below the overdraft after a booking, and what is owed
 * above it is seen by itself. Both purses together are the customer's cash, so that nobody's balance changes by it. Each line belongs
 * to the transaction that caused it. For whoever has just booked the postings, and so holds the locks of the default purses; that of
 * `overspend` is only ever taken behind them.
 */
export async function findOverspendLines(
  connection: Connection,
  editionId: number,
  postings: readonly Posting[],
): Promise<Posting[]> {
  const causes = new Map(
    postings.flatMap(({ debitAccountId, creditAccountId, backendTransactionId }) => [
      [debitAccountId, backendTransactionId] as const,
      [creditAccountId, backendTransactionId] as const,
    ]),
  );
  const shifts = await findShifts(connection, editionId, [...causes.keys()]);
  if (shifts.length === 0) return [];
  const overspendOf = await makePurses(connection, editionId, shifts);
  const lastLines = await readLastLines(connection, editionId, [...new Set(causes.values())]);
  return shifts.map(({ customerId, accountId, overspendAccountId, changeMinor }) => {
    const backendTransactionId = causes.get(accountId);
    const purse = overspendAccountId ?? overspendOf.get(customerId);
    invariant('INV-69', backendTransactionId !== undefined && purse !== undefined, 'a shift has a cause and its purse');
    const line = (lastLines.get(backendTransactionId) ?? 0) + 1;
    lastLines.set(backendTransactionId, line);
    const at = { backendTransactionId, line, amountMinor: Math.abs(changeMinor) };
    return changeMinor < 0
      ? { ...at, kind: 'overspend', debitAccountId: accountId, creditAccountId: purse }
      : { ...at, kind: 'overspend-repaid', debitAccountId: purse, creditAccountId: accountId };
  });
}

/** By how much `overspend` must move; negative: more is owed above the limit. */
async function findShifts(connection: Connection, editionId: number, accountIds: readonly number[]): Promise<Shift[]> {
  const found = await connection.query<Shift>({
    name: 'overspend-shifts',
    text: `SELECT * FROM (
             SELECT a.customer_id AS "customerId", a.account_id AS "accountId", o.account_id AS "overspendAccountId",
                    least(0, a.balance_minor + coalesce(o.balance_minor, 0) + coalesce((e.account_limits ->> 'overdraftMinor')::bigint, 0))
                      - coalesce(o.balance_minor, 0) AS "changeMinor"
               FROM edition e
               JOIN account a ON a.edition_id = e.edition_id AND a.account_id = ANY($2::bigint[])
                AND a.type = 'customer' AND a.name LIKE '%/default'
               LEFT JOIN account o ON o.edition_id = e.edition_id AND o.name = 'customer:' || a.customer_id || '/overspend'
              WHERE e.edition_id = $1 AND e.mode = 'account'
           ) AS cash WHERE "changeMinor" <> 0 ORDER BY "customerId"`,
    values: [editionId, accountIds],
  });
  return found.rows;
}

async function makePurses(
  connection: Connection,
  editionId: number,
  shifts: readonly Shift[],
): Promise<ReadonlyMap<number, number>> {
  const without = shifts.filter(({ overspendAccountId }) => overspendAccountId === null);
  if (without.length === 0) return new Map();
  const made = await connection.query<{ customer_id: number; account_id: number }>({
    name: 'make-overspend-purses',
    text: `INSERT INTO account (edition_id, type, name, customer_id)
           SELECT $1, 'customer', 'customer:' || customer_id || '/overspend', customer_id FROM unnest($2::bigint[]) AS wanted(customer_id)
           RETURNING customer_id, account_id`,
    values: [editionId, without.map(({ customerId }) => customerId)],
  });
  return new Map(made.rows.map((row) => [row.customer_id, row.account_id]));
}

async function readLastLines(
  connection: Connection,
  editionId: number,
  transactionIds: readonly number[],
): Promise<Map<number, number>> {
  const found = await connection.query<{ backend_transaction_id: number; line: number }>({
    name: 'last-lines',
    text: `SELECT backend_transaction_id, max(line) AS line FROM posting
            WHERE edition_id = $1 AND backend_transaction_id = ANY($2::bigint[]) GROUP BY 1`,
    values: [editionId, transactionIds],
  });
  return new Map(found.rows.map((row) => [row.backend_transaction_id, row.line]));
}
