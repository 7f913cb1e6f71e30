import type { PurseType } from '../../contract/wire/canteen.ts';
import type { Connection } from '../store/database.ts';

/** A purse of a member, with its balance as it is booked (R57–R72). */
export type Purse = {
  editionId: number;
  customerId: number;
  purseId: string;
  accountId: number;
  type: PurseType;
  title: string;
  /** Cash: with what was sold above the limit (Q52). Credit: what is available (R69). Sales: what is not processed (R64). */
  balanceMinor: number;
  /** From the start of time where null (R70). */
  validFrom: Date | null;
  /** Until the end of time where null (R71); the first moment at which it is valid no more. */
  validTo: Date | null;
  /** All sessions where null (R72). */
  validSessions: readonly string[] | null;
  /** R93; where one of the three is null, no credit comes by itself (R95). */
  creditAmountMinor: number | null;
  creditApply: string | null;
  expiryDurationDays: number | null;
  /** R114, Q35. */
  sweepAfterSession: boolean;
  content: Readonly<Record<string, unknown>>;
  createdAt: Date;
  changedAt: Date;
};

/** The columns of a purse `p` with its account `a`, as {@link Purse} names them. */
export const purseColumns = `p.edition_id AS "editionId", p.customer_id AS "customerId", p.purse_id AS "purseId",
  p.account_id AS "accountId", p.type, p.title,
  a.balance_minor + CASE WHEN p.type = 'cash' THEN coalesce((SELECT o.balance_minor FROM account o
    WHERE o.edition_id = p.edition_id AND o.name = 'customer:' || p.customer_id || '/overspend'), 0) ELSE 0 END AS "balanceMinor",
  p.valid_from AS "validFrom", p.valid_to AS "validTo", p.valid_sessions AS "validSessions",
  p.credit_amount_minor AS "creditAmountMinor", p.credit_apply AS "creditApply", p.expiry_duration_days AS "expiryDurationDays",
  p.sweep_after_session AS "sweepAfterSession", p.content, p.created_at AS "createdAt", p.changed_at AS "changedAt"`;

/** Every purse of these members: Cash and Sales first, then credits as they were made. */
export async function readPurses(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  customerIds: readonly number[],
): Promise<Purse[]> {
  const found = await connection.query<Purse>({
    name: 'read-purses',
    text: `SELECT ${purseColumns} FROM purse p
             JOIN account a ON a.edition_id = p.edition_id AND a.account_id = p.account_id
            WHERE p.edition_id = $1 AND p.customer_id = ANY($2::bigint[])
            ORDER BY p.customer_id, p.type = 'credit', p.purse_id = 'sales', p.created_at, p.purse_id`,
    values: [editionId, customerIds],
  });
  return found.rows;
}

/** What of a purse decides about a transaction in it; without its balance. */
export type PurseTerms = Pick<
  Purse,
  | 'customerId'
  | 'purseId'
  | 'accountId'
  | 'type'
  | 'title'
  | 'validSessions'
  | 'expiryDurationDays'
  | 'sweepAfterSession'
>;

export const purseKey = (customerId: number, purseId: string): string => `${customerId}/${purseId}`;

/** The purses of these members by {@link purseKey}. */
export async function readPurseTerms(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  customerIds: readonly number[],
): Promise<Map<string, PurseTerms>> {
  const found = await connection.query<PurseTerms>({
    name: 'read-purse-terms',
    text: `SELECT customer_id AS "customerId", purse_id AS "purseId", account_id AS "accountId", type, title,
                  valid_sessions AS "validSessions", expiry_duration_days AS "expiryDurationDays",
                  sweep_after_session AS "sweepAfterSession"
             FROM purse WHERE edition_id = $1 AND customer_id = ANY($2::bigint[])`,
    values: [editionId, customerIds],
  });
  return new Map(found.rows.map((purse) => [purseKey(purse.customerId, purse.purseId), purse]));
}
