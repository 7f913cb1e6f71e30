// Goal: receipts and diagnostics are whole and legible in every theme and language, are worked by keys alone, and a printer in
// trouble is said without being in the way (screens.md, "Receipts", "Diagnostics").
// Method: the built renderer in Chromium, fed with what application and till host answer; the layout is measured, axe judges WCAG
// 2.2 A and AA, pictures are kept to be looked at.
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { Diagnostics } from '../../../contract/ipc/diagnostics.ts';
import type { ReceiptAnswer, ReceiptLanguage } from '../../../contract/ipc/receipt.ts';
import type { SupportView } from '../../../contract/ipc/support.ts';
import { receiptDocument } from '../../../terminal-core/receipt/document.ts';
import { includedTaxes } from '../../../terminal-core/receipt/taxes.ts';
import { languages } from '../../../ui/i18n/languages.ts';
import { expectNoViolation } from '../accessibility.ts';
import { layoutFaults } from './layout-faults.ts';
import { makeViews, pastSale, pastTransactions } from './views.ts';
import { askedCalls, feedAnswer, feedPrinter, feedSupport, feedView, openWindowPage } from './window-page.ts';

const pictures = path.resolve(import.meta.dirname, '../../../test-results/pictures');
const withEveryColour: readonly string[] = ['receipt', 'printer-waiting', 'receipt-settings', 'diagnostics-damaged'];
const themes = ['light', 'dark', 'high-contrast'] as const;

const lines: ReceiptAnswer['receipt']['lines'] = [
  {
    ...{
      kind: 'purchase',
      mark: null,
      discountBasisPoints: null,
      name: 'Beer 0.5 l',
      quantity: 4,
      unitPriceMinor: 750,
      amountMinor: 3_000,
      taxRate: '8.1',
    },
  },
  {
    ...{
      kind: 'purchase',
      mark: null,
      discountBasisPoints: null,
      name: 'Vegetable curry with rice and mango chutney',
      quantity: 2,
      unitPriceMinor: 1_650,
    },
    ...{ amountMinor: 3_300, taxRate: '2.6' },
  },
  {
    ...{
      kind: 'purchase-return',
      mark: null,
      discountBasisPoints: null,
      name: 'Deposit back',
      quantity: 4,
      unitPriceMinor: 200,
      amountMinor: -800,
    },
    taxRate: null,
  },
];

function answerIn(language: ReceiptLanguage, copy: boolean): ReceiptAnswer {
  const receipt: ReceiptAnswer['receipt'] = {
    ...{ assignmentId: 12, terminalTransactionNumber: 118, terminalName: 'Main bar 1' },
    ...{ editionName: 'Lakeside Festival 2026', merchantNames: ['Bar at the lake', 'Food court'] },
    ...{ type: 'Purchase', paymentMethod: 'tag', currency: 'CHF', timeZone: 'Europe/Zurich' },
    ...{ at: '2026-07-04T20:15:03.120Z', lines, total: 'price', totalMinor: 5_500, paidMinor: null },
    taxes: [...includedTaxes(lines)],
    tag: { uid: '04A1B2C3D4E5F6', transactionNumber: 2, balanceBeforeMinor: 9_500, balanceAfterMinor: 4_000 },
    ...{ cashierName: 'Mara Blattner-Ferrari', reference: null, training: false, copy },
  };
  return { receipt, document: receiptDocument(receipt, language) };
}

const network = { kind: 'network', host: 'printer.lan', port: 9_100 } as const;
const settings = { printer: network, columns: 42, automatic: false, qrCode: true, language: 'auto', folder: '' };
const noPaper = {
  state: 'waiting',
  fault: { code: 'PRINTER_NO_PAPER', message: 'no paper' },
  ...{ waitingCount: 2, failedCount: 1 },
} as const;

