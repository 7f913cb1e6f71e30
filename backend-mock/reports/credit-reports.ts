import type { ReportPeriod } from '../../contract/wire/canteen-reports.ts';
import type { Connection } from '../store/database.ts';

/**
 * Every movement of a credit purse, signed, with what it was and the day of the canteen it belongs to: of the meal, also where that was
 * ordered and paid before. Straight from the postings, whatever made them: what neither came nor paid was cleared.
 */
const moves = `moves AS (
  SELECT u.customer_id, u.title, t.business_date AS day,
         CASE WHEN p.kind IN ('credit', 'credit-reversal') THEN 'granted'
              WHEN p.kind IN ('settle-credit', 'return-credit') THEN 'used' ELSE 'cleared' END AS what,
         CASE WHEN p.debit_account_id = u.account_id THEN p.amount_minor ELSE -p.amount_minor END AS minor
    FROM posting p
    LEFT JOIN purse d ON d.edition_id = p.edition_id AND d.account_id = p.debit_account_id AND d.type = 'credit'
    LEFT JOIN purse c ON c.edition_id = p.edition_id AND c.account_id = p.credit_account_id AND c.type = 'credit'
    JOIN purse u ON u.edition_id = p.edition_id AND u.account_id = coalesce(d.account_id, c.account_id)
    JOIN purse_transaction t ON t.edition_id = p.edition_id AND t.backend_transaction_id = p.backend_transaction_id
   WHERE p.edition_id = $1
)`;

export type UptakeRow = {
  day: string;
  className: string | null;
  title: string;
  entitledCount: number;
  usedCount: number;
  usedMinor: number;
};

/**
 * R116: how many could have used a kind of credit on a day, how many did, and what it paid, by class. A credit without an end that is
 * used up, as those of `sourceOfFunds` are at once, counts for the day on which it came.
 */
export async function uptakeRows(
  connection: Connection,
  editionId: number,
  { from, to }: ReportPeriod,
  now: Date,
): Promise<UptakeRow[]> {
  const found = await connection.query<UptakeRow>(
    `WITH ${moves}, used AS (
       SELECT day, customer_id, title, -sum(minor) AS minor FROM moves WHERE what = 'used' GROUP BY 1, 2, 3
     ), entitled AS (
       SELECT DISTINCT each::date AS day, c.customer_id, u.title
         FROM credit c
         JOIN edition e ON e.edition_id = c.edition_id
         JOIN purse u ON u.edition_id = c.edition_id AND u.customer_id = c.customer_id AND u.purse_id = c.purse_id
        CROSS JOIN LATERAL generate_series(
          greatest((c.granted_at AT TIME ZONE e.time_zone)::date, $2::date),
          least(coalesce((c.expires_at AT TIME ZONE e.time_zone)::date - 1,
                         CASE WHEN c.usage_minor < c.amount_minor THEN 'infinity' ELSE (c.granted_at AT TIME ZONE e.time_zone)::date END), ($4::timestamptz AT TIME ZONE e.time_zone)::date, $3::date),
          interval '1 day') AS each
        WHERE c.edition_id = $1
     )
     SELECT to_char(day, 'YYYY-MM-DD') AS day, m.class_name AS "className", title,
            count(*) FILTER (WHERE entitled.day IS NOT NULL) AS "entitledCount",
            count(*) FILTER (WHERE used.minor > 0) AS "usedCount", coalesce(sum(used.minor), 0) AS "usedMinor"
       FROM used FULL JOIN entitled USING (day, customer_id, title)
       JOIN member m ON m.edition_id = $1 AND m.customer_id = coalesce(used.customer_id, entitled.customer_id)
      WHERE day >= coalesce($2::date, day) AND day <= coalesce($3::date, day)
      GROUP BY 1, 2, 3 ORDER BY 1, 2 NULLS LAST, 3`,
    [editionId, from, to, now],
  );
  return found.rows;
}

/** What credits paid on the days that the period leaves out. */
export async function usedOutside(
  connection: Connection,
  editionId: number,
  { from, to }: ReportPeriod,
): Promise<number> {
  const found = await connection.query<{ minor: number }>(
    `WITH ${moves} SELECT coalesce(-sum(minor), 0) AS minor FROM moves
      WHERE what = 'used' AND (day < $2::date OR day > $3::date)`,
    [editionId, from, to],
  );
  return found.rows[0]?.minor ?? 0;
}

export type CreditsRow = {
  title: string;
  membersCount: number;
  openingMinor: number;
  grantedMinor: number;
  usedMinor: number;
  clearedMinor: number;
  closingMinor: number;
  laterMinor: number;
};

/** By kind of credit: what was there, came, was used, was cleared and is there at the end; and what has moved since. */
export async function creditsRows(
  connection: Connection,
  editionId: number,
  { from, to }: ReportPeriod,
): Promise<CreditsRow[]> {
  const found = await connection.query<CreditsRow>(
    `WITH ${moves}, placed AS (
       SELECT *, coalesce(day < $2::date, false) AS before, coalesce(day > $3::date, false) AS later FROM moves
     )
     SELECT kinds.title, kinds.members AS "membersCount",
            coalesce(sum(minor) FILTER (WHERE before), 0) AS "openingMinor",
            coalesce(sum(minor) FILTER (WHERE what = 'granted' AND NOT before AND NOT later), 0) AS "grantedMinor",
            coalesce(-sum(minor) FILTER (WHERE what = 'used' AND NOT before AND NOT later), 0) AS "usedMinor",
            coalesce(-sum(minor) FILTER (WHERE what = 'cleared' AND NOT before AND NOT later), 0) AS "clearedMinor",
            coalesce(sum(minor) FILTER (WHERE NOT later), 0) AS "closingMinor",
            coalesce(sum(minor) FILTER (WHERE later), 0) AS "laterMinor"
       FROM (SELECT title, count(DISTINCT customer_id) AS members FROM purse WHERE edition_id = $1 AND type = 'credit' GROUP BY title) AS kinds
       LEFT JOIN placed USING (title)
      GROUP BY 1, 2 ORDER BY 1`,
    [editionId, from, to],
  );
  return found.rows;
}

/** What credit purses hold, and what was granted and not taken back, by the accounts: what these reports are held against. */
export async function creditBalances(
  connection: Connection,
  editionId: number,
): Promise<{ availableMinor: number; fundedMinor: number }> {
  const found = await connection.query<{ available: number; funded: number }>(
    `SELECT (SELECT coalesce(sum(a.balance_minor), 0) FROM purse u JOIN account a USING (edition_id, account_id)
              WHERE u.edition_id = $1 AND u.type = 'credit') AS available,
            (SELECT coalesce(-sum(balance_minor), 0) FROM account WHERE edition_id = $1 AND type = 'funding') AS funded`,
    [editionId],
  );
  return { availableMinor: found.rows[0]?.available ?? 0, fundedMinor: found.rows[0]?.funded ?? 0 };
}
