// Goal: a receipt comes to the guest on every way there is, says what is booked, and no printer in the world holds up a sale
// (screens.md, "Receipts").
// Method: the real application with the simulated reader, a real demo backend, printers on real sockets in every mood. Paper is
// read as a printer's manual says, PDF files by their letters, the code by its modules; the ledger at the end by the operator.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import type { ReceiptSettings } from '../../../contract/settings/receipt-settings.ts';
import { drawn } from '../../../renderer/receipt/qr-code.tsx';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { klink } from '../../klink/run-klink.ts';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';
import { readEscpos } from '../../printing/escpos-reader.ts';
import { readPdf } from '../../printing/pdf-text.ts';
import { TcpPrinter } from '../../printing/tcp-printer.ts';
import { type Application, expectReplicated, nextCustomer, startApplication } from './application.ts';
import { Wristbands } from './wristbands.ts';

const run = promisify(execFile);
const demoFestival = 1;

let backend: DemoBackend;
let till: TestFolder;
let printer: TcpPrinter;
let application: Application;
const wristbands = new Wristbands(() => application);

test.beforeAll(async () => {
  backend = await startDemoBackend();
});
test.afterAll(() => backend.close());
test.beforeEach(async () => {
  till = makeFolder('window');
  printer = await TcpPrinter.start();
});
test.afterEach(async () => {
  await application.close();
  await printer.close();
  till.remove();
});

async function start(receipts: Partial<ReceiptSettings>): Promise<void> {
  const enrolled = await klink([
    ...['enrol', '--backend', backend.address, '--code', 'DEMO-FEST', '--name', 'Bar 1'],
    ...['--data', till.place],
  ]);
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  fs.writeFileSync(path.join(till.place, 'till.json'), JSON.stringify({ doneMs: 60_000, receipts }));
  application = await startApplication(till.place, ['--reader', 'simulated']);
  await application.expectScreen('sale');
}

const networkPrinter = (): ReceiptSettings['printer'] => ({ kind: 'network', host: '127.0.0.1', port: printer.port });

/** Two beers and a cup back: 11.00 − 2.00. */
async function sellBeers(label: string): Promise<void> {
  const { page, expectScreen } = application;
  const beer = page.getByRole('button', { name: /^Beer/ });
  await beer.click();
  await beer.click();
  await page.getByRole('button', { name: /^Cup returned/ }).click();
  await expect(page.getByTestId('cart-total')).toContainText('9.00');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await wristbands.tap(label);
}

async function printerShows(state: string): Promise<void> {
  await expect(application.page.getByTestId('printer-state').first()).toHaveAttribute(
    'data-state',
    state,
    // A printer that hangs is given some seconds.
    { timeout: 20_000 },
  );
}

const paper = (at: number) => readEscpos(printer.papers[at] ?? new Uint8Array());
const textOf = (at: number): string =>
  paper(at)
    .lines.map(({ text }) => text.replaceAll(/ +/g, ' '))
    .join('\n');

test('from what was just done: on the screen, on paper, as a PDF and as a code; looked up later it is a copy', async () => {
  await start({ printer: networkPrinter() });
  const { page, look, electron } = application;
  await wristbands.makeToppedUp('Mia');
  await sellBeers('Mia');
  await page.getByRole('button', { name: 'Receipt' }).click();
  const receipt = page.getByTestId('receipt');
  await expect(receipt).toContainText('Main Bar');
  await expect(receipt).toContainText('Paid by tag');
  await expect(receipt).toContainText('CHF 9.00');
  await expect(receipt).toContainText('CHF 86.00');
  await expect(receipt).not.toContainText('COPY');
  await look('receipt');

  await page.keyboard.press('p');
  await printer.printed(1);
  await printerShows('ready');
  const words = (await receipt.innerText()).replaceAll('−', '-').replaceAll('×', 'x').replaceAll(/\s/g, '');
  expect(
    textOf(0)
      .replaceAll(/[\s-]{3,}/g, '')
      .replaceAll(/\s/g, ''),
  ).toBe(words);
  expect(paper(0).cuts).toBe(1);
  expect(paper(0).qrText).toContain('Beer');
  // Printed once more, nobody can take it for the first one.
  await page.keyboard.press('p');
  await printer.printed(2);
  expect(textOf(1)).toContain('*** COPY ***');

  const file = path.join(till.place, 'receipt.pdf');
  await electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
  }, file);
  await page.keyboard.press('s');
  await expect(page.getByText(`Saved as ${file}`)).toBeVisible();
  const pdf = readPdf(fs.readFileSync(file));
  expect(pdf.pageCount).toBe(1);
  expect(Math.round(pdf.widthMm)).toBe(80);
  expect(pdf.letters).toBe((await receipt.innerText()).replaceAll(/\s/g, ''));

  await page.keyboard.press('q');
  const shown = await klink(['receipt', '2', '--data', till.place, '--json']);
  const [answer] = shown.steps;
  const qrText = JSON.parse(JSON.stringify(answer?.details))['document'].qrText;
  await expect(page.getByTestId('qr-modules')).toHaveAttribute('d', drawn(qrText).path);
  await look('receipt-code');
  await page.keyboard.press('Escape');

  await page.keyboard.press('F10');
  await page.getByRole('button', { name: /^Transactions/ }).click();
  await page.getByRole('button', { name: /No\. 2/ }).click();
  await page.getByRole('button', { name: 'Receipt' }).waitFor();
  await page.keyboard.press('r');
  await expect(receipt).toContainText('COPY');
  await look('receipt-copy');
  await expectReplicated(application);
  expect((await backend.coherence(demoFestival)).findings).toBe(0);
});

