/**
 * Goal: an operator runs a canteen from the command line: `klink members` and `klink credits` say who eats and what they are entitled
 * to (R55–R74); `klink opening-balances` says what would be booked, then books it once; `klink connector` connects, shows how far the
 * sides are in step, and pauses (R132, R139).
 * Method: the command line in this process against a demo backend on a real PostgreSQL; what is booked is read over HTTP.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningBackend } from '../backend-mock/main.ts';
import { runKlink } from '../cli/program.ts';
import { memberAnswerSchema, memberCreatedSchema, membersAnswerSchema } from '../contract/wire/admin-members.ts';
import { statementReportSchema } from '../contract/wire/canteen-reports.ts';
import { terminalsAnswerSchema } from '../contract/wire/operator.ts';
import { startTestBackend, startTestServer, type TestServer } from './backend/backend.ts';
import { logIn, type OperatorClient } from './backend/operator-client.ts';

const editionId = 2;
let server: TestServer;
let backend: RunningBackend;
let operator: OperatorClient;
let folder: string;
beforeAll(async () => {
  server = await startTestServer();
  backend = await startTestBackend(await server.newDatabase());
  operator = await logIn(backend.address);
  folder = await mkdtemp(path.join(tmpdir(), 'klink-canteen-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await backend.close();
  await server.stop();
});

async function klink(...args: readonly string[]): Promise<{ exitCode: number; out: string; error: string }> {
  const written = { out: '', error: '' };
  const streamTo = (name: 'out' | 'error'): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        done();
      },
    });
  process.env['KLINK_OPERATOR_PASSWORD'] = 'demo';
  const streams = { out: streamTo('out'), error: streamTo('error') };
  const exitCode = await runKlink([...args, '--backend', backend.address, '--edition', String(editionId)], streams);
  return { exitCode, ...written };
}

async function member(misId: string): Promise<string> {
  const made = await operator.post('/members', {
    editionId,
    memberType: 'pupil',
    displayName: `Pupil ${misId}`,
    misId,
  });
  return memberCreatedSchema.parse(made.body).memberId;
}

async function saved(name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text, 'latin1');
  return file;
}

const statement = (memberId: string) =>
  operator.read(statementReportSchema, `/members/${memberId}/statement?editionId=${editionId}`);

test('R139: klink opening-balances shows what would be booked, books it with --import, and a second time nothing', async () => {
  const [ada, bea] = [await member('A-1'), await member('B-1')];
  const file = await saved('balances.csv', 'MIS ID;Name;Saldo\r\nA-1;Zoë;12,50\r\nB-1;;-3,20\r\n');
  const shown = await klink('opening-balances', file);
  expect(shown).toMatchObject({ exitCode: 0, error: '' });
  expect(shown.out).toBe(
    'Would book 2 balances: 12.50 GBP that members have, 3.20 GBP that they owe. Run it again with --import.\n',
  );
  expect((await statement(ada)).rows).toEqual([]);
  expect((await klink('opening-balances', file, '--import')).out).toMatch(/^Booked 2 balances: 12\.50 GBP/);
  expect((await klink('opening-balances', file, '--import')).out).toMatch(
    /^Booked 0 balances: .* 2 were imported before/,
  );
  expect(await statement(ada)).toMatchObject({
    rows: [{ kind: 'epayment', items: 'Opening balance', cashMinor: 12_50 }],
    totalMinor: 12_50,
  });
  expect((await statement(bea)).totalMinor).toBe(-3_20);
  const audit = await operator.request('/audit');
  expect(await audit.text()).toContain('"opening balances"');
});

test('R139: a file with flaws ends with 3, and names each line with what to do', async () => {
  const file = await saved('flawed.csv', 'MIS ID,Balance\nA-1,99.00\nnobody,1.00\nB-1,"1,234"\n');
  const { exitCode, out } = await klink('opening-balances', file, '--import');
  expect(exitCode).toBe(3);
  const lines = out.trimEnd().split('\n');
  expect(lines).toHaveLength(4);
  expect(lines[0]).toMatch(
    /^Line 2 \(A-1, Pupil A-1; "99.00"\): .* book the difference by hand\. \(IMPORTED_OTHERWISE\)$/,
  );
  expect(lines[1]).toMatch(/^Line 3 .*MEMBER_UNKNOWN/);
  expect(lines[2]).toMatch(/^Line 4 .*AMOUNT_AMBIGUOUS/);
  expect(lines[3]).toBe('Nothing was booked. 3 of 3 rows have to be put right first.');
  expect((await klink('opening-balances', path.join(folder, 'missing.csv'))).exitCode).toBe(2);
});

test('R132: klink connector connects an edition once, shows its key, how far it is in step, and lets it rest', async () => {
  const wish = ['--address', 'http://127.0.0.1:1', '--organisation', '7', '--slug', 'smart', '--direction', 'both'];
  expect((await klink('connector', 'add', '--slug', 'smart')).exitCode).toBe(2);
  const added = await klink('connector', 'add', ...wish, '--credits', 'trac');
  expect(added.exitCode).toBe(0);
  expect(added.error).toMatch(/^Public key for the other side:\n-----BEGIN PUBLIC KEY-----/);
  expect(added.out).not.toContain('PRIVATE');
  expect(await klink('connector', 'add', ...wish, '--credits', 'trac')).toMatchObject({
    exitCode: 5,
    error: expect.stringContaining('connected already'),
  });
  const changed = await klink('connector', 'change', '--installation', '12', '--pause');
  expect(changed.out).toContain('Edition 2: both http://127.0.0.1:1 (7), credits by trac, paused');
  expect(changed.out).toContain('from there: known until never');
  expect((await klink('connector', 'findings')).out).toBe('Nothing is amiss.\n');
  expect((await klink('connector', 'now')).out).toMatch(/^A round begins within seconds; 0 refused/);
});

test('R57: klink members makes a member with both purses, finds and changes them, and gives them a card', async () => {
  const facts = ['--class', '4B', '--mis-id', 'S-77', '--allergens', 'Milk, nuts', '--daily-limit', '4.00'];
  const added = await klink('members', 'add', '--name', 'Saoirse Byrne', ...facts);
  expect(added).toMatchObject({ exitCode: 0, error: '' });
  expect(added.out).toMatch(
    /^Saoirse Byrne \(pupil, class 4B\)\n {3}member id \w{26}, MIS id S-77, UPN –\n {3}tags: none\n {3}allergens: milk, nuts; daily limit: 4\.00 GBP\n {3}Cash: 0\.00 GBP\n {3}Sales: 0\.00 GBP \(not processed yet\)\n$/,
  );
  expect((await klink('members', 'tag', 's-77', '04:a1:00:00:00:00:77')).out).toContain('tags: 04A10000000077');
  const changed = await klink(
    'members',
    'change',
    '04A10000000077',
    '--class',
    '',
    '--no-daily-limit',
    '--allergens',
    '',
  );
  expect(changed.out).toContain('Saoirse Byrne (pupil)\n');
  expect(changed.out).toContain('allergens: none; daily limit: none');
  expect((await klink('members', 'change', 'saoirse', '--left')).out).toContain('(pupil, left)');
  expect((await klink('members', 'list', 'byrne')).out).toMatch(
    /^\w{26} {2}Saoirse Byrne \(pupil, left\), MIS id S-77, 04A10000000077\n$/,
  );
  const audit = await (await operator.request('/audit')).text();
  for (const action of ['member created', 'member changed', 'tag given to member']) expect(audit).toContain(action);
});

test('R55: nobody is guessed: who is not known, or is meant by two, ends with 2', async () => {
  for (const name of ['Twin Ashe', 'Twin Birch'])
    expect((await klink('members', 'add', '--name', name)).exitCode).toBe(0);
  const two = await klink('members', 'show', 'twin');
  expect(two).toMatchObject({ exitCode: 2, out: '' });
  expect(two.error).toMatch(/"twin" are 2 people, say which: Twin Ashe \(\w{26}\), Twin Birch \(\w{26}\)/);
  expect(await klink('members', 'show', '04A1000000FFFF')).toMatchObject({ exitCode: 2 });
  expect(await klink('members', 'add', '--name', 'X', '--allergens', 'cheese')).toMatchObject({ exitCode: 2 });
  expect((await klink('members', 'show', 'Twin Ashe')).exitCode).toBe(0);
});

const memberOf = async (search: string) => {
  const query = `editionId=${editionId}&search=${encodeURIComponent(search)}`;
  const [found, ...others] = (await operator.read(membersAnswerSchema, `/members?${query}`)).members;
  if (found === undefined || others.length > 0) throw new Error(`${search} is not one member`);
  return operator.read(memberAnswerSchema, `/members/${found.memberId}?editionId=${editionId}`);
};

test('R65, R74: klink credits opens a kind of credit, replaces it by closing it and opening another, and closes it', async () => {
  await klink('members', 'add', '--name', 'Idris Holm', '--mis-id', 'S-78');
  const open = [
    'credits',
    'open',
    'S-78',
    '--title',
    'Free School Meals',
    '--amount',
    '2.50',
    '--apply',
    '0 1 * * 1-5',
  ];
  const opened = await klink(
    ...open,
    '--days',
    '1',
    '--first-day',
    '2020-01-01',
    '--session',
    'lunch',
    '--today',
    '2.50',
  );
  expect(opened).toMatchObject({ exitCode: 0, error: '' });
  expect(opened.out).toMatch(
    /Free School Meals: 2\.50 GBP \(purse \w{26}\); 2\.50 at "0 1 \* \* 1-5" for the day; from 2020-01-01T00:00:00\.000Z, for lunch only\n$/,
  );
  // Nothing would ever come (R95).
  expect(await klink(...open, '--another')).toMatchObject({ exitCode: 2, error: expect.stringContaining('--days') });
  // Twice the same would be two free meals a day.
  expect(await klink(...open, '--days', '1')).toMatchObject({ exitCode: 2, out: '' });
  // Today's credit came already, by --today: it can be eaten today, and the new purse begins tomorrow (R96).
  const replaced = await klink('credits', 'replace', 'S-78', 'free school meals', '--amount', '2.65');
  expect(replaced.exitCode).toBe(0);
  const { purses } = await memberOf('S-78');
  const [, , old, next] = purses;
  const details = { creditApply: '0 1 * * 1-5', expiryDurationDays: 1, sweepAfterSession: false };
  expect(old).toMatchObject({ balanceMinor: 250, credit: { ...details, amountMinor: 250 } });
  expect(next).toMatchObject({
    ...{
      title: 'Free School Meals',
      balanceMinor: 0,
      validFrom: old?.validTo,
      validTo: null,
      validSessions: ['lunch'],
    },
    credit: { ...details, amountMinor: 265 },
  });
  expect(Date.parse(old?.validTo ?? '')).toBeGreaterThan(Date.now());
  expect(purses).toHaveLength(4);
  const again = await klink('credits', 'replace', 'S-78', old?.purseId ?? '', '--amount', '2.80');
  expect(again).toMatchObject({ exitCode: 5, error: expect.stringContaining('closed already') });
  expect((await memberOf('S-78')).purses).toHaveLength(4);

  const close = (...more: string[]) => klink('credits', 'close', 'S-78', next?.purseId ?? '', ...more);
  expect((await close('--last-day', '2099-07-21')).out).toContain('until 2099-07-21T23:00:00.000Z');
  // A day earlier counts, a later one reopens nothing.
  expect((await close('--last-day', '2099-07-20')).out).toContain('until 2099-07-20T23:00:00.000Z');
  expect((await close('--last-day', '2099-09-30')).out).toContain('until 2099-07-20T23:00:00.000Z');
  expect(await close('--last-day', '2020-01-01')).toMatchObject({ exitCode: 5 });
  expect(await klink('credits', 'close', 'S-78', 'default')).toMatchObject({ exitCode: 2 });
  const audit = await (await operator.request('/audit')).text();
  for (const deed of ['created', 'replaced', 'closed']) expect(audit).toContain(`credit purse ${deed}`);
  expect((await operator.coherence(editionId)).findings).toBe(0);
});

test('R74: a credit purse is closed at once, also one that was to begin later; Cash and Sales never', async () => {
  await klink('members', 'add', '--name', 'Lev Marin', '--mis-id', 'S-79');
  const open = ['credits', 'open', 'S-79', '--amount', '1.00', '--apply', '0 1 * * *', '--days', '1'];
  await klink(...open, '--title', 'Now', '--today', '1.00');
  await klink(...open, '--title', 'Later', '--first-day', '2099-01-01');
  for (const title of ['now', 'later']) expect((await klink('credits', 'close', 'S-79', title)).exitCode).toBe(0);
  const { member, purses } = await memberOf('S-79');
  const [, , now, later] = purses;
  expect(Date.parse(now?.validTo ?? '')).toBeLessThanOrEqual(Date.now());
  expect(later?.validTo).toBe(later?.validFrom);
  expect((await klink('credits', 'close', 'S-79', 'now')).error).toContain('no open credit purse');
  const path = `/members/${member.memberId}/credit-purses`;
  for (const purseId of ['default', 'sales'])
    expect(await operator.post(`${path}/${purseId}/closing`, { editionId })).toMatchObject({ status: 400 });
  for (const day of ['9999-12-31', '0000-01-01'])
    expect(await operator.post(path, { editionId, title: 'Far', lastDay: day })).toMatchObject({ status: 400 });
  expect(await operator.post(path, { editionId, title: 'Far', lastDay: '9998-12-31' })).toMatchObject({ status: 201 });
  expect(await operator.post(`${path}/nobody/closing`, { editionId })).toMatchObject({ status: 404 });
  expect(await operator.post(`${path}/default/replacement`, { editionId })).toMatchObject({ status: 400 });
});

test('R96, Q11: a kind of credit that is opened twice with one key is one purse and one credit', async () => {
  await klink('members', 'add', '--name', 'Ines Roca', '--mis-id', 'S-81');
  const { member } = await memberOf('S-81');
  const open = async (body: object) => {
    const headers = { 'Idempotency-Key': 'opened-by-the-office' };
    const init = { method: 'POST', headers, body: JSON.stringify({ editionId, ...body }) };
    const answer = await operator.request(`/members/${member.memberId}/credit-purses`, init);
    return { status: answer.status, hit: answer.headers.get('idempotency-hit'), text: await answer.text() };
  };
  const wanted = { title: 'Bursary', firstCreditMinor: 2_00 };
  const first = await open(wanted);
  expect(first).toMatchObject({ status: 201, hit: null });
  expect(await open(wanted)).toEqual({ ...first, hit: 'true' });
  expect(await open({ ...wanted, firstCreditMinor: 9_00 })).toMatchObject({ status: 422 });
  const { purses } = await memberOf('S-81');
  expect(purses.filter(({ title }) => title === 'Bursary')).toMatchObject([{ balanceMinor: 2_00 }]);
});

test('R57, R93: klink members from-file shows what a register would do, does it with --import, and a second time nothing', async () => {
  const rows = ['R-1;Aoife Ní Bhriain;4B;Milch;4,50;ja', 'R-2;Bram Kok;4B;;;', 'R-3;Cleo Day;5A;;keine;'];
  const file = await saved(
    'register.csv',
    `MIS ID;Name;Klasse;Allergene;Tageslimite;Gratisessen\r\n${rows.join('\r\n')}\r\n`,
  );
  const fromFile = (...more: string[]) => klink('members', 'from-file', file, ...more);
  const unsaid = await fromFile();
  expect(unsaid.exitCode).toBe(3);
  expect(unsaid.out).toMatch(
    /^Line 2 \(R-1, Aoife Ní Bhriain\): .* \(CREDIT_NOT_SAID\)\nNothing was done\. 1 of 3 rows /,
  );
  const credit = ['--credit', 'Free School Meals', '--credit-amount', '2.65'];
  expect((await fromFile(...credit)).out).toBe(
    'Would be: 3 new members, 0 changed, 0 as they were; 0 tags, 1 entitled. Run it again with --import.\n',
  );
  expect((await klink('members', 'list', 'R-1')).out).toBe('Nobody.\n');
  expect((await fromFile(...credit, '--import')).out).toMatch(/^Done: 3 new members, .* 1 entitled\.\n$/);
  expect((await fromFile(...credit, '--import')).out).toMatch(/^Done: 0 new members, 0 changed, 3 as they were; /);
  const { member, purses } = await memberOf('R-1');
  expect(member).toMatchObject({ className: '4B', allergens: ['milk'], dailyLimitMinor: 450 });
  expect(purses.at(-1)).toMatchObject({
    title: 'Free School Meals',
    credit: { amountMinor: 265, creditApply: '0 1 * * 1-5' },
  });
  expect(await fromFile('--credit', 'Free School Meals')).toMatchObject({ exitCode: 2 });
  expect(await (await operator.request('/audit')).text()).toContain('"members imported"');
});

test('R111, R116: klink report and klink members statement give out the books and what parents read, never over another file', async () => {
  await klink('members', 'add', '--name', 'Rosa Lind', '--mis-id', 'S-80', '--class', '6C');
  const title = ['--title', 'Breakfast club'];
  await klink(
    'credits',
    'open',
    'S-80',
    ...title,
    '--amount',
    '1.20',
    '--apply',
    '0 1 * * *',
    '--days',
    '1',
    '--today',
    '1.20',
  );
  await klink('opening-balances', await saved('rosa.csv', 'MIS ID,Balance\nS-80,7.50\n'), '--import');
  const shown = await klink('report', 'credits');
  expect(shown).toMatchObject({ exitCode: 0, error: '' });
  expect(shown.out).toContain('\nBreakfast club,1,0,120,0,0,120,GBP');
  const file = path.join(folder, 'statement.csv');
  expect((await klink('members', 'statement', 'S-80', '--file', file)).out).toBe(`Written to ${file}.\n`);
  const text = await readFile(file, 'utf8');
  expect(text).toMatch(
    /^Rosa Lind \(class 6C\), until \d{4}-\d\d-\d\d, amounts in GBP\n\nday +session +what +cash +balance\n/,
  );
  expect(text).toMatch(/ paid in online: Opening balance +7\.50 +7\.50\n +balance after +7\.50\n$/);
  // Parents are told of the cash alone (R110).
  expect(text).not.toContain('1.20');
  expect(await klink('members', 'statement', 'S-80', '--file', file)).toMatchObject({ exitCode: 2 });
  expect(await readFile(file, 'utf8')).toBe(text);
  expect((await klink('members', 'statement', 'S-80', '--to', '2020-01-01')).out).not.toContain('7.50');
  expect(await klink('report', 'gossip')).toMatchObject({ exitCode: 2 });
});

test('R24: klink tills code enrols a till once under its name; the list shows it', async () => {
  const issued = await klink('tills', 'code', '--name', 'Servery 7');
  expect(issued).toMatchObject({ exitCode: 0, error: '' });
  const [, code = ''] = /^(\S+) enrols Servery 7, once, until .*: klink enrol --backend http/.exec(issued.out) ?? [];
  const request = { code, terminalName: 'Servery 7', journalId: '7'.repeat(32) };
  const enrol = () =>
    fetch(`${backend.address}/v1/enrolments`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(request),
    });
  expect((await enrol()).ok).toBe(true);
  expect((await klink('tills', 'list')).out).toMatch(/^\d+: Servery 7, since \S+, 0 entries received, open$/m);
  // Enrolled anew it is the same machine.
  await klink('tills', 'code', '--name', 'Servery 7');
  const terminals = await operator.read(terminalsAnswerSchema, '/terminals');
  expect(terminals.terminals.filter(({ name }) => name === 'Servery 7')).toHaveLength(1);
});