const diagnostics: Diagnostics = {
  at: '2026-07-04T20:15:03.120Z',
  versions: {
    ...{ klink: '0.1.0', schema: 9, node: '24.21.0', sqlite: '3.54.1', pcsc: 'smartcard 3.7.0' },
    system: 'Linux 6.18.44 x64',
  },
  database: {
    ...{ sizeBytes: 48_300_000, walBytes: 1_200_000, journalMode: 'wal' },
    ...{ transactionCount: 104_512, journalSeq: 209_331, acknowledgedSeq: 209_328 },
  },
  disk: { freeBytes: 77_400_000_000, totalBytes: 270_600_000_000 },
  reader: {
    kind: 'pcsc',
    state: 'fault',
    name: 'ACS ACR122U PICC Interface 00 00',
    detail: 'SCARD_W_UNRESPONSIVE_CARD',
  },
  tag: {
    ...{ technology: 'type2', atr: '3B8F8001804F0CA0000003060300030000000068', shortUid: '04…3F625F', uidLength: 7 },
    ...{ finding: 'current', detail: null },
    image: {
      ...{ keySetId: 1, generation: 2, transactionNumber: 17, adjustmentNumber: 1, blocked: false },
      ...{ otherSlotValid: false, historyCount: 3, writtenAt: '2026-07-04T20:14:00.000Z' },
    },
  },
  replication: {
    ...{ state: 'online', since: '2026-07-04T18:00:00.000Z', lastAcknowledgedAt: '2026-07-04T20:15:00.000Z' },
    ...{ seal: 'open', fault: null },
  },
  clock: { differenceMs: -7_260_000, measuredAt: '2026-07-04T20:15:00.000Z' },
  recentFaults: [
    {
      at: '2026-07-04T20:12:00.000Z',
      fault: { code: 'BACKEND_UNREACHABLE', message: 'The backend does not answer: connect ECONNREFUSED.' },
    },
    { at: '2026-07-04T19:40:00.000Z', fault: { code: 'TAG_GONE', message: 'The tag left too early.' } },
  ],
};
const quiet: SupportView = { work: 'none', progress: null, checked: null, exported: null, fault: null };
const damaged: SupportView = {
  ...quiet,
  checked: {
    at: '2026-07-04T20:16:00.000Z',
    findings: [
      { part: 'journal', detail: 'entry 1204 was changed, or one before it' },
      { part: 'structure', detail: 'txn_item: row 88 missing from index txn_item_product' },
    ],
  },
  exported: { at: '2026-07-04T20:17:00.000Z', file: '/media/stick/klink-support.jsonl.gz', sizeBytes: 4_211_000 },
};

async function open(page: Page, search: string, language: ReceiptLanguage = 'en'): Promise<void> {
  await openWindowPage(page, search);
  await feedAnswer(page, 'receiptSettings', { ok: true, result: settings });
  await feedAnswer(page, 'receipt', { ok: true, result: answerIn(language, false) });
  await feedAnswer(page, 'diagnostics', { ok: true, result: diagnostics });
  await feedAnswer(page, 'about', {
    ok: true,
    result: { electron: '45.4.1', chromium: '150.0.0.0' },
  });
  await feedAnswer(page, 'supportView', { ok: true, result: quiet });
}

function view(name: string) {
  const found = makeViews()[name];
  if (found === undefined) throw new Error(`views.ts has no ${name}`);
  return found;
}

/** From Done to the receipt, as the till shows it. */
async function openReceipt(page: Page): Promise<void> {
  await feedView(page, view('done'));
  await page.keyboard.press('r');
  await feedView(page, view('sale'));
  await page.getByTestId('receipt').waitFor();
}

async function openDiagnostics(page: Page): Promise<void> {
  await feedView(page, view('sale'));
  await page.keyboard.press('F10');
  await page.getByRole('button', { name: /^(Diagnostics|Diagnose|Diagnostic) / }).click();
  await page.getByTestId('tag-finding').waitFor();
  await page.getByTestId('support-work').waitFor();
}

for (const theme of themes) {
  test(`screens.md: receipts and diagnostics are whole and free of violations, ${theme}`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    // Lengths differ by language, contrast by theme.
    for (const language of theme === 'light' ? languages : (['en'] as const)) {
      const shown = async (name: string): Promise<void> => {
        // Colours differ by theme, and these have them all.
        if (theme !== 'light' && !withEveryColour.includes(name)) return;
        expect(await layoutFaults(page), `${name}, ${language}`).toEqual([]);
        if (language === 'en' && withEveryColour.includes(name)) await expectNoViolation(page, name);
        await page.screenshot({
          path: path.join(pictures, `page_${theme}_${language}_${name}.png`),
          animations: 'disabled',
        });
      };
      await open(page, `?theme=${theme}&language=${language}`, language);
      await openReceipt(page);
      await shown('receipt');
      await page.keyboard.press('q');
      await page.getByTestId('qr-code').waitFor();
      await shown('receipt-code');
      await page.keyboard.press('Escape');
      await feedPrinter(page, noPaper);
      await page.getByTestId('printer-state').waitFor();
      await shown('printer-waiting');
      await feedPrinter(page, { state: 'ready', fault: null, waitingCount: 0, failedCount: 0 });
      await page.keyboard.press('F8');
      await page
        .getByRole('button', { name: /^(Receipts and printer|Belege und Drucker|Tickets et imprimante)$/ })
        .click();
      await page.getByRole('textbox').first().waitFor();
      await shown('receipt-settings');
      await page.keyboard.press('Escape');
      await openDiagnostics(page);
      await shown('diagnostics');
      await feedSupport(page, { ...quiet, work: 'check', progress: { done: 120, total: 430 } });
      await page.getByRole('progressbar').waitFor();
      await shown('diagnostics-checking');
      await feedSupport(page, damaged);
      await page.getByText(/klink-support/).waitFor();
      await shown('diagnostics-damaged');
    }
  });
}

