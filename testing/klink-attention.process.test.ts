/**
 * Goal: `klink resolve` and `klink watch` say to a person and to a program what needs attention and what goes on, and the cash
 * of an aborted top-up is given back once, to the ledger's knowledge (money rule 4, docs/operating.md).
 * Method: the real `klink` of `out/` with the simulated reader and a real backend; a top-up beyond what a tag may hold.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { type KlinkRun, klink, klinkForPeople, startKlink } from './klink/run-klink.ts';
import { makeFolder, type TestFolder } from './klink/test-folder.ts';
import { succeeded } from './klink/till-on-reader.ts';

const simulated = ['--reader', 'simulated', '--timeout', '20'] as const;
let backend: DemoBackend;
let till: TestFolder;
let data: readonly [string, string];

beforeAll(async () => {
  backend = await startDemoBackend();
  till = makeFolder('till');
  data = ['--data', till.place];
  succeeded(await klink(['enrol', '--backend', backend.address, '--code', 'DEMO-FEST', '--name', 'Bar 1', ...data]));
  succeeded(await klink(['issue', ...simulated, ...data]));
  succeeded(await klink(['topup', '--amount', '100.00', ...simulated, ...data]));
});

afterAll(async () => {
  till.remove();
  await backend.close();
});

async function expectFault(ended: Promise<KlinkRun>, exitCode: number, code: string): Promise<void> {
  const run = await ended;
  expect({ exitCode: run.exitCode, code: run.steps.at(-1)?.error?.code, said: run.stdout }).toMatchObject({
    exitCode,
    code,
  });
}

test('nothing needs attention; a number nobody drew, and a flag without one, are misuse', async () => {
  const { stdout, exitCode } = await klinkForPeople(['resolve', ...data]);
  expect({ stdout, exitCode }).toEqual({ stdout: 'Nothing needs attention.\n', exitCode: 0 });
  await expectFault(klink(['resolve', '7', ...simulated, ...data]), 2, 'NO_SUCH_TRANSACTION');
  await expectFault(klink(['resolve', '1', '--cash-returned', ...data]), 2, 'NO_CASH_TO_RETURN');
  await expectFault(klink(['resolve', '--cash-returned', ...data]), 2, 'USAGE');
});

test('a transaction that is known is told as it is, without a tag', async () => {
  const { steps } = succeeded(await klink(['resolve', '1', '--reader', 'simulated', '--timeout', '0', ...data]));
  expect(steps.at(-1)).toMatchObject({
    event: 'resolved',
    transaction: { terminalTransactionNumber: 1, type: 'TopUp', state: 'Committed' },
  });
});

test('money rule 4: an aborted cash top-up is listed until its cash was given back, which the backend takes', async () => {
  const watching = startKlink(['watch', ...data]);
  await watching.step('where it begins', ({ event }) => event === 'status');
  const aborted = await klinkForPeople(['topup', '--amount', '450.00', ...simulated, ...data]);
  expect(aborted.exitCode).toBe(3);
  expect(aborted.stdout).toContain('Give 450.00 CHF back, then run "klink resolve 2 --cash-returned".');
  await watching.step('the abort', ({ event }) => event === 'transactionAborted');

  const listed = await klinkForPeople(['resolve', ...data]);
  expect(listed.stdout).toMatch(
    /^#2 {2}TopUp {2}450\.00 CHF {2}tag [0-9A-F]{14} {2}since .*\n {4}BALANCE_LIMIT\. Give the cash back, then: klink resolve 2 --cash-returned\n$/,
  );
  expect((await klinkForPeople(['status', ...data])).stdout).toMatch(/^Cash back +1: /m);

  const confirm = ['resolve', '2', '--cash-returned', ...data];
  expect((await klinkForPeople(confirm)).stdout).toBe('Transaction #2: the cash was given back.\n');
  await watching.step('what was said of the cash', ({ event }) => event === 'cashReturned');
  succeeded(await klink(confirm));
  expect(succeeded(await klink(['resolve', ...data])).steps.at(-1)).toMatchObject({ details: { items: [] } });

  const sent = succeeded(await klink(['replicate', '--until-empty', ...data]));
  expect(sent.steps.at(-1)).toMatchObject({ details: { rejectedCount: 0, unsentCount: 0, sealed: true } });
  const replicated = await watching.step('what was sent', ({ event }) => event === 'replicated');
  expect(replicated.details).toMatchObject({ unsentCount: 0 });
  watching.signal('SIGTERM');
  expect((await watching.ended).exitCode).toBe(0);

  const editionId = (await backend.enrolWitness('DEMO-FEST')).edition.id;
  expect(await backend.transactions(editionId)).toContainEqual(
    expect.objectContaining({ terminalTransactionNumber: 2, state: 'Aborted' }),
  );
  expect(await backend.balances(editionId)).toMatchObject({ customer: 9_500, 'top-up:cash': -10_000 });
});

test('watch says what it follows, and needs a till to follow', async () => {
  const watching = startKlink(['watch', ...data]);
  const begun = await watching.step('where it begins', ({ event }) => event === 'status');
  expect(begun.details).toMatchObject({ enrolled: true, lastTerminalTransactionNumber: 2, cashToReturnCount: 0 });
  watching.signal('SIGINT');
  expect(await watching.ended).toMatchObject({ exitCode: 0, stderr: '' });
  const empty = makeFolder('till');
  await expectFault(klink(['watch', '--data', empty.place]), 5, 'NOT_ENROLLED');
  empty.remove();
});
