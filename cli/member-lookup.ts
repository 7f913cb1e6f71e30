import {
  type MemberAnswer,
  type MemberRow,
  memberAnswerSchema,
  membersAnswerSchema,
} from '../contract/wire/admin-members.ts';
import { editionsAnswerSchema } from '../contract/wire/operator.ts';
import { type Answer, answered, faulted } from './answer.ts';
import type { OperatorLink } from './operator.ts';

const pageRows = 500;
const namedMax = 5;

/** Everybody of an edition, or whom a search text means, in the order in which they were made. */
export async function listMembers(
  operator: OperatorLink,
  editionId: number,
  search: string | null,
): Promise<Answer<readonly MemberRow[]>> {
  const members: MemberRow[] = [];
  for (;;) {
    const query = new URLSearchParams({ editionId: String(editionId), limit: String(pageRows) });
    query.set('after', String(members.at(-1)?.customerId ?? 0));
    if (search !== null) query.set('search', search);
    const page = await operator.call('GET', `/members?${query}`, membersAnswerSchema);
    if (!page.ok) return page;
    members.push(...page.result.members);
    if (page.result.members.length < pageRows) return answered(members);
  }
}

/**
 * The one member that a person means by a member id, MIS id, UPN, tag or name. Nobody is guessed: `USAGE` where nobody is meant, or
 * more than one.
 */
export async function findMember(operator: OperatorLink, editionId: number, said: string): Promise<Answer<MemberRow>> {
  const found = await listMembers(operator, editionId, said);
  if (!found.ok) return found;
  const [one, ...others] = named(found.result, said);
  if (one === undefined) return faulted('USAGE', `nobody in edition ${editionId} is known as "${said}"`);
  if (others.length === 0) return answered(one);
  const shown = [one, ...others].slice(0, namedMax).map(({ displayName, memberId }) => `${displayName} (${memberId})`);
  const more = others.length >= namedMax ? ', …' : '';
  return faulted('USAGE', `"${said}" are ${others.length + 1} people, say which: ${shown.join(', ')}${more}`);
}

/** Whoever has exactly this number or name, else everybody whose name it is a part of. */
function named(members: readonly MemberRow[], said: string): readonly MemberRow[] {
  const text = said.toLowerCase();
  const uid = said.replaceAll(/[ :-]/g, '').toUpperCase();
  const exact = members.filter(
    ({ memberId, misId, upn, displayName, tagUids }) =>
      [memberId, misId, upn, displayName].some((known) => known?.toLowerCase() === text) || tagUids.includes(uid),
  );
  if (exact.length > 0) return exact;
  return members.filter(({ displayName }) => displayName.toLowerCase().includes(text));
}

export function readMember(operator: OperatorLink, editionId: number, memberId: string): Promise<Answer<MemberAnswer>> {
  return operator.call('GET', `/members/${memberId}?editionId=${editionId}`, memberAnswerSchema);
}

/** In which currency amounts of an edition are. */
export async function currencyOf(operator: OperatorLink, editionId: number): Promise<Answer<string>> {
  const found = await operator.call('GET', '/editions', editionsAnswerSchema);
  if (!found.ok) return found;
  const edition = found.result.editions.find((each) => each.editionId === editionId);
  return edition === undefined ? faulted('USAGE', `there is no edition ${editionId}`) : answered(edition.currency);
}
