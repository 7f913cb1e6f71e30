import { type Member, memberColumns } from '../purses/members.ts';
import type { Connection } from '../store/database.ts';
import type { SaidOfMember } from './member-file.ts';

/** Somebody a row may mean, with what an import compares. */
export type KnownMember = Member & {
  tagUids: readonly string[];
  /** Of credit purses that are not closed. */
  openTitles: readonly string[];
};

/** Whose a tag is that a row gives to somebody. */
export type TagOwner = { uid: string; customerId: number; memberType: string | null };

/** Everybody whom one of the rows' numbers may mean. */
export async function readKnownMembers(
  connection: Connection,
  editionId: number,
  said: readonly SaidOfMember[],
  now: Date,
): Promise<readonly KnownMember[]> {
  const found = await connection.query<KnownMember>({
    name: 'known-members',
    text: `SELECT ${memberColumns},
                  (SELECT coalesce(jsonb_agg(t.uid ORDER BY t.uid), '[]') FROM tag t
                    WHERE t.edition_id = m.edition_id AND t.customer_id = m.customer_id) AS "tagUids",
                  (SELECT coalesce(jsonb_agg(p.title), '[]') FROM purse p
                    WHERE p.edition_id = m.edition_id AND p.customer_id = m.customer_id AND p.type = 'credit'
                      AND (p.valid_to IS NULL OR p.valid_to > $5)) AS "openTitles"
             FROM member m
            WHERE m.edition_id = $1
              AND (m.member_id = ANY($2::text[]) OR m.mis_id = ANY($3::text[]) OR m.upn = ANY($4::text[]))
            ORDER BY m.customer_id`,
    values: [
      editionId,
      said.flatMap(({ memberId }) => memberId ?? []),
      said.flatMap(({ misId }) => misId ?? []),
      said.flatMap(({ upn }) => upn ?? []),
      now,
    ],
  });
  return found.rows;
}

/** Whose these tags are; one that nobody has seen is not listed. */
export async function readTagOwners(
  connection: Connection,
  editionId: number,
  uids: readonly string[],
): Promise<ReadonlyMap<string, TagOwner>> {
  const found = await connection.query<TagOwner>({
    name: 'tag-owners',
    text: `SELECT t.uid, t.customer_id AS "customerId", m.member_type AS "memberType"
             FROM unnest($2::text[]) AS wanted(uid)
             CROSS JOIN LATERAL (SELECT * FROM tag WHERE tag.edition_id = $1 AND tag.uid = wanted.uid LIMIT 1) AS t
             LEFT JOIN member m ON m.edition_id = $1 AND m.customer_id = t.customer_id`,
    values: [editionId, uids],
  });
  return new Map(found.rows.map((owner) => [owner.uid, owner]));
}
