// Goal: whoever looks for a fault finds it at the window, and the till goes on selling meanwhile (screens.md, "Diagnostics").
// Method: the real application with the simulated reader and a real demo backend; wristbands of every kind on the reader, a
// database that is damaged under the window, the file for support read back and searched for what must not be in it.
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { klink } from '../../klink/run-klink.ts';
import { expectReplicated } from './application.ts';
import { ledgerFrom, WindowTill } from './window-till.ts';

let backend: DemoBackend;
let till: WindowTill;

test.beforeAll(async () => {
  backend = await startDemoBackend();
});
test.afterAll(() => backend.close());
test.beforeEach(async () => {
  till = await WindowTill.enrol(backend);
  await till.open();
  await till.application.expectScreen('sale');
});
test.afterEach(() => till.dispose());

async function openDiagnostics(): Promise<void> {
  await till.choose('Diagnostics');
  await till.application.page.getByRole('heading', { name: 'Reader and tag' }).waitFor();
}

test('reader, tag, backend, versions; a check and a file for support while the till sells; and a damaged database', async () => {
  const ledger = await ledgerFrom(backend);
  const { page, look, electron, expectScreen } = till.application;
  const { wristbands, folder } = till;
  await wristbands.makeToppedUp('Mia');
  await openDiagnostics();
  const main = page.locator('main');
  await expect(main).toContainText('No tag on the reader');
  await expect(main).toContainText('Safe to pack');
  await expect(main).toContainText('right');
  await expect(main).toContainText('smartcard 3');

  const uid = till.uid('Mia');
  await wristbands.show('Mia', async () => {
    await expect(page.getByTestId('tag-finding')).toHaveAttribute('data-finding', 'current');
    await expect(page.getByTestId('tag-finding')).toContainText('NFC Type 2');
    await expect(page.getByTestId('tag-finding')).toContainText('both copies whole, 1 of 3');
    expect(await main.innerText()).not.toContain(uid);
    await look('diagnostics');
  });
  await expect(main).toContainText('No tag on the reader');

  await page.getByRole('button', { name: 'Check the database' }).click();
  await expect(main).toContainText(/Checked at .*: nothing wrong/);
  await look('diagnostics-checked');

  const file = path.join(folder.place, 'support.jsonl.gz');
  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await page.getByRole('button', { name: 'Export everything for support' }).click();
  await expect(main).toContainText(`Exported: ${file}`);
  const text = gunzipSync(fs.readFileSync(file)).toString('utf8');
  const { token, keySets } = JSON.parse(fs.readFileSync(path.join(folder.place, 'secrets.json'), 'utf8'));
  for (const secret of [token, keySets[0].keyHex, uid]) {
    expect(secret.length).toBeGreaterThan(10);
    expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  }
  const sections = new Set(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).section),
  );
  expect(sections).toEqual(
    new Set([
      ...['file', 'facts', 'disk', 'settings', 'assignment', 'configuration', 'counts', 'check'],
      ...['transaction', 'journal'],
    ]),
  );

  // The till sells as before, and knows nothing of it.
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await expectScreen('sale');
  await till.sellOne('Mia', 500);
  await expectReplicated(till.application);
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 9_000, transactionNumber: 2 });
  await ledger.expectBooked({ customer: 9_000, 'merchant:bar': 500, 'top-up:cash': -10_000, fee: 500 });

  // Somebody's hand in the journal: found, named, and the way to go on.
  const database = new Database(path.join(folder.place, 'till.db'));
  for (const name of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all())
    database.exec(`DROP TRIGGER "${String(name)}"`);
  database.exec("UPDATE journal SET at = '2020-01-01T00:00:00.000Z' WHERE seq = 2");
  database.close();
  await openDiagnostics();
  await page.getByRole('button', { name: 'Check the database' }).click();
  await expect(main).toContainText('1 fault found');
  await expect(main).toContainText('Journal: entry 2 was changed');
  await look('diagnostics-damaged');
  const exported = await klink(['export-support', path.join(folder.place, 'again.jsonl.gz'), '--data', folder.place]);
  expect(exported, exported.stderr).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('again.jsonl.gz') });
  const diagnosed = await klink(['diagnose', '--data', folder.place]);
  expect(diagnosed).toMatchObject({ exitCode: 5, stdout: expect.stringContaining('entry 2 was changed') });
});
