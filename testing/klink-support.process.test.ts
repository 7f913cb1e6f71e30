/**
 * Goal: `klink receipt`, `klink diagnose` and `klink export-support` help whoever stands beside a till: with the reader that is
 * there, and without a secret.
 * Method: the real `klink` of `out/` on a real PC/SC service with a virtual reader and a real backend, after a sale.
 */
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { receiptAnswerSchema } from '../contract/ipc/receipt.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { klink, klinkForPeople } from './klink/run-klink.ts';
import { makeFolder, type TestFolder } from './klink/test-folder.ts';
import { succeeded } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader } from './virtual-reader/virtual-reader.ts';

const uid = '04A1B2C3D4E5F6';
let backend: DemoBackend;
let reader: VirtualReader;
let till: TestFolder;
let data: readonly [string, string];

beforeAll(async () => {
  backend = await startDemoBackend();
  reader = await startVirtualReader();
  till = makeFolder('till');
  data = ['--data', till.place];
  const tag = await reader.makeTag({ uid });
  succeeded(await klink(['enrol', '--backend', backend.address, '--code', 'DEMO-FEST', '--name', 'Bar 1', ...data]));
  await reader.insert(tag);
  for (const args of [['issue'], ['topup', '--amount', '100.00'], ['sell', '--item', 'beer:2', '--item', 'curry']])
    succeeded(await klink([...args, '--timeout', '20', ...data], { env: reader.env }));
});

afterAll(async () => {
  till.remove();
  await reader.close();
  await backend.close();
});

test('screens.md, Receipts: in words for a person, in figures for a program', async () => {
  const { stdout, exitCode } = await klinkForPeople(['receipt', '2', '--language', 'de', '--columns', '32', ...data]);
  expect(exitCode).toBe(0);
  const text = stdout.replaceAll(/[\u00a0\u202f]/g, ' ');
  expect(text).toMatch(/^ +Main Bar\n +Food Court\n +Demo Festival\n/);
  expect(text).toMatch(/Beer 0\.4 l +11\.00\n {2}2 × 5\.50\nVegetable curry +14\.00\n/);
  expect(text).toMatch(/Total +CHF 25\.00\n/);
  expect(text).toMatch(/Guthaben jetzt +CHF 70\.00\n/);
  expect(text).toMatch(/MwSt\. 8\.1% +0\.82\n/);
  expect(text).toContain(uid);
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(32);

  const { steps } = succeeded(await klink(['receipt', '2', '--copy', ...data]));
  const { receipt } = receiptAnswerSchema.parse(steps.at(-1)?.details);
  expect(receipt).toMatchObject({
    type: 'Purchase',
    totalMinor: 2_500,
    copy: true,
    merchantNames: ['Main Bar', 'Food Court'],
  });
  const unheardOf = await klink(['receipt', '9', ...data]);
  expect(unheardOf.exitCode).toBe(2);
  expect(unheardOf.steps.at(-1)?.error?.code).toBe('NO_SUCH_TRANSACTION');
});

test('screens.md, Diagnostics: versions, a check of the database, and the reader with what lies on it', async () => {
  const { stdout, exitCode } = await klinkForPeople(['diagnose', '--pcsc', ...data], { env: reader.env });
  expect(exitCode, stdout).toBe(0);
  expect(stdout).toMatch(/Klink +0\.1\.0, schema \d+\n/);
  expect(stdout).toMatch(/Check +nothing wrong/);
  expect(stdout).toMatch(/Reader +ready, Virtual PCD/);
  expect(stdout).toMatch(/On it +NFC Type 2 \(ATR 3B8F/);
  expect(stdout).not.toContain(uid);
  // Looking left the tag as it was.
  const balance = succeeded(await klink(['balance', '--timeout', '20', ...data], { env: reader.env }));
  expect(balance.steps.at(-1)).toMatchObject({ tag: { balanceMinor: 7_000, transactionNumber: 2 } });
});

test('one file for support, without a secret', async () => {
  const file = path.join(till.place, 'support.jsonl.gz');
  succeeded(await klink(['export-support', file, ...data]));
  const text = gunzipSync(fs.readFileSync(file)).toString('utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => z.object({ section: z.string() }).parse(JSON.parse(line)));
  expect(lines.filter(({ section }) => section === 'transaction')).toHaveLength(2);
  const secrets = z
    .object({ token: z.string(), keySets: z.array(z.object({ keyHex: z.string() })) })
    .parse(JSON.parse(fs.readFileSync(path.join(till.place, 'secrets.json'), 'utf8')));
  for (const secret of [secrets.token, ...secrets.keySets.map(({ keyHex }) => keyHex), uid])
    expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  const nowhere = await klink(['export-support', path.join(till.place, 'none', 'x.gz'), ...data]);
  expect(nowhere).toMatchObject({ exitCode: 5 });
  expect(nowhere.steps.at(-1)?.error?.code).toBe('FILE_NOT_WRITTEN');
});
