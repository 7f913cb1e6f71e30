import type { Connection } from '../store/database.ts';
import type { PersonKey } from './person-key.ts';

/** Somebody a row may mean, with what is booked of them. */
export type BalanceMember = {
  customerId: number;
  memberId: string;
  displayName: string;
  /** Of the cash, what was sold above the limit included. */
  cashMinor: number;
  /** Of the opening balance that was imported before; null: none was. */
  importedMinor: number | null;
};

const columnOf: Record<PersonKey['by'], string> = {
  member: 'm.member_id',
  mis: 'm.mis_id',
  upn: 'm.upn',
  tag: 'g.uid',
};

/** A tag as people write it: `04:a1:b2` is `04A1B2`. */
export function keyText({ by, value }: PersonKey): string {
  return by === 'tag' ? value.replaceAll(/[ :-]/g, '').toUpperCase() : value;
}

/** By `by value`: everybody whom the key may mean. One question for each kind of key. */
export async function findBalanceMembers(
  connection: Connection,
  editionId: number,
  keys: readonly PersonKey[],
): Promise<ReadonlyMap<string, readonly BalanceMember[]>> {
  const found = new Map<string, BalanceMember[]>();
  for (const by of ['member', 'mis', 'upn', 'tag'] as const) {
    const values = [...new Set(keys.filter((key) => key.by === by).map(keyText))];
    if (values.length === 0) continue;
    const rows = await connection.query<BalanceMember & { key: string }>(
      `SELECT ${columnOf[by]} AS key, m.customer_id AS "customerId", m.member_id AS "memberId", m.display_name AS "displayName",
              (SELECT coalesce(sum(a.balance_minor), 0) FROM account a WHERE a.edition_id = m.edition_id AND a.customer_id = m.customer_id
                  AND a.name IN ('customer:' || m.customer_id || '/default', 'customer:' || m.customer_id || '/overspend')) AS "cashMinor",
              o.amount_minor AS "importedMinor"
         FROM member m
         ${by === 'tag' ? 'JOIN tag g ON g.edition_id = m.edition_id AND g.customer_id = m.customer_id' : ''}
         LEFT JOIN opening_balance o ON o.edition_id = m.edition_id AND o.customer_id = m.customer_id
        WHERE m.edition_id = $1 AND ${columnOf[by]} = ANY($2::text[])`,
      [editionId, values],
    );
    for (const { key, ...member } of rows.rows) {
      const known = found.get(`${by} ${key}`) ?? [];
      found.set(`${by} ${key}`, [...known, member]);
    }
  }
  return found;
}
