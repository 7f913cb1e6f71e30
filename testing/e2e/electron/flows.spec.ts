// Goal: the flows of an evening through the window (cards, returns, blocked wristbands, training, the customer's display) end
// with the right ledger and the right wristband, not only with the right pixels (screens.md).
// Method: the real application with the simulated reader on tills of their own and one real demo backend; the ledger is read
// through the operator's API, the wristband by a reader of the tests' own.
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
});
test.afterEach(() => till.dispose());

test('Q13, R12, R13: a card pays a top-up, is declined, and pays what a sale lacks', async () => {
  const ledger = await ledgerFrom(backend);
  const { page, expectScreen, look } = await till.open();
  await expectScreen('sale');
  await till.wristbands.makeToppedUp('Mia');

  // The simulated provider approves whatever does not end in 01 to 04.
  await page.keyboard.press('F3');
  await page
    .getByRole('radio', { name: 'Card' })
    .or(page.getByRole('button', { name: 'Card' }))
    .click();
  await typeDigits(till.application, '2000');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await look('flow-card-paid');
  await expect(page.getByTestId('balance-after')).toContainText('110.00');
  await nextCustomer(till.application);

  await page.keyboard.press('F3');
  await page
    .getByRole('radio', { name: 'Card' })
    .or(page.getByRole('button', { name: 'Card' }))
    .click();
  await typeDigits(till.application, '2001');
  await expectScreen('tap');
  await till.wristbands.show('Mia', () => expectScreen('refused'));
  await look('flow-card-declined');
  await page.keyboard.press('Enter');
  await expectScreen('sale');

  await typeAmount(till.application, 'F2', 12_000);
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.show('Mia', () => expectScreen('refused'));
  await look('flow-not-enough');
  await page.keyboard.press('F12');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await expect(page.getByTestId('balance-after')).toContainText('0.00');
  await look('flow-open-loop-done');
  await nextCustomer(till.application);
  await expectReplicated(till.application);
  // Two top-ups, then the third one and the sale.
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 0, transactionNumber: 4 });
  // Cash 100.00 and a card of 20.00, then 15.00 with its fee of 5.00 for the 10.00 that were missing.
  await ledger.expectBooked({ 'merchant:bar': 12_000, 'top-up:cash': -10_000, 'top-up:card': -3_500, fee: 1_500 });
});

test('R5: of a sale in the list one piece is taken back; a blocked wristband buys nothing until it is unblocked', async () => {
  const ledger = await ledgerFrom(backend);
  const { page, expectScreen, look } = await till.open();
  await expectScreen('sale');
  await till.wristbands.makeToppedUp('Mia');
  await page.keyboard.press('3');
  await page.getByRole('button', { name: /^Beer/ }).first().click();
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await nextCustomer(till.application);

  await till.choose('Transactions');
  await look('flow-transactions');
  await page.getByRole('button', { name: /No\. 2/ }).click();
  await page.getByRole('button', { name: /^One more Beer/ }).click();
  await look('flow-transaction');
  await page.getByRole('button', { name: 'Take the chosen back' }).click();
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await nextCustomer(till.application);

  await till.choose('Block a tag');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await nextCustomer(till.application);
  await typeAmount(till.application, 'F2', 100);
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.show('Mia', () => expect(page.getByRole('alert').first()).toContainText('This tag is blocked'));
  await page.keyboard.press('Escape');
  await expectScreen('sale');
  await till.choose('Unblock a tag');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await nextCustomer(till.application);
  await expectReplicated(till.application);
  // Two beers of three at 5.50 are paid; the top-up, the sale, the piece, the block and its end each have a number.
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 8_400, transactionNumber: 5, blocked: false });
  await ledger.expectBooked({ customer: 8_400, 'merchant:bar': 1_100, 'top-up:cash': -10_000, fee: 500 });
});

test('screens.md, training: practised from the menu and back, and nothing of it is ever real', async () => {
  const ledger = await ledgerFrom(backend);
  const { page, look } = await till.open();
  await till.application.expectScreen('sale');
  await till.wristbands.makeToppedUp('Mia');
  await expectReplicated(till.application);
  await till.choose('Training');
  await expect(page.getByRole('note')).toContainText('nothing here is real money');
  await till.application.expectScreen('sale');
  // The drawer of the training has wristbands of its own.
  await expect(till.wristbands.drawer.getByText('Mia')).toHaveCount(0);
  await page.keyboard.press('F9');
  await till.wristbands.makeToppedUp('Practice');
  await look('flow-training');
  await page.getByRole('button', { name: 'Back to real money' }).click();
  await expect(page.getByRole('note')).toHaveCount(0);
  await till.application.expectScreen('sale');
  await till.sellOne('Mia', 550);
  await expectReplicated(till.application);
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 8_950, transactionNumber: 2 });
  await ledger.expectBooked({ customer: 8_950, 'merchant:bar': 550, 'top-up:cash': -10_000, fee: 500 });
});

test("screens.md, customer display: a second window follows the sale and knows nothing of the till's own", async () => {
  const ledger = await ledgerFrom(backend);
  const { electron, expectScreen, page } = await till.open(['--reader', 'simulated', '--customer-display', 'window']);
  await expectScreen('sale');
  await expect.poll(() => electron.windows().length).toBe(2);
  const display = electron.windows().find((window) => window.url().includes('display=customer'));
  if (display === undefined) throw new Error('no customer display was opened');
  expect(await display.evaluate(() => Reflect.get(window, 'klink'))).toBeUndefined();
  await till.wristbands.makeToppedUp('Mia');
  await typeAmount(till.application, 'F2', 5_500);
  await expect(display.getByTestId('customer-total')).toContainText('55.00');
  await page.keyboard.press('Enter');
  await expect(display.getByRole('heading')).toHaveText('Please hold your tag to the reader');
  await till.wristbands.tap('Mia');
  await expect(display.getByTestId('balance-before')).toContainText('95.00');
  await expect(display.getByTestId('balance-after')).toContainText('40.00');
  await nextCustomer(till.application);
  await expect(display.getByRole('heading')).toHaveText('Welcome');
  await expectReplicated(till.application);
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 4_000, transactionNumber: 2 });
  await ledger.expectBooked({ customer: 4_000, 'merchant:bar': 5_500, 'top-up:cash': -10_000, fee: 500 });
});
