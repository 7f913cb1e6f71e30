import { accountLimitsSchema } from '../../contract/wire/configuration.ts';
import type { ExposureAnswer } from '../../contract/wire/exposure.ts';
import { isCashPurse } from '../ledger/overspend.ts';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';

type Till = Omit<ExposureAnswer['tills'][number], 'lastReceivedAt'> & { lastReceivedAt: Date | null };
type Head = {
  currency: string;
  accountLimits: unknown;
  offlineLimitMinor: number | null;
  bookedOverspendMinor: number;
  writtenOffMinor: number;
};

/**
 * What an edition in account mode risks at this moment and what it has cost (Q52): the shares that are out, what tills booked on
 * their own word, and who has spent more than they may. The caller's transaction is one moment of the database.
 */
export async function readExposure(connection: Connection, editionId: number, now: Date): Promise<ExposureAnswer> {
  const head = await readHead(connection, editionId);
  const accountLimits = accountLimitsSchema.nullable().parse(head.accountLimits);
  const tills = await readTills(connection, editionId, head.offlineLimitMinor, accountLimits?.offlinePerTillMinor ?? 0);
  const overspent = await readOverspent(connection, editionId, accountLimits?.overdraftMinor ?? 0, now);
  return {
    editionId,
    currency: head.currency,
    at: now.toISOString(),
    limits: accountLimits,
    offlineLimitMinor: head.offlineLimitMinor,
    outMinor: tills.reduce((sum, { shareMinor }) => sum + shareMinor, 0),
    tills: tills.map((till) => ({ ...till, lastReceivedAt: till.lastReceivedAt?.toISOString() ?? null })),
    overspent,
    overspentMinor: overspent.reduce((sum, { overspentMinor }) => sum + overspentMinor, 0),
    bookedOverspendMinor: head.bookedOverspendMinor,
    writtenOffMinor: head.writtenOffMinor,
  };
}

async function readHead(connection: Connection, editionId: number): Promise<Head> {
  const found = await connection.query<Head>(
    `SELECT currency, account_limits AS "accountLimits", offline_limit_minor AS "offlineLimitMinor",
            (SELECT coalesce(-sum(balance_minor), 0) FROM account
              WHERE edition_id = $1 AND name LIKE 'customer:%/overspend') AS "bookedOverspendMinor",
            (SELECT coalesce(-sum(balance_minor), 0) FROM account WHERE edition_id = $1 AND type = 'loss') AS "writtenOffMinor"
       FROM edition WHERE edition_id = $1`,
    [editionId],
  );
  const head = found.rows[0];
  if (head === undefined) throw new Error(`there is no edition ${editionId}`);
  return head;
}

async function readTills(
  connection: Connection,
  editionId: number,
  offlineLimitMinor: number | null,
  perTillMinor: number,
): Promise<Till[]> {
  const found = await connection.query<Till>(
    `SELECT a.assignment_id AS "assignmentId", a.terminal_name AS "terminalName", a.revoked_at IS NOT NULL AS revoked,
            CASE WHEN $2::bigint IS NULL THEN $3::bigint ELSE a.offline_share_minor END AS "shareMinor",
            (SELECT j.received_at FROM journal_entry j WHERE j.edition_id = a.edition_id AND j.assignment_id = a.assignment_id
                AND j.seq = a.last_seq) AS "lastReceivedAt",
            (SELECT coalesce(-sum(t.balance_delta_minor), 0) FROM transactions t
              WHERE t.edition_id = a.edition_id AND t.assignment_id = a.assignment_id AND t.state = 'Committed' AND t.balance_delta_minor < 0
                AND NOT EXISTS (SELECT FROM transaction_state s WHERE s.edition_id = t.edition_id
                                   AND s.backend_transaction_id = t.backend_transaction_id
                                   AND s.from_state = 'ReservePending' AND s.to_state = 'Committed')) AS "unheldMinor"
       FROM assignment a WHERE a.edition_id = $1 AND a.closed_at IS NULL ORDER BY a.assignment_id`,
    [editionId, offlineLimitMinor, perTillMinor],
  );
  return found.rows;
}

async function readOverspent(
  connection: Connection,
  editionId: number,
  overdraftMinor: number,
  now: Date,
): Promise<ExposureAnswer['overspent']> {
  const found = await connection.query<ExposureAnswer['overspent'][number]>(
    `WITH held AS (
       SELECT customer_id, -sum(balance_delta_minor) AS minor FROM transactions
        WHERE edition_id = $1 AND (state = 'Reserve' OR (state = 'ReservePending' AND (reserve_expires_at IS NULL OR reserve_expires_at > $3)))
        GROUP BY customer_id
     ), free AS (
       -- Sales that wait count as far as no credit is there to pay for them: which ones it may pay is seen when they are processed.
       SELECT a.customer_id,
              coalesce(sum(a.balance_minor) FILTER (WHERE ${isCashPurse('a')}), 0)
                + least(0, coalesce(sum(a.balance_minor) FILTER (WHERE NOT ${isCashPurse('a')}), 0))
                - coalesce(max(held.minor), 0) AS minor
         FROM account a LEFT JOIN held USING (customer_id)
        WHERE a.edition_id = $1 AND a.customer_id IS NOT NULL GROUP BY a.customer_id
     )
     SELECT customer_id AS "customerId", minor AS "availableMinor", -(minor + $2::bigint) AS "overspentMinor",
            (SELECT coalesce(jsonb_agg(tag.uid ORDER BY tag.uid), '[]') FROM tag WHERE tag.edition_id = $1 AND tag.customer_id = free.customer_id) AS uids
       FROM free WHERE minor + $2::bigint < 0 ORDER BY minor, customer_id LIMIT $4`,
    [editionId, overdraftMinor, now, limits.listRowsMax],
  );
  return found.rows;
}
