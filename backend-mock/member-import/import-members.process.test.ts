// Goal: members come from a school's register as it stands, all or none, any number of times, with their tags and free meals (R55–R57,
// R65, R93); a preview says what an import would do and does nothing.
// Method: files imported on a real PostgreSQL, also by several at once; members, purses and books are looked at after each.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MemberImportAnswer } from '../../contract/wire/member-import.ts';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';
import { listMembers } from '../purses/list-members.ts';
import { importMembers } from './import-members.ts';

let server: TestServer;
let canteen: Canteen;
beforeAll(async () => {
  server = await startTestServer();
  canteen = await openCanteen(await server.newDatabase());
});
afterAll(async () => {
  await canteen.close();
  await server.stop();
});

const freeMeals = { title: 'Free School Meals', amountMinor: 2_50, creditApply: '30 9 * * 1-5', expiryDurationDays: 1 };

async function run(
  mode: 'preview' | 'import',
  lines: readonly string[],
  credit = freeMeals,
): Promise<MemberImportAnswer> {
  const wanted = {
    ...{ editionId: canteen.editionId, currency: 'GBP', fileName: 'register.csv', credit },
    bytes: new TextEncoder().encode(lines.join('\n')),
  };
  const result = await canteen.within((connection) => importMembers(connection, wanted, mode, canteen.now()));
  if (result.outcome === 'refused') throw new Error(result.detail);
  return result.answer;
}
const preview = (...lines: string[]) => run('preview', lines);
const imported = (...lines: string[]) => run('import', lines);
const flaws = ({ rows }: MemberImportAnswer) => rows.map(({ line, flaw }) => `${line} ${flaw ?? 'right'}`);
const everybody = () =>
  listMembers(canteen.database.pool, canteen.editionId, { afterCustomerId: 0, rowsMax: 500, search: null });
const named = async (misId: string) => (await everybody()).filter((member) => member.misId === misId);

const head = 'MIS ID,Name,Class,Allergens,Card,FSM';

test('R57: a register makes members with both purses, tags and free meals; the preview says so and makes nobody', async () => {
  const file = [head, '1,Ada Lovelace,4B,milk,04A00000000001,yes', '2,Bea Bell,4B,,,'];
  const before = (await everybody()).length;
  const outcomes = { rows: 2, unchanged: 0, changed: 0, made: 2, tags: 1, credits: 1, flawed: 0 };
  const shown = await preview(...file);
  expect(shown).toMatchObject({ importable: true, totals: outcomes, ignoredColumns: [] });
  expect(shown.rows).toMatchObject([
    { memberId: null, outcome: 'to-make', facts: ['name', 'class', 'MIS ID', 'allergens', 'tag', 'meal credit'] },
    { memberId: null, outcome: 'to-make', facts: ['name', 'class', 'MIS ID'] },
  ]);
  expect(await everybody()).toHaveLength(before);
  const done = await imported(...file);
  expect(done).toMatchObject({ totals: outcomes, rows: [{ outcome: 'made' }, { outcome: 'made' }] });
  const [ada] = await named('1');
  expect(ada).toMatchObject({ memberType: 'pupil', className: '4B', allergens: ['milk'], tagUids: ['04A00000000001'] });
  expect(ada?.memberId).toBe(done.rows[0]?.memberId);
  const purses = await canteen.database.pool.query(
    'SELECT type, title FROM purse WHERE edition_id = $1 AND customer_id = $2 ORDER BY type',
    [canteen.editionId, ada?.customerId],
  );
  expect(purses.rows).toEqual([
    { type: 'cash', title: 'Cash' },
    { type: 'credit', title: 'Free School Meals' },
    { type: 'sales', title: 'Sales' },
  ]);
});

test('R55: the same file again does nothing; what is new in it is changed, what it does not say stays', async () => {
  const first = [head, '11,Cy Young,4B,"nuts, milk",04A00000000011,yes', '12,Dot Cotton,4B,,,'];
  await imported(...first);
  expect((await imported(...first)).totals).toMatchObject({ made: 0, changed: 0, unchanged: 2, tags: 0, credits: 0 });
  const next = ['MIS ID,UPN,Class,Allergens,FSM', '11,U-11,5B,none,yes', '12,,,,yes'];
  const changes = [
    { memberId: (await named('11'))[0]?.memberId, name: 'Cy Young', facts: ['class', 'UPN', 'allergens'] },
    { facts: ['meal credit'] },
  ];
  expect((await preview(...next)).rows).toMatchObject(changes);
  expect((await imported(...next)).rows).toMatchObject(changes);
  expect(await named('11')).toMatchObject([
    { displayName: 'Cy Young', className: '5B', upn: 'U-11', allergens: [], tagUids: ['04A00000000011'] },
  ]);
  // A register with other numbers finds the same person by the one that stayed.
  await imported('MIS ID,UPN', '11b,U-11');
  expect(await named('11b')).toMatchObject([{ displayName: 'Cy Young' }]);
  expect(await named('11')).toEqual([]);
});

