import { createHash } from 'node:crypto';
import type {
  ImportedCredit,
  MemberImportAnswer,
  MemberImportRow,
  MemberRowFlaw,
} from '../../contract/wire/member-import.ts';
import { invariant } from '../ledger/invariant.ts';
import { lockTags } from '../ledger/tags.ts';
import { createCreditPurses } from '../purses/credit-purses.ts';
import { changeMember, createMembers, linkTag, lockMembers } from '../purses/members.ts';
import type { Connection } from '../store/database.ts';
import { fileAdvice, rowAdvice } from './advice.ts';
import { type JudgedMember, type JudgedRow, judgeRows } from './judge-rows.ts';
import { readKnownMembers, readTagOwners } from './known-members.ts';
import { type MemberFile, readMemberFile } from './member-file.ts';

export type MemberImport = {
  editionId: number;
  currency: string;
  fileName: string;
  bytes: Uint8Array;
  credit: ImportedCredit | undefined;
};

export type MemberImportResult =
  | { outcome: 'answered'; answer: MemberImportAnswer }
  /** The credit cannot be what it is said to be. */
  | { outcome: 'refused'; detail: string };

/**
 * Makes and changes the members of a file as the school's register has them (R55–R57), gives them their tags, and entitles those who
 * have free meals (R65, R93): all of it or, where anything is wrong, nothing. What stands there already is not done again, so the same
 * file may come any number of times. `preview` does the same and takes it back: it says exactly what an import would.
 */
export async function importMembers(
  connection: Connection,
  wanted: MemberImport,
  mode: 'preview' | 'import',
  now: Date,
): Promise<MemberImportResult> {
  const file = readMemberFile(wanted.bytes, wanted.currency);
  if (file.outcome === 'flawed') return { outcome: 'answered', answer: unreadable(wanted, file) };
  const judged = await judge(connection, wanted, file.rows, now);
  const people = judged.flatMap((each) => (each.outcome === 'judged' ? [each] : []));
  const tell = (rows: readonly JudgedRow[], made: ReadonlyMap<JudgedMember, string>): MemberImportResult => ({
    outcome: 'answered',
    answer: answerOf(wanted, file, rows, made, mode),
  });
  if (people.length < judged.length) return tell(judged, new Map());
  await connection.query('SAVEPOINT member_import');
  const done = await applyAll(connection, wanted, people, now);
  if (mode === 'preview' || done.outcome !== 'done') await connection.query('ROLLBACK TO SAVEPOINT member_import');
  switch (done.outcome) {
    case 'done':
      return tell(judged, mode === 'import' ? done.memberIds : new Map());
    case 'tags-in-use':
      return tell(
        judged.map((each) =>
          done.rows.some((row) => row === each)
            ? { row: each.row, member: each.member, outcome: 'flawed', flaw: 'TAG_IN_USE' }
            : each,
        ),
        new Map(),
      );
    case 'refused':
      return done;
    default:
      return done satisfies never;
  }
}

/** One import of an edition at a time: what two of them found missing would be made twice. */
async function judge(
  connection: Connection,
  { editionId, credit }: MemberImport,
  rows: Extract<MemberFile, { outcome: 'rows' }>['rows'],
  now: Date,
): Promise<readonly JudgedRow[]> {
  await connection.query('SELECT 1 FROM edition WHERE edition_id = $1 FOR NO KEY UPDATE', [editionId]);
  const said = rows.flatMap((row) => (row.outcome === 'said' ? [row.said] : []));
  const uids = [...new Set(said.flatMap(({ uid }) => uid ?? []))];
  const members = await readKnownMembers(connection, editionId, said, now);
  const owners = await readTagOwners(connection, editionId, uids);
  return judgeRows(rows, { members, owners, credit });
}

type Applied =
  | { outcome: 'done'; memberIds: ReadonlyMap<JudgedMember, string> }
  | { outcome: 'tags-in-use'; rows: readonly JudgedMember[] }
  | { outcome: 'refused'; detail: string };

