import type { MemberRow } from '../../contract/wire/admin-members.ts';
import { allergenListSchema } from '../../contract/wire/allergens.ts';
import type { Connection } from '../store/database.ts';
import { type Member, memberColumns } from './members.ts';

type Row = Member & { tagUids: string[] };

/** Whom a search text means: part of a name, or all of what else they are known by. `$4` is the text, null for everybody. */
const isMeant = `($4::text IS NULL OR position(lower($4) IN lower(m.display_name)) > 0
  OR lower($4) IN (lower(m.class_name), lower(m.mis_id), lower(m.upn), lower(m.member_id))
  OR EXISTS (SELECT FROM tag t WHERE t.edition_id = m.edition_id AND t.customer_id = m.customer_id
              AND t.uid = upper(translate($4, ' :-', ''))))`;

/** Members as an operator sees them, in the order in which they were made; of one, where its id is given. */
export async function listMembers(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  which: { afterCustomerId: number; rowsMax: number; search: string | null } | { memberId: string },
): Promise<MemberRow[]> {
  const isOne = 'memberId' in which;
  const found = await connection.query<Row>({
    name: isOne ? 'list-member' : 'list-members',
    text: `SELECT ${memberColumns},
                  (SELECT coalesce(jsonb_agg(t.uid ORDER BY t.uid), '[]') FROM tag t
                    WHERE t.edition_id = m.edition_id AND t.customer_id = m.customer_id
                      AND NOT EXISTS (SELECT FROM tag_replacement r WHERE r.edition_id = t.edition_id AND r.uid = t.uid)) AS "tagUids"
             FROM member m WHERE m.edition_id = $1 AND ${isOne ? 'm.member_id = $2' : `m.customer_id > $2 AND ${isMeant} ORDER BY m.customer_id LIMIT $3`}`,
    values: isOne ? [editionId, which.memberId] : [editionId, which.afterCustomerId, which.rowsMax, which.search],
  });
  return found.rows.map((row) => ({
    memberId: row.memberId,
    customerId: row.customerId,
    memberType: row.memberType,
    displayName: row.displayName,
    className: row.className,
    misId: row.misId,
    upn: row.upn,
    allergens: allergenListSchema.parse(row.allergens),
    dailyLimitMinor: row.dailyLimitMinor,
    isActive: row.isActive,
    tagUids: row.tagUids,
  }));
}
