import { isDeepStrictEqual } from 'node:util';
import { allergens as allergenOrder } from '../../contract/wire/allergens.ts';
import type { ImportedCredit, MemberFact, MemberRowFlaw } from '../../contract/wire/member-import.ts';
import type { MemberChange } from '../purses/members.ts';
import type { KnownMember, TagOwner } from './known-members.ts';
import type { MemberFileRow, SaidOfMember } from './member-file.ts';

/** A row with whoever it means, and what is wrong with it or what is to be done. */
export type JudgedRow =
  | { row: MemberFileRow; member: KnownMember | undefined; outcome: 'flawed'; flaw: MemberRowFlaw }
  | JudgedMember;
export type JudgedMember = {
  row: MemberFileRow;
  /** `undefined`: to be made. */
  member: KnownMember | undefined;
  outcome: 'judged';
  said: SaidOfMember;
  change: MemberChange;
  /** A tag that is not theirs yet. */
  uid: string | null;
  /** Entitled to the credit of the import, and has none of its title. */
  isToBeEntitled: boolean;
  facts: readonly MemberFact[];
};

/** What is known about the rows of one file. */
export type Knowledge = {
  members: readonly KnownMember[];
  owners: ReadonlyMap<string, TagOwner>;
  credit: ImportedCredit | undefined;
};

/** Each row by itself, then against the others: no person and no tag stands in a file twice. */
export function judgeRows(rows: readonly MemberFileRow[], knowledge: Knowledge): readonly JudgedRow[] {
  const judged = rows.map((row) => judgeRow(row, knowledge));
  const people = counted(judged.flatMap((each) => peopleOf(each)));
  const tags = counted(judged.flatMap((each) => (each.row.outcome === 'said' ? (each.row.said.uid ?? []) : [])));
  return judged.map((each) => {
    if (each.outcome === 'flawed') return each;
    const { row, member } = each;
    if (peopleOf(each).some((person) => (people.get(person) ?? 0) > 1))
      return { row, member, outcome: 'flawed', flaw: 'PERSON_TWICE' };
    if (each.said.uid !== undefined && (tags.get(each.said.uid) ?? 0) > 1)
      return { row, member, outcome: 'flawed', flaw: 'TAG_TWICE' };
    return each;
  });
}

/** Every name by which a row's person could stand in another row. */
function peopleOf({ row, member }: JudgedRow): readonly string[] {
  if (row.outcome === 'flawed') return [];
  const { misId, upn } = row.said;
  return [
    ...(member === undefined ? [] : [`member ${member.customerId}`]),
    ...(misId === undefined ? [] : [`mis ${misId}`]),
    ...(upn === undefined ? [] : [`upn ${upn}`]),
  ];
}

function counted(keys: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const key of keys) times.set(key, (times.get(key) ?? 0) + 1);
  return times;
}

function judgeRow(row: MemberFileRow, { members, owners, credit }: Knowledge): JudgedRow {
  if (row.outcome === 'flawed') return { row, member: undefined, outcome: 'flawed', flaw: row.flaw };
  const { said } = row;
  const [member, ...others] = meantBy(said, members);
  const flawed = (flaw: MemberRowFlaw): JudgedRow => ({ row, member, outcome: 'flawed', flaw });
  if (others.length > 0) return flawed('MEMBER_AMBIGUOUS');
  if (member === undefined && said.memberId !== undefined) return flawed('MEMBER_UNKNOWN');
  if (member === undefined && said.displayName === undefined) return flawed('NO_NAME');
  if (said.hasFreeMeals === true && credit === undefined) return flawed('CREDIT_NOT_SAID');
  const owner = said.uid === undefined ? undefined : owners.get(said.uid);
  const isTheirs = owner !== undefined && owner.customerId === member?.customerId;
  // A tag that a till saw first has a proxy of its own until somebody says whose it is (R56).
  if (owner !== undefined && !isTheirs && owner.memberType !== null && owner.memberType !== 'system')
    return flawed('TAG_IN_USE');
  const change = changeOf(said, member);
  const uid = said.uid === undefined || isTheirs ? null : said.uid;
  const isToBeEntitled = said.hasFreeMeals === true && !(member?.openTitles.includes(credit?.title ?? '') ?? false);
  const facts = [
    ...factsOf(change, member),
    ...(uid === null ? [] : (['tag'] as const)),
    ...(isToBeEntitled ? (['meal credit'] as const) : []),
  ];
  return { row, member, outcome: 'judged', said, change, uid, isToBeEntitled, facts };
}

/** By any of the numbers: a register that has new ones shall not make anybody twice. */
function meantBy({ memberId, misId, upn }: SaidOfMember, members: readonly KnownMember[]): readonly KnownMember[] {
  return members.filter(
    (member) =>
      (memberId !== undefined && member.memberId === memberId) ||
      (misId !== undefined && member.misId === misId) ||
      (upn !== undefined && member.upn === upn),
  );
}

/** What is said and is not known yet. */
function changeOf(said: SaidOfMember, member: KnownMember | undefined): MemberChange {
  const { displayName, firstName, lastName, className, memberType, misId, upn, allergens, dailyLimitMinor } = said;
  const facts = { displayName, firstName, lastName, className, memberType, misId, upn, allergens, dailyLimitMinor };
  // Their order says nothing.
  const inOrder = allergenOrder.filter((allergen) => member?.allergens.includes(allergen));
  const known: Readonly<Record<string, unknown>> = member === undefined ? {} : { ...member, allergens: inOrder };
  const news = Object.entries(facts).filter(
    ([fact, value]) => value !== undefined && !isDeepStrictEqual(value, known[fact]),
  );
  return Object.fromEntries(news);
}

const columnOf = [
  ['displayName', 'name'],
  ['firstName', 'name'],
  ['lastName', 'name'],
  ['className', 'class'],
  ['memberType', 'type'],
  ['misId', 'MIS ID'],
  ['upn', 'UPN'],
  ['allergens', 'allergens'],
  ['dailyLimitMinor', 'daily limit'],
] as const satisfies readonly (readonly [keyof MemberChange, MemberFact])[];

function factsOf(change: MemberChange, member: KnownMember | undefined): readonly MemberFact[] {
  const said = columnOf.filter(
    ([fact]) => change[fact] !== undefined && !(member === undefined && change[fact] === null),
  );
  return [...new Set(said.map(([, fact]) => fact))];
}
