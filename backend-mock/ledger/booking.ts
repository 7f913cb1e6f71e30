import { showBookings } from '../purses/show-bookings.ts';
import type { Connection } from '../store/database.ts';
import { invariant } from './invariant.ts';
import { findOverspendLines } from './overspend.ts';
import type { Posting } from './posting.ts';

/**
 * Books every posting of a batch and moves the cached balances, in one statement. Accounts are locked in the order of
 * their numbers, so that batches that share accounts queue up instead of deadlocking; FOR NO KEY UPDATE leaves the
 * foreign keys of other postings free. Only rows that are really new move a balance. The accounts are asked for by a list
 * of their numbers: a join reads all accounts of the edition where the table had no statistics when the plan was made.
 */
const bookPostings = {
  name: 'book-postings',
  text: `
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest($2::bigint[], $3::integer[], $4::text[], $5::bigint[], $6::bigint[], $7::bigint[])
        AS t(backend_transaction_id, line, kind, debit_account_id, credit_account_id, amount_minor)
    ), locked AS MATERIALIZED (
      SELECT account.account_id FROM account
       WHERE account.edition_id = $1 AND account.account_id = ANY($9::bigint[])
       ORDER BY account.account_id FOR NO KEY UPDATE
    ), booked AS (
      INSERT INTO posting (edition_id, backend_transaction_id, line, kind, debit_account_id, credit_account_id, amount_minor, booked_at)
      SELECT $1, input.backend_transaction_id, input.line, input.kind, input.debit_account_id, input.credit_account_id, input.amount_minor, $8
        FROM input WHERE (SELECT count(*) FROM locked) > 0
      ON CONFLICT DO NOTHING
      RETURNING debit_account_id, credit_account_id, amount_minor
    ), change AS (
      SELECT account_id, sum(amount_minor) AS change_minor
        FROM (SELECT debit_account_id AS account_id, amount_minor FROM booked
              UNION ALL SELECT credit_account_id, -amount_minor FROM booked) AS side
       GROUP BY account_id
    ), moved AS (
      UPDATE account SET balance_minor = account.balance_minor + change.change_minor
        FROM change
       WHERE account.edition_id = $1 AND account.account_id = ANY($9::bigint[]) AND account.account_id = change.account_id
      RETURNING change.account_id, change.change_minor
    )
    SELECT (SELECT count(*) FROM booked) AS booked,
           (SELECT count(*) FROM change) AS touched,
           (SELECT count(*) FROM moved) AS moved,
           (SELECT coalesce(sum(change_minor), 0) FROM moved) AS sum_minor,
           EXISTS (SELECT FROM edition WHERE edition_id = $1 AND mode = 'account') AS by_account`,
};

type Booked = { booked: number; touched: number; moved: number; sum_minor: number; by_account: boolean };

/**
 * Books the postings inside the caller's database transaction and, in account mode, shows them in the members' purses
 * ({@link showBookings}) and brings what they sold above the limit onto the purse of its own, or back ({@link findOverspendLines}).
 * Throws (and so rolls back) where one of them was there already (INV-04), an account did not move (INV-03) or the whole does not sum to
 * zero (INV-02).
 */
export async function book(
  connection: Connection,
  editionId: number,
  postings: readonly Posting[],
  now: Date,
): Promise<void> {
  if (postings.length === 0) return;
  const isByAccount = await bookLines(connection, editionId, postings, now);
  if (!isByAccount) return;
  const ids = postings.map(({ backendTransactionId }) => backendTransactionId);
  await showBookings(connection, editionId, ids, now);
  await bookOverspend(connection, editionId, postings, now);
}

/** {@link book} for whoever has written into the members' purses what these postings are about. */
export async function bookShown(
  connection: Connection,
  editionId: number,
  postings: readonly Posting[],
  now: Date,
): Promise<void> {
  if (postings.length === 0) return;
  await bookLines(connection, editionId, postings, now);
  await bookOverspend(connection, editionId, postings, now);
}

async function bookOverspend(
  connection: Connection,
  editionId: number,
  postings: readonly Posting[],
  now: Date,
): Promise<void> {
  const overspend = await findOverspendLines(connection, editionId, postings);
  if (overspend.length > 0) await bookLines(connection, editionId, overspend, now);
}

/** Returns whether the edition is in account mode. */
async function bookLines(
  connection: Connection,
  editionId: number,
  postings: readonly Posting[],
  now: Date,
): Promise<boolean> {
  for (const posting of postings) {
    invariant(
      'INV-01',
      posting.amountMinor > 0 && posting.debitAccountId !== posting.creditAccountId,
      'a posting must move a positive amount between two accounts',
    );
  }
  const answer = await connection.query<Booked>({
    ...bookPostings,
    values: [
      editionId,
      postings.map((posting) => posting.backendTransactionId),
      postings.map((posting) => posting.line),
      postings.map((posting) => posting.kind),
      postings.map((posting) => posting.debitAccountId),
      postings.map((posting) => posting.creditAccountId),
      postings.map((posting) => posting.amountMinor),
      now,
      [...new Set(postings.flatMap(({ debitAccountId, creditAccountId }) => [debitAccountId, creditAccountId]))],
    ],
  });
  const done = answer.rows[0];
  invariant('INV-04', done?.booked === postings.length, 'a posting was booked before');
  invariant('INV-03', done.moved === done.touched, 'a posting did not move its accounts');
  invariant('INV-02', done.sum_minor === 0, 'a batch must not change the sum of all accounts');
  return done.by_account;
}

/** Name and text of the statement, for the test that reads its plan. */
export const bookingStatement: Readonly<{ name: string; text: string }> = bookPostings;
