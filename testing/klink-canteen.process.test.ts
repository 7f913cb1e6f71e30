/**
 * Goal: an operator runs a canteen's books from the command line: `klink opening-balances` says what would be booked, then books it
 * once; `klink connector` connects, shows how far the sides are in step, and pauses (R132, R139).
 * Method: the command line in this process against a demo backend on a real PostgreSQL; what is booked is read over HTTP.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunningBackend } from '../backend-mock/main.ts';
import { runKlink } from '../cli/program.ts';
import { memberCreatedSchema } from '../contract/wire/admin-members.ts';
import { statementReportSchema } from '../contract/wire/canteen-reports.ts';
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
