import { memberTypeSchema } from '../../contract/wire/canteen.ts';
import { createMembers, type Member, memberColumns } from '../purses/members.ts';
import type { Connection, Database } from '../store/database.ts';
import type { TracConnection } from './connection-rows.ts';
import type { RemoteMember } from './remote-entities.ts';
import type { RemoteFault, TracClient } from './trac-client.ts';

/** Who a member is on the other side; `unknown`: nobody there is this one, with the reason for a person. */
export type RemoteMemberSearch =
  | { outcome: 'found'; remoteMemberId: string }
  | { outcome: 'unknown'; reason: string }
  | { outcome: 'fault'; fault: RemoteFault };

/**
 * Finds the member of a customer on the other side, and remembers it: by the school's own number (misId), then by UPN. Proxies (R56),
 * which no register knows, are made there, once: one that is there already is known by its externalIds.
 */
export async function findRemoteMember(
  database: Database,
  client: TracClient,
  { editionId, slug, namespace }: Pick<TracConnection, 'editionId' | 'slug' | 'namespace'>,
  customerId: number,
  now: Date,
): Promise<RemoteMemberSearch> {
  const known = await database.pool.query<{ remote_member_id: string }>({
    name: 'remote-member-of',
    text: 'SELECT remote_member_id FROM trac_member WHERE edition_id = $1 AND customer_id = $2',
    values: [editionId, customerId],
  });
  const remembered = known.rows[0]?.remote_member_id;
  if (remembered !== undefined) return { outcome: 'found', remoteMemberId: remembered };
  const found = await database.pool.query<Member>(
    `SELECT ${memberColumns} FROM member m WHERE m.edition_id = $1 AND m.customer_id = $2`,
    [editionId, customerId],
  );
  const member = found.rows[0];
  if (member === undefined) return { outcome: 'unknown', reason: `Customer ${customerId} is no member.` };
  const search = await searchFor(client, member, { slug, namespace });
  if (search.outcome !== 'found') return search;
  const remembering = await database.pool.query(
    `INSERT INTO trac_member (edition_id, customer_id, remote_member_id, found_at) VALUES ($1, $2, $3, $4)
     ON CONFLICT (edition_id, remote_member_id) DO NOTHING`,
    [editionId, customerId, search.remoteMemberId, now],
  );
  if (remembering.rowCount === 1) return search;
  return { outcome: 'unknown', reason: `Another member is ${search.remoteMemberId} over there already.` };
}

async function searchFor(
  client: TracClient,
  member: Member,
  own: { slug: string; namespace: string },
): Promise<RemoteMemberSearch> {
  for (const [filter, value] of [
    ['mis.misId.eq', member.misId],
    ['mis.upn.eq', member.upn],
  ] as const) {
    if (value === null) continue;
    const found = await client.findMembers(filter, value);
    if (!found.ok) return { outcome: 'fault', fault: found.fault };
    const [one, other] = found.result;
    if (other !== undefined)
      return { outcome: 'unknown', reason: `Several members over there have ${filter} ${value}.` };
    if (one !== undefined) return { outcome: 'found', remoteMemberId: one.meta.memberId };
  }
  if (member.memberType === 'system' || member.memberType === 'hospitality') return proxyOf(client, member, own);
  const by = [
    member.misId === null ? [] : `MIS id ${member.misId}`,
    member.upn === null ? [] : `UPN ${member.upn}`,
  ].flat();
  return {
    outcome: 'unknown',
    reason:
      by.length === 0
        ? `${member.displayName} has neither a MIS id nor a UPN to be found by.`
        : `Nobody over there has ${by.join(' or ')} (${member.displayName}).`,
  };
}

async function proxyOf(
  client: TracClient,
  member: Member,
  { slug, namespace }: { slug: string; namespace: string },
): Promise<RemoteMemberSearch> {
  const externalId = `${slug}-memberId`;
  const proxies = await client.findMembers('core.memberType.eq', member.memberType);
  if (!proxies.ok) return { outcome: 'fault', fault: proxies.fault };
  const there = proxies.result.find(({ externalIds }) => externalIds[externalId] === member.memberId);
  if (there !== undefined) return { outcome: 'found', remoteMemberId: there.meta.memberId };
  const made = await client.postMember({
    isActive: true,
    externalIds: { [externalId]: member.memberId },
    displayName: member.displayName,
    memberType: member.memberType,
    [namespace]: { status: 'synced' },
  });
  return made.ok ? { outcome: 'found', remoteMemberId: made.result } : { outcome: 'fault', fault: made.fault };
}

/** Which members of the other side are known here, by its ids. */
export async function readKnownMembers(
  queries: Pick<Connection, 'query'>,
  editionId: number,
  remoteMemberIds: readonly string[],
): Promise<Map<string, number>> {
  const found = await queries.query<{ remote_member_id: string; customer_id: number }>({
    name: 'known-remote-members',
    text: `SELECT remote_member_id, customer_id FROM trac_member WHERE edition_id = $1 AND remote_member_id = ANY($2::text[])`,
    values: [editionId, remoteMemberIds],
  });
  return new Map(found.rows.map((row) => [row.remote_member_id, row.customer_id]));
}

/**
 * The customer who is this member of the other side, remembered from now on: the proxy that was made from here, else whoever has its
 * number in the register, else a new member. In the caller's transaction, under its lease.
 */
export async function adoptRemoteMember(
  connection: Connection,
  { editionId, slug }: Pick<TracConnection, 'editionId' | 'slug'>,
  remote: RemoteMember,
  now: Date,
): Promise<number> {
  const { misId, upn } = remote.mis;
  const found = await connection.query<{ customer_id: number }>({
    name: 'member-of-remote',
    text: `SELECT customer_id FROM member m
            WHERE edition_id = $1 AND NOT EXISTS (SELECT FROM trac_member t WHERE t.edition_id = m.edition_id AND t.customer_id = m.customer_id)
              AND (member_id = $2 OR mis_id = $3 OR upn = $4)
            ORDER BY member_id IS NOT DISTINCT FROM $2 DESC, mis_id IS NOT DISTINCT FROM $3 DESC, customer_id LIMIT 1`,
    values: [editionId, remote.externalIds[`${slug}-memberId`] ?? null, misId ?? null, upn ?? null],
  });
  const customerId = found.rows[0]?.customer_id ?? (await makeMember(connection, editionId, remote, now));
  await connection.query(
    'INSERT INTO trac_member (edition_id, customer_id, remote_member_id, found_at) VALUES ($1, $2, $3, $4)',
    [editionId, customerId, remote.meta.memberId, now],
  );
  return customerId;
}

async function makeMember(connection: Connection, editionId: number, remote: RemoteMember, now: Date): Promise<number> {
  const memberType = memberTypeSchema.catch('pupil').parse(remote.memberType);
  const { misId = null, upn = null } = remote.mis;
  const displayName = (remote.displayName ?? misId ?? upn ?? remote.meta.memberId).slice(0, 120);
  const [made] = await createMembers(connection, editionId, [{ memberType, displayName, misId, upn }], now);
  if (made === undefined) throw new Error('a member that was made is there');
  return made.customerId;
}
