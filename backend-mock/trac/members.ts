import {
  type TracMember,
  type TracMemberAnswer,
  tracMemberAnswerSchema,
  tracMemberSchema,
} from '../../contract/wire/trac-entities.ts';
import { invariant } from '../ledger/invariant.ts';
import {
  changeMember,
  createMembers,
  lockMembers,
  type Member,
  type MemberChange,
  memberColumns,
  readMember,
} from '../purses/members.ts';
import type { Connection } from '../store/database.ts';
import type { TracCall } from './access.ts';
import { contentOf, namespaceOf, parsedWith, requireSmall, shownContent } from './content.ts';
import { changedBy, filledWith } from './defaults.ts';
import type { Filter, FilterField } from './filters.ts';
import { contentField, type Listing } from './list-page.ts';
import type { Change } from './send-change.ts';
import { nextUpdate, preconditionOf } from './unmodified-since.ts';

const ownFields = ['displayName', 'memberType', 'isActive', 'dateOfBirth'];
const ownMisFields = ['misId', 'upn', 'firstName', 'lastName', 'className'] as const;

/** A member as the API shows it. */
export function memberAnswer(member: Member): TracMemberAnswer {
  const { externalIds, tags, namespaces } = shownContent(member.content);
  return tracMemberAnswerSchema.parse({
    ...namespaces,
    externalIds,
    meta: {
      memberId: member.memberId,
      createdAt: member.createdAt.toISOString(),
      updatedAt: member.changedAt.toISOString(),
      tags,
    },
    displayName: member.displayName,
    memberType: member.memberType,
    isActive: member.isActive,
    dateOfBirth: member.dateOfBirth,
    mis: misOf(member),
  });
}

/** What the school's register says: the fields that have columns, and whatever else was sent. */
export function misOf(member: Pick<Member, (typeof ownMisFields)[number] | 'content'>) {
  const own = ownMisFields.map((name) => [name, member[name]] as const).filter(([, value]) => value !== null);
  return { ...namespaceOf(member.content, 'mis'), ...Object.fromEntries(own) };
}

/** The member that a body describes, filled with the defaults of the installation (R127). */
function described(body: TracMember) {
  const { mis = {} } = body;
  const content = contentOf(body, [...ownFields, 'mis']);
  const otherMis = contentOf(mis, ownMisFields);
  return {
    memberType: body.memberType,
    displayName:
      body.displayName ?? ([mis.firstName, mis.lastName].filter((name) => name !== undefined).join(' ') || 'Member'),
    firstName: mis.firstName ?? null,
    lastName: mis.lastName ?? null,
    className: mis.className ?? null,
    misId: mis.misId ?? null,
    upn: mis.upn ?? null,
    dateOfBirth: body.dateOfBirth ?? null,
    isActive: body.isActive ?? true,
    content: requireSmall(Object.keys(otherMis).length === 0 ? content : { ...content, mis: otherMis }),
  };
}

/** Makes a member with its two purses (R57); a proxy where nobody stands behind it (R56). Returns its id. */
export async function makeMember(
  connection: Connection,
  { installation, edition }: TracCall,
  body: Readonly<Record<string, unknown>>,
  now: Date,
): Promise<string> {
  const filled = parsedWith(tracMemberSchema, filledWith(body, installation.defaults.member ?? {}));
  const [made] = await createMembers(connection, edition.editionId, [described(filled)], now);
  invariant('INV-61', made !== undefined, 'a member that was made is there');
  return made.memberId;
}

/** Changes a member for whoever has seen it as it is (`If-Unmodified-Since`). */
export async function updateMember(
  connection: Connection,
  { edition }: TracCall,
  { memberId, since, body }: { memberId: string; since: string; body: Readonly<Record<string, unknown>> },
  now: Date,
): Promise<Change<TracMemberAnswer>> {
  const { editionId } = edition;
  const found = await readMember(connection, editionId, memberId);
  if (found === undefined) return { outcome: 'unknown' };
  await lockMembers(connection, editionId, [found.customerId]);
  const member = (await readMember(connection, editionId, memberId)) ?? found;
  const precondition = preconditionOf(since, member.changedAt);
  if (precondition !== 'holds') return { outcome: precondition };
  const { meta: _meta, externalIds, ...shown } = memberAnswer(member);
  const whole = parsedWith(
    tracMemberSchema,
    changedBy({ ...shown, externalIds, tags: member.content['tags'] ?? {} }, body),
  );
  const change: MemberChange = described(whole);
  const changed = await changeMember(connection, editionId, memberId, change, nextUpdate(member.changedAt, now));
  return changed === undefined ? { outcome: 'unknown' } : { outcome: 'changed', entity: memberAnswer(changed) };
}

/** Members of an organisation, in the order in which they were made. */
export function memberListing(editionId: number): Listing {
  return {
    select: `SELECT ${memberColumns}, m.customer_id AS "pageKey" FROM member m WHERE m.edition_id = $1`,
    values: [editionId],
    fieldOf: memberField,
    keyKind: 'number',
  };
}

const memberFields: ReadonlyMap<string, FilterField> = new Map<string, FilterField>([
  ['meta.memberId', { sql: '"memberId"', kind: 'text' }],
  ['meta.createdAt', { sql: '"createdAt"', kind: 'instant' }],
  ['meta.updatedAt', { sql: '"changedAt"', kind: 'instant' }],
  ['core.displayName', { sql: '"displayName"', kind: 'text' }],
  ['core.memberType', { sql: '"memberType"', kind: 'text' }],
  ['core.isActive', { sql: '"isActive"::text', kind: 'text' }],
  ['core.dateOfBirth', { sql: '"dateOfBirth"', kind: 'text' }],
  ['mis.misId', { sql: '"misId"', kind: 'text' }],
  ['mis.upn', { sql: 'upn', kind: 'text' }],
  ['mis.firstName', { sql: '"firstName"', kind: 'text' }],
  ['mis.lastName', { sql: '"lastName"', kind: 'text' }],
  ['mis.className', { sql: '"className"', kind: 'text' }],
]);

function memberField(filter: Filter, values: unknown[]): FilterField | undefined {
  const { namespace, field } = filter;
  const known = memberFields.get(`${namespace}.${field}`);
  if (known !== undefined) return known;
  if (namespace === 'meta' && field.startsWith('tags.'))
    return contentField({ ...filter, namespace: 'tags', field: field.slice('tags.'.length) }, values);
  return namespace === 'meta' ? undefined : contentField(filter, values);
}
