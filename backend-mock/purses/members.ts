import type { MemberType } from '../../contract/wire/canteen.ts';
import { claimTag } from '../adjustments/claim-tag.ts';
import { invariant } from '../ledger/invariant.ts';
import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import { readCanteenEdition } from './canteen-edition.ts';
import { ulidOf } from './ulid.ts';

/** Somebody, or something (R56), whom transactions are assigned to (R55). */
export type Member = {
  editionId: number;
  customerId: number;
  memberId: string;
  memberType: MemberType;
  displayName: string;
  firstName: string | null;
  lastName: string | null;
  className: string | null;
  /** `YYYY-MM-DD`. */
  dateOfBirth: string | null;
  misId: string | null;
  upn: string | null;
  isActive: boolean;
  allergens: readonly string[];
  /** What may be bought on one day; null: no limit. */
  dailyLimitMinor: number | null;
  /** What integrations keep with the member: externalIds, tags, their namespaces (R138). */
  content: Readonly<Record<string, unknown>>;
  createdAt: Date;
  changedAt: Date;
};

type Details = Pick<
  Member,
  | 'firstName'
  | 'lastName'
  | 'className'
  | 'dateOfBirth'
  | 'misId'
  | 'upn'
  | 'isActive'
  | 'allergens'
  | 'dailyLimitMinor'
  | 'content'
>;
export type NewMember = Pick<Member, 'memberType' | 'displayName'> & Partial<Details>;
export type MemberChange = Partial<Pick<Member, 'memberType' | 'displayName'> & Details>;

/** The columns of a member as {@link Member} names them; `m` is the table. */
export const memberColumns = `m.edition_id AS "editionId", m.customer_id AS "customerId", m.member_id AS "memberId",
  m.member_type AS "memberType", m.display_name AS "displayName", m.first_name AS "firstName", m.last_name AS "lastName",
  m.class_name AS "className", m.date_of_birth::text AS "dateOfBirth", m.mis_id AS "misId", m.upn, m.is_active AS "isActive",
  m.allergens, m.daily_limit_minor AS "dailyLimitMinor", m.content, m.created_at AS "createdAt", m.changed_at AS "changedAt"`;

/**
 * Makes members of an edition in account mode, each with its two purses (R57): `default` (Cash, R58) and `sales` (Sales, R62). One
 * statement for all of them. Returns them in the order given.
 */
export async function createMembers(
  connection: Connection,
  editionId: number,
  members: readonly NewMember[],
  now: Date,
): Promise<Member[]> {
  const { hasPurses } = await readCanteenEdition(connection, editionId);
  invariant('INV-61', hasPurses, 'members are of an edition in account mode');
  const drawn = await connection.query<{ number: number }>(
    `SELECT nextval('customer_number') AS number FROM generate_series(1, $1)`,
    [members.length],
  );
  const made = members.map((member, index): Member => {
    const customerId = drawn.rows[index]?.number ?? 0;
    return {
      ...unsaid,
      ...member,
      editionId,
      customerId,
      memberId: ulidOf(now, customerId),
      createdAt: now,
      changedAt: now,
    };
  });
  await connection.query({
    name: 'create-members',
    text: `WITH made_customer AS (
             INSERT INTO customer (edition_id, customer_id, created_at)
             SELECT $1, "customerId", $2 FROM jsonb_to_recordset($3::jsonb) AS row("customerId" bigint)
           ), made_member AS (
             INSERT INTO member (edition_id, customer_id, member_id, member_type, display_name, first_name, last_name, class_name,
               date_of_birth, mis_id, upn, is_active, allergens, daily_limit_minor, content, created_at, changed_at)
             SELECT $1, "customerId", "memberId", "memberType", "displayName", "firstName", "lastName", "className", "dateOfBirth",
                    "misId", upn, "isActive", allergens, "dailyLimitMinor", content, $2, $2
               FROM jsonb_to_recordset($3::jsonb) AS row("customerId" bigint, "memberId" text, "memberType" text, "displayName" text,
                 "firstName" text, "lastName" text, "className" text, "dateOfBirth" date, "misId" text, upn text, "isActive" boolean,
                 allergens jsonb, "dailyLimitMinor" bigint, content jsonb)
           ), made_account AS (
             INSERT INTO account (edition_id, type, name, customer_id)
             SELECT $1, 'customer', 'customer:' || "customerId" || '/' || purse_id, "customerId"
               FROM jsonb_to_recordset($3::jsonb) AS row("customerId" bigint)
               CROSS JOIN (VALUES ('default'), ('sales')) AS wanted(purse_id)
             RETURNING account_id, customer_id, name
           )
           ${insertFirstPurses} SELECT $1, customer_id, wanted.purse_id, account_id, wanted.type, wanted.title, $2, $2
             FROM made_account JOIN ${firstPurses} ON name = 'customer:' || customer_id || '/' || wanted.purse_id`,
    values: [editionId, now, JSON.stringify(made)],
  });
  return made;
}