async function applyAll(
  connection: Connection,
  { editionId, credit }: MemberImport,
  people: readonly JudgedMember[],
  now: Date,
): Promise<Applied> {
  await lockTags(connection, editionId, new Set(people.flatMap(({ uid }) => uid ?? [])));
  const known = people.flatMap(({ member }) => (member === undefined ? [] : [member.customerId]));
  await lockMembers(connection, editionId, known);
  const members = await makeAndChange(connection, editionId, people, now);
  const inUse: JudgedMember[] = [];
  for (const person of people) {
    const memberId = members.get(person)?.memberId;
    if (person.uid === null || memberId === undefined) continue;
    const linked = await linkTag(connection, { editionId, memberId, uid: person.uid }, now);
    if (linked !== 'linked') inUse.push(person);
  }
  if (inUse.length > 0) return { outcome: 'tags-in-use', rows: inUse };
  const entitled = people.filter(({ isToBeEntitled }) => isToBeEntitled);
  if (credit !== undefined && entitled.length > 0) {
    const { title, validSessions = null, sweepAfterSession = false, ...rules } = credit;
    const plans = entitled.flatMap((person) => {
      const customerId = members.get(person)?.customerId;
      return customerId === undefined
        ? []
        : [{ customerId, title, validSessions, credit: { ...rules, sweepAfterSession } }];
    });
    const opened = await createCreditPurses(connection, editionId, plans, now);
    if (opened.outcome === 'refused') return { outcome: 'refused', detail: opened.detail };
  }
  return { outcome: 'done', memberIds: new Map([...members].map(([person, { memberId }]) => [person, memberId])) };
}

type Made = { memberId: string; customerId: number };

async function makeAndChange(
  connection: Connection,
  editionId: number,
  people: readonly JudgedMember[],
  now: Date,
): Promise<ReadonlyMap<JudgedMember, Made>> {
  const members = new Map<JudgedMember, Made>();
  const news = people.filter(({ member }) => member === undefined);
  const plans = news.map(({ change, said }) => ({
    ...change,
    memberType: said.memberType ?? ('pupil' as const),
    displayName: said.displayName ?? '',
  }));
  const made = plans.length === 0 ? [] : await createMembers(connection, editionId, plans, now);
  for (const [index, person] of news.entries()) {
    const member = made[index];
    invariant('INV-61', member !== undefined, 'a member that was made is there');
    members.set(person, member);
  }
  for (const person of people) {
    const { member, change } = person;
    if (member === undefined) continue;
    members.set(person, member);
    if (Object.keys(change).length > 0) await changeMember(connection, editionId, member.memberId, change, now);
  }
  return members;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const nothing = { rows: 0, made: 0, changed: 0, unchanged: 0, tags: 0, credits: 0, flawed: 0 };

function unreadable(
  { editionId, currency, fileName, bytes }: MemberImport,
  { flaw, line }: Extract<MemberFile, { outcome: 'flawed' }>,
): MemberImportAnswer {
  return {
    ...{ editionId, currency, fileName, fileSha256: sha256(bytes), encoding: null, separator: null },
    flaw: { code: flaw, line: line ?? null, advice: fileAdvice[flaw] },
    ...{ ignoredColumns: [], rows: [], totals: nothing, importable: false },
  };
}

function answerOf(
  { editionId, currency, fileName, bytes }: MemberImport,
  { encoding, separator, ignoredColumns }: Extract<MemberFile, { outcome: 'rows' }>,
  judged: readonly JudgedRow[],
  made: ReadonlyMap<JudgedMember, string>,
  mode: 'preview' | 'import',
): MemberImportAnswer {
  const isImportable = judged.every(({ outcome }) => outcome === 'judged');
  const isDone = mode === 'import' && isImportable;
  const rows = judged.map((each) => rowOf(each, made, isDone));
  const count = (...outcomes: readonly MemberImportRow['outcome'][]) =>
    rows.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const having = (fact: MemberImportRow['facts'][number]) => rows.filter(({ facts }) => facts.includes(fact)).length;
  return {
    ...{ editionId, currency, fileName, fileSha256: sha256(bytes), encoding, separator, flaw: null },
    ignoredColumns: [...ignoredColumns],
    rows,
    totals: {
      rows: rows.length,
      made: count('to-make', 'made'),
      changed: count('to-change', 'changed'),
      unchanged: count('unchanged'),
      tags: having('tag'),
      credits: having('meal credit'),
      flawed: count('flawed'),
    },
    importable: isImportable,
  };
}

function rowOf(each: JudgedRow, made: ReadonlyMap<JudgedMember, string>, isDone: boolean): MemberImportRow {
  const { row, member } = each;
  const head = { line: row.line, person: row.person, name: row.name === '' ? (member?.displayName ?? '') : row.name };
  if (each.outcome === 'flawed') return { ...head, memberId: member?.memberId ?? null, ...flawOf(each.flaw) };
  const memberId = member?.memberId ?? made.get(each) ?? null;
  return { ...head, memberId, outcome: outcomeOf(each, isDone), facts: [...each.facts], flaw: null, advice: null };
}

const flawOf = (flaw: MemberRowFlaw) => ({ outcome: 'flawed' as const, facts: [], flaw, advice: rowAdvice[flaw] });

function outcomeOf({ member, facts }: JudgedMember, isDone: boolean): MemberImportRow['outcome'] {
  if (member === undefined) return isDone ? 'made' : 'to-make';
  if (facts.length === 0) return 'unchanged';
  return isDone ? 'changed' : 'to-change';
}