for (const [width, height] of [
  [1024, 768],
  [768, 1024],
] as const) {
  test(`screens.md: receipts and diagnostics are whole at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await open(page, '?theme=light&language=de', 'de');
    await openReceipt(page);
    expect(await layoutFaults(page), 'receipt').toEqual([]);
    await page.screenshot({ path: path.join(pictures, `${width}_light_de_receipt.png`), animations: 'disabled' });
    await page.keyboard.press('Escape');
    await openDiagnostics(page);
    expect(await layoutFaults(page), 'diagnostics').toEqual([]);
    await page.screenshot({ path: path.join(pictures, `${width}_light_de_diagnostics.png`), animations: 'disabled' });
  });
}

test('a receipt by keys alone: from Done, printed, saved, shown as a code; and Escape leads back to the sale', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, '?theme=light&language=en&sound=off');
  await feedView(page, view('done'));
  await askedCalls(page);
  await page.keyboard.press('r');
  await feedView(page, view('sale'));
  await page.getByTestId('receipt').waitFor();
  const request = { terminalTransactionNumber: 118, language: 'en', copy: false };
  expect(await askedCalls(page)).toEqual([
    ['dismiss', {}],
    ['receiptSettings', undefined],
    ['receipt', request],
  ]);
  await page.keyboard.press('p');
  await page.keyboard.press('s');
  await page.keyboard.press('q');
  await expect(page.getByRole('img', { name: 'The receipt as a QR code' })).toBeVisible();
  expect(await askedCalls(page)).toEqual([
    ['printer', { kind: 'print-receipt', request }],
    ['printer', { kind: 'save-receipt', request }],
  ]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Sale' })).toBeAttached();
});

test('what is looked up later is asked for as a copy', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, '?theme=light&language=en&sound=off');
  await feedAnswer(page, 'transactions', { ok: true, result: { transactions: [...pastTransactions], hasMore: false } });
  await feedAnswer(page, 'transaction', { ok: true, result: pastSale });
  await feedAnswer(page, 'receipt', { ok: true, result: answerIn('en', true) });
  await feedView(page, view('sale'));
  await page.keyboard.press('F10');
  await page.getByRole('button', { name: /^Transactions / }).click();
  await page.getByRole('button', { name: /118/ }).click();
  await page.getByRole('heading', { name: /118/ }).waitFor();
  await askedCalls(page);
  await page.keyboard.press('r');
  await expect(page.getByTestId('receipt')).toContainText('COPY');
  await page.keyboard.press('p');
  const calls = await askedCalls(page);
  expect(calls.at(-1)).toEqual([
    'printer',
    { kind: 'print-receipt', request: { terminalTransactionNumber: 118, language: 'en', copy: true } },
  ]);
});

test('a printer in trouble takes no key: Enter pays as ever, and what failed is printed again by its own button', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, '?theme=light&language=en&sound=off');
  await feedView(page, view('sale-cart'));
  await feedPrinter(page, noPaper);
  await expect(page.getByTestId('printer-state')).toContainText('out of paper');
  await askedCalls(page);
  await page.keyboard.press('Enter');
  expect(await askedCalls(page)).toEqual([['sell', {}]]);
  await page.getByRole('button', { name: 'Print again' }).click();
  await page.getByRole('button', { name: 'Not needed' }).click();
  expect(await askedCalls(page)).toEqual([
    ['printer', { kind: 'retry' }],
    ['printer', { kind: 'forget' }],
  ]);
});

test('without a printer nothing is printed, and the code is offered all the same', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, '?theme=light&language=en&sound=off');
  await feedAnswer(page, 'receiptSettings', { ok: true, result: { ...settings, printer: { kind: 'none' } } });
  await openReceipt(page);
  await expect(page.getByRole('button', { name: 'Print', exact: true })).toBeDisabled();
  await askedCalls(page);
  await page.keyboard.press('p');
  expect(await askedCalls(page)).toEqual([]);
  await page.keyboard.press('q');
  await expect(page.getByTestId('qr-code')).toBeVisible();
});

test('a till that has stopped can be looked at: its database is checked and exported though it says nothing of itself', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await open(page, '?theme=light&language=en&sound=off');
  await feedAnswer(page, 'diagnostics', { ok: false, fault: { code: 'TILL_STOPPED', message: 'it does not start' } });
  await feedView(page, view('halted-corrupt'));
  await page.getByRole('button', { name: 'Diagnostics' }).click();
  await page.getByTestId('support-work').waitFor();
  await askedCalls(page);
  await page.getByRole('button', { name: 'Export everything for support' }).click();
  await page.getByRole('button', { name: 'Check the database' }).click();
  expect(await askedCalls(page)).toEqual([
    ['support', 'export'],
    ['support', 'check'],
  ]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Start with new data' })).toBeVisible();
});