const unsaid: Details = {
  firstName: null,
  lastName: null,
  className: null,
  dateOfBirth: null,
  misId: null,
  upn: null,
  isActive: true,
  allergens: [],
  dailyLimitMinor: null,
  content: {},
};

const insertFirstPurses =
  'INSERT INTO purse (edition_id, customer_id, purse_id, account_id, type, title, created_at, changed_at)';
const firstPurses = `(VALUES ('default', 'cash', 'Cash'), ('sales', 'sales', 'Sales')) AS wanted(purse_id, type, title)`;

/**
 * Makes members of customers whom a till has just made by showing their tags, in an edition in account mode (R55): proxies (R56) until
 * somebody says who they are.
 */
export async function adoptCustomers(
  connection: Connection,
  editionId: number,
  uids: readonly string[],
  now: Date,
): Promise<void> {
  const found = await connection.query<{ customerId: number; uid: string }>({
    name: 'customers-without-member',
    // LATERAL with LIMIT: each tag by its key, also where the planner has no statistics.
    text: `SELECT tag.customer_id AS "customerId", min(tag.uid) AS uid
             FROM unnest($2::text[]) AS wanted(uid)
             CROSS JOIN LATERAL (SELECT * FROM tag WHERE tag.edition_id = $1 AND tag.uid = wanted.uid LIMIT 1) AS tag
            WHERE NOT EXISTS (SELECT FROM member m WHERE m.edition_id = $1 AND m.customer_id = tag.customer_id)
            GROUP BY tag.customer_id`,
    values: [editionId, uids],
  });
  if (found.rows.length === 0) return;
  const rows = found.rows.map(({ customerId, uid }) => ({ customerId, uid, memberId: ulidOf(now, customerId) }));
  await connection.query({
    name: 'adopt-customers',
    text: `WITH input AS (
             SELECT * FROM jsonb_to_recordset($3::jsonb) AS row("customerId" bigint, uid text, "memberId" text)
           ), made_member AS (
             INSERT INTO member (edition_id, customer_id, member_id, member_type, display_name, created_at, changed_at)
             SELECT $1, "customerId", "memberId", 'system', 'Tag ' || uid, $2, $2 FROM input
           ), made_account AS (
             INSERT INTO account (edition_id, type, name, customer_id)
             SELECT $1, 'customer', 'customer:' || "customerId" || '/sales', "customerId" FROM input
             RETURNING account_id, customer_id, name
           ), of_purse AS (
             SELECT account_id, customer_id, name FROM made_account
             UNION ALL SELECT a.account_id, a.customer_id, a.name FROM account a JOIN input ON a.customer_id = input."customerId"
                        WHERE a.edition_id = $1 AND a.name = 'customer:' || a.customer_id || '/default'
           )
           ${insertFirstPurses} SELECT $1, customer_id, wanted.purse_id, account_id, wanted.type, wanted.title, $2, $2
             FROM of_purse JOIN ${firstPurses} ON name = 'customer:' || customer_id || '/' || wanted.purse_id`,
    values: [editionId, now, JSON.stringify(rows)],
  });
}

/** A member by its id, or `undefined`. */
export async function readMember(
  connection: Pick<Connection, 'query'>,
  editionId: number,
  memberId: string,
): Promise<Member | undefined> {
  const found = await connection.query<Member>({
    name: 'read-member',
    text: `SELECT ${memberColumns} FROM member m WHERE m.edition_id = $1 AND m.member_id = $2`,
    values: [editionId, memberId],
  });
  return found.rows[0];
}

