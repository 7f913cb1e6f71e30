// Goal: every way a sale is paid or taken back through the window ends with the right ledger and the right wristbands: with a
// discount, with two taps, by two tags, with fewer goods, and undone (screens.md: Sale, Tap, Not enough; Q51, R5).
// Method: the real application with the simulated reader on tills of their own and one real demo backend; the ledger is read
// through the operator's API, the wristbands by a reader of the tests' own.
import { expect, test } from '@playwright/test';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { expectReplicated, nextCustomer, typeAmount, typeDigits } from './application.ts';
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

/** Rings up beers at 5.50; the cart shows them. */
async function ringUpBeers(count: number, total: string): Promise<void> {
  const { page } = till.application;
  await page.keyboard.type(String(count));
  await page.getByRole('button', { name: /^Beer/ }).first().click();
  await expect(page.getByTestId('cart-total')).toContainText(total);
}

async function pay(): Promise<void> {
  await till.application.page.keyboard.press('Enter');
  await till.application.expectScreen('tap');
}

test('protocol.md "purchase-return", R5, Q51: a discount, the sale undone, and two taps as this till’s way', async () => {
  const ledger = await ledgerFrom(backend);
  const { page, expectScreen, look } = till.application;
  await till.wristbands.makeToppedUp('Mia');
  await till.wristbands.make('Noa');

  await ringUpBeers(2, '11.00');
  await page.keyboard.press('F1');
  await typeDigits(till.application, '10');
  await expect(page.getByTestId('cart-total')).toContainText('9.90');
  await pay();
  await till.wristbands.tap('Mia');
  await nextCustomer(till.application);
  expect(till.witness('Mia')?.balanceMinor).toBe(8_510);

  await page.keyboard.press('F11');
  await page.getByRole('button', { name: 'Take it back whole' }).waitFor();
  await look('flow-undo');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await expect(page.getByRole('heading', { name: 'Sale taken back' })).toBeVisible();
  await expect(page.getByTestId('balance-after')).toContainText('95.00');
  await nextCustomer(till.application);
  await page.keyboard.press('F11');
  await expect(page.getByText('This has been taken back already.')).toBeVisible();
  await page.keyboard.press('Escape');

  await page.keyboard.press('F8');
  await page.getByRole('radio', { name: 'Two taps' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await ringUpBeers(1, '5.50');
  await pay();
  const sameOnceMore = () => expect(page.getByRole('heading', { name: 'Same tag once more' })).toBeVisible();
  await till.wristbands.show('Mia', sameOnceMore);
  await expect(page.getByTestId('balance-after')).toContainText('89.50');
  await look('flow-two-taps-confirm');
  expect(till.witness('Mia')?.balanceMinor).toBe(9_500);
  await till.wristbands.show('Noa', () => expect(page.getByRole('alert').first()).toContainText('This is another tag'));
  // Until the write it can all be taken back, and the cart is still there.
  await page.keyboard.press('Escape');
  await expectScreen('sale');
  await pay();
  await till.wristbands.show('Mia', sameOnceMore);
  await till.wristbands.tap('Mia');
  await expect(page.getByTestId('balance-after')).toContainText('89.50');
  await nextCustomer(till.application);

  await expectReplicated(till.application);
  await ledger.expectBooked({ customer: 8_950, 'merchant:bar': 550, 'top-up:cash': -10_000, fee: 500 });
  // Issue, top-up, sale, return, sale; the one that was taken back left no number on it.
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 8_950, transactionNumber: 4 });
});

test('screens.md, Not enough, INV-15: another tag pays what is missing; the till host killed in between, its part is given back', async () => {
  const ledger = await ledgerFrom(backend);
  const { page, expectScreen, look } = till.application;
  await till.wristbands.makeToppedUp('Mia');
  await till.wristbands.makeToppedUp('Noa');
  await till.sellOne('Mia', 5_500);

  /** 55.00, of which Mia has 40.00; Noa pays the 15.00 that are missing, and the till asks Mia for the rest. */
  const payInParts = async (): Promise<void> => {
    await typeAmount(till.application, 'F2', 5_500);
    await pay();
    await till.wristbands.show('Mia', () => expectScreen('refused'));
    await page.keyboard.press('F4');
    await expect(page.getByRole('heading', { name: 'Hold the other tag here' })).toBeVisible();
    await till.wristbands.show('Noa', () => expect(page.getByText('Paid by another tag')).toBeVisible());
    // Moved on the reader it is read once more, and has agreed to its part only.
    await till.wristbands.show('Noa', () =>
      expect(page.getByRole('alert').first()).toContainText('This tag has paid its part'),
    );
    await expectScreen('tap');
  };

  await payInParts();
  expect(till.witness('Noa')?.balanceMinor).toBe(8_000);
  const [tillHost] = await till.hostProcesses();
  if (tillHost === undefined) throw new Error('the application has no till host');
  process.kill(tillHost, 'SIGKILL');
  await expectScreen('sale');
  await page.getByRole('button', { name: '1 needs attention' }).click();
  await expect(page.getByRole('heading', { name: 'A sale is only partly paid' })).toBeVisible();
  await look('flow-half-paid');
  await page.getByRole('button', { name: 'Give it back' }).click();
  await expectScreen('tap');
  await till.wristbands.tap('Noa');
  await expect(page.getByTestId('balance-after')).toContainText('95.00');
  await nextCustomer(till.application);

  await payInParts();
  await till.wristbands.tap('Mia');
  await expect(page.getByRole('heading', { name: 'Paid' })).toBeVisible();
  await nextCustomer(till.application);
  await page.keyboard.press('F11');
  await expect(page.getByRole('button', { name: /^Give back to tag/ })).toHaveCount(2);
  await look('flow-undo-two-tags');
  await page.keyboard.press('Escape');

  await ringUpBeers(15, '82.50');
  await pay();
  await till.wristbands.show('Noa', () => expectScreen('refused'));
  await page.keyboard.press('F6');
  await page.getByRole('button', { name: /^One less Beer/ }).click();
  await page.getByRole('button', { name: /^Pay CHF/ }).click();
  await expectScreen('tap');
  await till.wristbands.tap('Noa');
  await nextCustomer(till.application);

  await expectReplicated(till.application);
  await ledger.expectBooked({ customer: 300, 'merchant:bar': 18_700, 'top-up:cash': -20_000, fee: 1_000 });
  expect(till.witness('Mia')?.balanceMinor).toBe(0);
  expect(till.witness('Noa')?.balanceMinor).toBe(300);
});
