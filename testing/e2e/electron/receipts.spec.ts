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
import { readEscpos } from '../../printing/escpos-reader.ts';
import { readPdf } from '../../printing/pdf-text.ts';
import { TcpPrinter } from '../../printing/tcp-printer.ts';
import { expectReplicated, nextCustomer } from './application.ts';
import { ledgerFrom, WindowTill } from './window-till.ts';

const run = promisify(execFile);

let backend: DemoBackend;
let till: WindowTill;
let printer: TcpPrinter;

test.beforeAll(async () => {
  backend = await startDemoBackend();
});
test.afterAll(() => backend.close());
test.beforeEach(async () => {
  printer = await TcpPrinter.start();
});
test.afterEach(async () => {
  await till.dispose();
  await printer.close();
});

async function start(receipts: Partial<ReceiptSettings>): Promise<void> {
  till = await WindowTill.enrol(backend, { settings: { receipts } });
  await till.open();
  await till.application.expectScreen('sale');
}

const networkPrinter = (): ReceiptSettings['printer'] => ({ kind: 'network', host: '127.0.0.1', port: printer.port });

/** Two beers and a cup back: 11.00 − 2.00. */
async function sellBeers(label: string): Promise<void> {
  const { page, expectScreen } = till.application;
  const beer = page.getByRole('button', { name: /^Beer/ });
  await beer.click();
  await beer.click();
  await page.getByRole('button', { name: /^Cup returned/ }).click();
  await expect(page.getByTestId('cart-total')).toContainText('9.00');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.tap(label);
}

async function printerShows(state: string): Promise<void> {
  await expect(till.application.page.getByTestId('printer-state').first()).toHaveAttribute(
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
  const ledger = await ledgerFrom(backend);
  await start({ printer: networkPrinter() });
  const { page, look, electron } = till.application;
  await till.wristbands.makeToppedUp('Mia');
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

  const file = path.join(till.folder.place, 'receipt.pdf');
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
  const shown = await klink(['receipt', '2', '--data', till.folder.place, '--json']);
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
  await expectReplicated(till.application);
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 8_600, transactionNumber: 2 });
  await ledger.expectBooked({ customer: 8_600, 'merchant:bar': 900, 'top-up:cash': -10_000, fee: 500 });
});

test('printed by itself: a printer that hangs, is away or has no paper never holds up a sale, and loses no receipt', async () => {
  const ledger = await ledgerFrom(backend);
  await start({ printer: networkPrinter(), automatic: true });
  const { page, look } = till.application;
  await till.wristbands.makeToppedUp('Mia');
  await printer.printed(1);
  expect(textOf(0)).toContain('Top-up');

  // It takes the connection and then nothing at all: two sales meanwhile.
  printer.mood = 'stuck';
  for (const left of ['86.00', '77.00']) {
    await sellBeers('Mia');
    await expect(page.getByTestId('balance-after')).toContainText(left);
    await nextCustomer(till.application);
  }
  await printer.connected(2);
  // The second one is tried by itself on a printer that speaks again; the first one may be on paper, and is not.
  printer.mood = 'no-paper';
  await printer.connected(3);
  await printerShows('waiting');
  await look('printer-no-paper');
  await sellBeers('Mia');
  await nextCustomer(till.application);
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
  const { stdout } = await run('ps', ['--ppid', String(till.application.electron.process().pid), '-o', 'pid=,args=']);
  const line = stdout.split('\n').find((candidate) => candidate.includes('print-host.js'));
  process.kill(Number.parseInt(line ?? '', 10), 'SIGKILL');
  await nextCustomer(till.application);
  await printerShows('failed');
  printer.mood = 'good';
  await page.getByRole('button', { name: 'Print again' }).first().click();
  await printer.printed(printer.papers.length + 1);
  expect(textOf(printer.papers.length - 1)).toContain('*** COPY ***');
  await expectReplicated(till.application);
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 5_900, transactionNumber: 5 });
  await ledger.expectBooked({ customer: 5_900, 'merchant:bar': 3_600, 'top-up:cash': -10_000, fee: 500 });
});

test('a printer is set up at the window: written into till.json, tried with a test page', async () => {
  await start({});
  const { page, look } = till.application;
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
  const kept = JSON.parse(fs.readFileSync(path.join(till.folder.place, 'till.json'), 'utf8'));
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