test('R55: one wrong row and nothing of the file is done; each is named with what to do', async () => {
  const [ada, bea] = [await canteen.newMember({ misId: 'x', upn: 'p' }), await canteen.newMember({ misId: 'y' })];
  await canteen.newMember({ misId: 'y' });
  await imported('MIS ID,Name,Card', '20,Eve,04A00000000020');
  const before = (await everybody()).length;
  const file = [
    'Member ID,MIS ID,UPN,Name,Card,FSM',
    `,21,,Flo,04A00000000021,`,
    ',22,,,,',
    'nobody,,,Gus,,',
    ',y,,Hal,,',
    `${bea.memberId},x,,Ivo,,`,
    ',23,,Joe,04A00000000020,',
    ',24,,Kim,04A00000000024,',
    ',25,,Lou,04A00000000024,',
    ',26,,Max,,',
    ',26,,Max,,',
    `${ada.memberId},,,Ada,,`,
    ',,p,Ada,,',
  ];
  const expected = [
    ...['2 right', '3 NO_NAME', '4 MEMBER_UNKNOWN', '5 MEMBER_AMBIGUOUS', '6 MEMBER_AMBIGUOUS', '7 TAG_IN_USE'],
    ...['8 TAG_TWICE', '9 TAG_TWICE', '10 PERSON_TWICE', '11 PERSON_TWICE', '12 PERSON_TWICE', '13 PERSON_TWICE'],
  ];
  for (const ask of [preview, imported]) {
    const answer = await ask(...file);
    expect(flaws(answer)).toEqual(expected);
    expect(answer).toMatchObject({ importable: false, totals: { flawed: 11 } });
  }
  expect(await everybody()).toHaveLength(before);
  expect(await preview('nothing at all')).toMatchObject({ importable: false, flaw: { code: 'NO_HEADINGS' } });
});

test('R95: whoever has free meals needs to be told what they are; a crontab that cannot be is refused whole', async () => {
  const wanted = { editionId: canteen.editionId, currency: 'GBP', fileName: 'r.csv' };
  const bytes = new TextEncoder().encode(`${head}\n31,Ned,,,,yes`);
  const asked = (credit: typeof freeMeals | undefined) =>
    canteen.within((connection) => importMembers(connection, { ...wanted, bytes, credit }, 'import', canteen.now()));
  expect(await asked(undefined)).toMatchObject({ answer: { rows: [{ flaw: 'CREDIT_NOT_SAID' }] } });
  const twiceADay = await asked({ ...freeMeals, creditApply: '0 9,12 * * *' });
  expect(twiceADay).toMatchObject({ outcome: 'refused', detail: expect.stringContaining('more than once a day') });
  expect(await named('31')).toEqual([]);
});

test('R56: a tag that a till saw first is taken over from its proxy, but not where money moved with it', async () => {
  const [fresh, used] = ['04A00000000041', '04A00000000042'];
  const proxies = [
    await canteen.newMember({ memberType: 'system' }),
    await canteen.newMember({ memberType: 'system' }),
  ];
  for (const [index, uid] of [fresh, used].entries())
    await canteen.database.pool.query(
      'INSERT INTO tag (edition_id, uid, customer_id, first_seen_at, blocked_reason) VALUES ($1, $2, $3, $4, $5)',
      [canteen.editionId, uid, proxies[index]?.customerId, canteen.now(), uid === used ? 'lost' : null],
    );
  expect(flaws(await imported('MIS ID,Name,Tag', `41,Ola,${fresh}`, `42,Pia,${used}`))).toEqual([
    '2 right',
    '3 TAG_IN_USE',
  ]);
  expect(await named('41')).toEqual([]);
  await imported('MIS ID,Name,Tag', `41,Ola,${fresh}`);
  expect(await named('41')).toMatchObject([{ tagUids: [fresh] }]);
});

test('R55: the same new file by six operators at once makes everybody once', async () => {
  const file = ['MIS ID,Name,Card,FSM', ...['51', '52', '53'].map((id) => `${id},Pupil ${id},04A000000000${id},yes`)];
  const answers = await Promise.all(Array.from({ length: 6 }, () => imported(...file)));
  expect(answers.map(({ totals }) => totals.made).sort()).toEqual([0, 0, 0, 0, 0, 3]);
  for (const id of ['51', '52', '53']) expect(await named(id)).toHaveLength(1);
  const purses = await canteen.database.pool.query(
    `SELECT count(*) AS n FROM purse p JOIN member m USING (edition_id, customer_id) WHERE m.mis_id IN ('51', '52', '53') AND p.type = 'credit'`,
  );
  expect(Number(purses.rows[0]?.n)).toBe(3);
  expect(await canteen.findings()).toBe(0);
});
