import { z } from 'zod';
import type { ReportPeriod, StatementReport } from '../../contract/wire/canteen-reports.ts';
import { invariant } from '../ledger/invariant.ts';
import { isCashPurse } from '../ledger/overspend.ts';
import type { Connection } from '../store/database.ts';

type Head = { editionId: number; currency: string; at: string };
type Member = { customer_id: number; display_name: string; class_name: string | null; cash_minor: number };

type Movement = {
  day: string;
  at: Date;
  session: string | null;
  kind: string;
  description: string | null;
  payload: string;
  cashMinor: number | null;
};

/**
 * What a member's parents see (R111): everything bought, and of each only what it did to the cash; the lines add up to the cash balance
 * of the accounts (INV-68). `undefined` where there is no such member.
 */
export async function readStatement(
  connection: Connection,
  head: Head,
  memberId: string,
  period: ReportPeriod,
): Promise<StatementReport | undefined> {
  const member = await readMember(connection, head.editionId, memberId);
  if (member === undefined) return undefined;
  const movements = await readMovements(connection, head.editionId, member.customer_id);
  const before = movements.filter(({ day }) => period.from !== null && day < period.from);
  const later = movements.filter(({ day }) => period.to !== null && day > period.to);
  const openingMinor = sumOf(before);
  let balanceMinor = openingMinor;
  const rows = movements
    .filter((movement) => !before.includes(movement) && !later.includes(movement))
    .map((movement) => {
      balanceMinor += movement.cashMinor ?? 0;
      const { day, session, kind, cashMinor } = movement;
      return { day, at: movement.at.toISOString(), session, kind, items: itemsOf(movement), cashMinor, balanceMinor };
    });
  const laterMinor = sumOf(later);
  const totalMinor = balanceMinor + laterMinor;
  invariant(
    'INV-68',
    totalMinor === member.cash_minor,
    `a statement adds up to ${totalMinor}, the cash purse to ${member.cash_minor}`,
  );
  return {
    ...head,
    ...period,
    report: 'statement',
    memberId,
    displayName: member.display_name,
    className: member.class_name,
    openingMinor,
    rows,
    closingMinor: balanceMinor,
    laterMinor,
    totalMinor,
  };
}

async function readMember(connection: Connection, editionId: number, memberId: string): Promise<Member | undefined> {
  const found = await connection.query<Member>(
    `SELECT m.customer_id, m.display_name, m.class_name,
            (SELECT sum(a.balance_minor) FROM account a
              WHERE a.edition_id = m.edition_id AND a.customer_id = m.customer_id AND ${isCashPurse('a')}) AS cash_minor
       FROM member m WHERE m.edition_id = $1 AND m.member_id = $2`,
    [editionId, memberId],
  );
  return found.rows[0];
}

/**
 * Everything that moved the member's cash or is a sale, in the order of the days: also what only an operator's booking made, and sales
 * that wait or that credits paid for whole. Transfers between the two purses that make up the cash cancel out.
 */
async function readMovements(connection: Connection, editionId: number, customerId: number): Promise<Movement[]> {
  const found = await connection.query<Movement>(
    `WITH cash AS (
       SELECT account_id FROM account a WHERE a.edition_id = $1 AND a.customer_id = $2 AND ${isCashPurse('a')}
     ), moved AS (
       SELECT p.backend_transaction_id,
              sum(CASE WHEN p.debit_account_id IN (SELECT account_id FROM cash) THEN p.amount_minor ELSE 0 END
                - CASE WHEN p.credit_account_id IN (SELECT account_id FROM cash) THEN p.amount_minor ELSE 0 END) AS minor
         FROM transactions t JOIN posting p USING (edition_id, backend_transaction_id)
        WHERE t.edition_id = $1 AND t.customer_id = $2
          AND (p.debit_account_id IN (SELECT account_id FROM cash) OR p.credit_account_id IN (SELECT account_id FROM cash))
        GROUP BY 1
     )
     SELECT to_char(coalesce(s.business_date, (t.received_at AT TIME ZONE e.time_zone)::date), 'YYYY-MM-DD') AS day,
            coalesce(s.transaction_date, t.ended_at, t.received_at) AS at, s.session, coalesce(s.type, t.type) AS kind, s.description,
            t.payload, CASE WHEN s.state = 'notProcessed' THEN NULL ELSE coalesce(moved.minor, 0) END AS "cashMinor"
       FROM transactions t
       JOIN edition e ON e.edition_id = t.edition_id
       LEFT JOIN purse_transaction s ON s.edition_id = t.edition_id AND s.backend_transaction_id = t.backend_transaction_id
       LEFT JOIN moved ON moved.backend_transaction_id = t.backend_transaction_id
      WHERE t.edition_id = $1 AND t.customer_id = $2 AND t.state = 'Committed'
        AND (moved.backend_transaction_id IS NOT NULL OR s.purse_id IN ('default', 'sales'))
      ORDER BY 1, 2, t.backend_transaction_id`,
    [editionId, customerId],
  );
  return found.rows;
}

const goodsSchema = z.object({
  items: z.array(z.object({ name: z.string().optional(), quantity: z.int().optional() })),
});

/** What was bought, by the till's own items; without them what was said about it. */
function itemsOf({ payload, description }: Movement): string {
  const goods = goodsSchema.safeParse(JSON.parse(payload));
  const named = goods.success ? goods.data.items.filter(({ name }) => name !== undefined) : [];
  if (named.length === 0) return description ?? '';
  return named.map(({ name, quantity }) => `${quantity ?? 1} × ${name ?? ''}`).join('; ');
}

const sumOf = (movements: readonly Movement[]) => movements.reduce((sum, { cashMinor }) => sum + (cashMinor ?? 0), 0);