/**
 * Makes everybody who wants to change the purses of these members wait until the caller's transaction ends; in the order of their
 * numbers, so that nobody waits in a circle. `free`: only those for whom nobody else has done so. Returns which of them are locked.
 */
export async function lockMembers(
  connection: Connection,
  editionId: number,
  customerIds: readonly number[],
  which: 'all' | 'free' = 'all',
): Promise<ReadonlySet<number>> {
  const found = await connection.query<{ customer_id: number }>({
    name: `lock-members-${which}`,
    text: `SELECT customer_id FROM member WHERE edition_id = $1 AND customer_id = ANY($2::bigint[])
            ORDER BY customer_id FOR NO KEY UPDATE ${which === 'free' ? 'SKIP LOCKED' : ''}`,
    values: [editionId, customerIds],
  });
  return new Set(found.rows.map((row) => row.customer_id));
}

/** Changes what is said of a member; what is absent stays. Returns the member as it is then, or `undefined` where there is none. */
export async function changeMember(
  connection: Connection,
  editionId: number,
  memberId: string,
  change: MemberChange,
  now: Date,
): Promise<Member | undefined> {
  const changed = await connection.query<Member>({
    name: 'change-member',
    text: `UPDATE member m SET
             member_type = CASE WHEN $4::jsonb ? 'memberType' THEN $4::jsonb ->> 'memberType' ELSE member_type END,
             display_name = CASE WHEN $4::jsonb ? 'displayName' THEN $4::jsonb ->> 'displayName' ELSE display_name END,
             first_name = CASE WHEN $4::jsonb ? 'firstName' THEN $4::jsonb ->> 'firstName' ELSE first_name END,
             last_name = CASE WHEN $4::jsonb ? 'lastName' THEN $4::jsonb ->> 'lastName' ELSE last_name END,
             class_name = CASE WHEN $4::jsonb ? 'className' THEN $4::jsonb ->> 'className' ELSE class_name END,
             date_of_birth = CASE WHEN $4::jsonb ? 'dateOfBirth' THEN ($4::jsonb ->> 'dateOfBirth')::date ELSE date_of_birth END,
             mis_id = CASE WHEN $4::jsonb ? 'misId' THEN $4::jsonb ->> 'misId' ELSE mis_id END,
             upn = CASE WHEN $4::jsonb ? 'upn' THEN $4::jsonb ->> 'upn' ELSE upn END,
             is_active = CASE WHEN $4::jsonb ? 'isActive' THEN ($4::jsonb ->> 'isActive')::boolean ELSE is_active END,
             allergens = CASE WHEN $4::jsonb ? 'allergens' THEN $4::jsonb -> 'allergens' ELSE allergens END,
             daily_limit_minor = CASE WHEN $4::jsonb ? 'dailyLimitMinor' THEN ($4::jsonb ->> 'dailyLimitMinor')::bigint ELSE daily_limit_minor END,
             content = CASE WHEN $4::jsonb ? 'content' THEN $4::jsonb -> 'content' ELSE content END,
             changed_at = $3
            WHERE m.edition_id = $1 AND m.member_id = $2 RETURNING ${memberColumns}`,
    values: [editionId, memberId, now, JSON.stringify(change)],
  });
  return changed.rows[0];
}

/**
 * Gives a tag to a member, so that what a till sells to it is theirs. `tag-in-use` where money moved with the tag already, or it is
 * blocked.
 */
export async function linkTag(
  connection: Connection,
  { editionId, memberId, uid }: { editionId: number; memberId: string; uid: string },
  now: Date,
): Promise<'linked' | 'tag-in-use' | 'unknown-member'> {
  await lockTags(connection, editionId, new Set([uid]));
  const member = await readMember(connection, editionId, memberId);
  if (member === undefined) return 'unknown-member';
  const claimed = await claimTag(connection, { editionId, uid, customerId: member.customerId }, now);
  return claimed ? 'linked' : 'tag-in-use';
}