test('printed by itself: a printer that hangs, is away or has no paper never holds up a sale, and loses no receipt', async () => {
  await start({ printer: networkPrinter(), automatic: true });
  const { page, look } = application;
  await wristbands.makeToppedUp('Mia');
  await printer.printed(1);
  expect(textOf(0)).toContain('Top-up');

  // It takes the connection and then nothing at all: two sales meanwhile.
  printer.mood = 'stuck';
  for (const left of ['86.00', '77.00']) {
    await sellBeers('Mia');
    await expect(page.getByTestId('balance-after')).toContainText(left);
    await nextCustomer(application);
  }
  await printer.connected(2);
  // The second one is tried by itself on a printer that speaks again; the first one may be on paper, and is not.
  printer.mood = 'no-paper';
  await printer.connected(3);
  await printerShows('waiting');
  await look('printer-no-paper');
  await sellBeers('Mia');
  await nextCustomer(application);
  printer.mood = 'good';
  await printer.printed(3);
  await printerShows('failed');
  await look('printer-failed');
  await page.getByRole('button', { name: 'Print again' }).click();
  await printer.printed(4);
  await expect(page.getByTestId('printer-state')).toHaveCount(0);
  expect(textOf(3)).toContain('*** COPY ***');
  const numbers = printer.papers.map((_, at) => /No\. \d+-(\d+)/.exec(textOf(at))?.[1]);
  expect(new Set(numbers)).toEqual(new Set(['1', '2', '3', '4']));

  // The process that prints is killed while it prints: the till does not even notice.
  printer.mood = 'stuck';
  const seen = printer.connectionCount;
  await sellBeers('Mia');
  await printer.connected(seen + 1);
  const { stdout } = await run('ps', ['--ppid', String(application.electron.process().pid), '-o', 'pid=,args=']);
  const line = stdout.split('\n').find((candidate) => candidate.includes('print-host.js'));
  process.kill(Number.parseInt(line ?? '', 10), 'SIGKILL');
  await nextCustomer(application);
  await printerShows('failed');
  printer.mood = 'good';
  await page.getByRole('button', { name: 'Print again' }).first().click();
  await printer.printed(printer.papers.length + 1);
  expect(textOf(printer.papers.length - 1)).toContain('*** COPY ***');
  await expectReplicated(application);
  expect((await backend.coherence(demoFestival)).findings).toBe(0);
});

test('a printer is set up at the window: written into till.json, tried with a test page', async () => {
  await start({});
  const { page, look } = application;
  await page.keyboard.press('F8');
  await page.getByRole('button', { name: 'Receipts and printer' }).click();
  await page
    .getByRole('radio', { name: 'Network' })
    .or(page.getByRole('button', { name: 'Network' }))
    .click();
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(page.getByText('Please fill this in.')).toBeVisible();
  await page.getByLabel('Address of the printer').fill('127.0.0.1');
  await page.getByLabel('Port').fill(String(printer.port));
  await page.getByRole('button', { name: 'Save and print a test page' }).click();
  await printer.printed(1);
  expect(paper(0).lines.map(({ text }) => text.trim())).toContain('*** TEST ***');
  expect(textOf(0)).toContain('€ 1,00');
  await printerShows('ready');
  await look('receipt-settings');
  const kept = JSON.parse(fs.readFileSync(path.join(till.place, 'till.json'), 'utf8'));
  expect(kept).toMatchObject({ doneMs: 60_000, receipts: { printer: networkPrinter() } });

  // A printer of the system that there is none of: said, and nothing waits for it.
  await page.getByRole('radio', { name: 'Of this computer' }).click();
  await page.getByLabel('Name of the printer').fill('NO SUCH PRINTER');
  await page.getByRole('button', { name: 'Save and print a test page' }).click();
  await printerShows('waiting');
  await expect(page.getByTestId('printer-state')).toContainText('The printer cannot be reached');
  await page.getByRole('button', { name: 'Not needed' }).click();
  await printerShows('ready');
});
