// Goal: every flow a cashier or a supervisor has, through the window, ends with the right ledger and the right wristband, not
// only with the right pixels (screens.md).
// Method: the real application with the simulated reader on a till of its own, a real demo backend; the ledger is read
// through the operator's API, the wristband by the till itself at the end.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { klink } from '../../klink/run-klink.ts';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';
import { type Application, expectReplicated, nextCustomer, startApplication, typeAmount } from './application.ts';
import { Wristbands } from './wristbands.ts';

const demoFestival = 1;

let backend: DemoBackend;
let till: TestFolder;
let application: Application;
const wristbands = new Wristbands(() => application);

test.beforeEach(async () => {
  backend = await startDemoBackend();
  till = makeFolder('window');
});
test.afterEach(async () => {
  await application.close();
  await backend.close();
  till.remove();
});

async function start(...flags: readonly string[]): Promise<void> {
  const enrolled = await klink([
    ...['enrol', '--backend', backend.address, '--code', 'DEMO-FEST', '--name', 'Bar 1'],
    ...['--data', till.place],
  ]);
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  // A result that is looked at must not go away by itself meanwhile.
  writeFileSync(path.join(till.place, 'till.json'), JSON.stringify({ doneMs: 60_000 }));
  application = await startApplication(till.place, ['--reader', 'simulated', ...flags]);
  await application.expectScreen('sale');
}

/** Opens the menu and presses the tile whose name begins so. */
async function choose(name: string): Promise<void> {
  await application.page.keyboard.press('F10');
  await application.page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
}

async function expectBalance(label: string, amount: string): Promise<void> {
  await application.page.keyboard.press('F5');
  await application.expectScreen('tap');
  await wristbands.tap(label);
  await expect(application.page.getByTestId('balance-after')).toContainText(amount);
  await nextCustomer(application);
}

/** The ledger's accounts in minor units, and that nothing in the books disagrees. */
async function expectBooks(balances: Readonly<Record<string, number>>): Promise<void> {
  await expectReplicated(application);
  expect(await backend.balances(demoFestival)).toEqual(balances);
  expect((await backend.coherence(demoFestival)).findings).toBe(0);
}

test('R6, Q15, screens.md Login, Shift, Refund: a staffed evening from the float to the Z report', async () => {
  await backend.operate('/cashiers', {
    ...{ editionId: demoFestival, cashierId: 'anna', name: 'Anna', role: 'cashier', pin: '734512' },
  });
  await backend.operate('/cashiers', {
    ...{ editionId: demoFestival, cashierId: 'sue', name: 'Sue', role: 'supervisor', pin: '998877' },
  });
  await start();
  const { page, expectScreen, look } = application;

  await expect(page.getByRole('heading', { name: 'Who is at the till?' })).toBeVisible();
  await look('flow-login');
  await page.keyboard.type('111111');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByRole('status', { name: '0 digits typed' }).waitFor();
  await page.keyboard.type('734512');
  await page.keyboard.press('Enter');
  await expect(page.locator('header')).toContainText('Anna');

  await choose('Shift');
  await page.keyboard.type('20000');
  await page.keyboard.press('Enter');
  await expect(page.locator('header')).toContainText('Shift since');
  await wristbands.makeToppedUp('Mia');
  await typeAmount(application, 'F2', 5_500);
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await wristbands.tap('Mia');
  await nextCustomer(application);

  await choose('Refund');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'A supervisor has to confirm this' })).toBeVisible();
  await look('flow-approval');
  await page.keyboard.type('998877');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await wristbands.tap('Mia');
  await expect(page.getByRole('heading', { name: 'Pay out now' })).toBeVisible();
  await look('flow-refund-done');
  await nextCustomer(application);
  await expectBalance('Mia', '0.00');

  await choose('Shift');
  await expect(page.locator('main')).toContainText('What should be in the drawer is shown to a supervisor only.');
  await page.keyboard.press('Enter');
  // Float 200.00, top-up 100.00, refund 40.00.
  await page.keyboard.type('26000');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Shift closed: Z 1' })).toBeVisible();
  await expect(page.getByTestId('expected-cash')).toContainText('260.00');
  await expect(page.getByTestId('cash-difference')).toContainText('0.00');
  await look('flow-z-report');
  await expectBooks({ 'merchant:bar': 5_500, 'top-up:cash': -6_000, fee: 500 });
});

test('Q13, R12, R13: a card pays a top-up, is declined, and pays what a sale lacks', async () => {
  await start();
  const { page, expectScreen, look } = application;
  await wristbands.makeToppedUp('Mia');

  // The simulated provider approves whatever does not end in 01 to 04.
  await page.keyboard.press('F3');
  await page
    .getByRole('radio', { name: 'Card' })
    .or(page.getByRole('button', { name: 'Card' }))
    .click();
  await page.keyboard.type('2000');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await wristbands.hold('Mia');
  await look('flow-card-paid');
  await expect(page.getByTestId('balance-after')).toContainText('110.00');
  await nextCustomer(application);

  await page.keyboard.press('F3');
  await page
    .getByRole('radio', { name: 'Card' })
    .or(page.getByRole('button', { name: 'Card' }))
    .click();
  await page.keyboard.type('2001');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await wristbands.show('Mia');
  await expectScreen('refused');
  await look('flow-card-declined');
  await page.keyboard.press('Enter');
  await expectScreen('sale');

  await typeAmount(application, 'F2', 12_000);
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await wristbands.show('Mia');
  await expectScreen('refused');
  await look('flow-not-enough');
  await page.keyboard.press('F12');
  await expectScreen('tap');
  await wristbands.hold('Mia');
  await expect(page.getByTestId('balance-after')).toContainText('0.00');
  await look('flow-open-loop-done');
  await nextCustomer(application);
  await expectBalance('Mia', '0.00');
  // Cash 100.00 and a card of 20.00, then 15.00 with its fee of 5.00 for the 10.00 that were missing.
  await expectBooks({ 'merchant:bar': 12_000, 'top-up:cash': -10_000, 'top-up:card': -3_500, fee: 1_500 });
});

test('R5: of a sale in the list one piece is taken back; a blocked wristband buys nothing until it is unblocked', async () => {
  await start();
  const { page, expectScreen, look } = application;
  await wristbands.makeToppedUp('Mia');
  await page.keyboard.press('3');
  await page.getByRole('button', { name: /^Beer/ }).first().click();
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await wristbands.tap('Mia');
  await nextCustomer(application);

  await choose('Transactions');
  await look('flow-transactions');
  await page.getByRole('button', { name: /No\. 2/ }).click();
  await page.getByRole('button', { name: /^One more Beer/ }).click();
  await look('flow-transaction');
  await page.getByRole('button', { name: 'Take the chosen back' }).click();
  await expectScreen('tap');
  await wristbands.tap('Mia');
  await nextCustomer(application);

  await choose('Block a tag');
  await expectScreen('tap');
  await wristbands.tap('Mia');
  await nextCustomer(application);
  await typeAmount(application, 'F2', 100);
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await wristbands.show('Mia');
  await expect(page.getByRole('alert').first()).toContainText('This tag is blocked');
  await page.keyboard.press('Escape');
  await expectScreen('sale');
  await choose('Unblock a tag');
  await expectScreen('tap');
  await wristbands.tap('Mia');
  await nextCustomer(application);
  // Two beers of three at 5.50 are paid.
  await expectBalance('Mia', '84.00');
  await expectBooks({ customer: 8_400, 'merchant:bar': 1_100, 'top-up:cash': -10_000, fee: 500 });
});

test('screens.md, training: practised from the menu and back, and nothing of it is ever real', async () => {
  await start();
  await wristbands.makeToppedUp('Mia');
  await expectReplicated(application);
  const { page, look } = application;
  await choose('Training');
  await expect(page.getByRole('note')).toContainText('nothing here is real money');
  await application.expectScreen('sale');
  // The drawer of the training has wristbands of its own.
  await expect(wristbands.drawer.getByText('Mia')).toHaveCount(0);
  await page.keyboard.press('F9');
  await wristbands.makeToppedUp('Practice');
  await look('flow-training');
  await page.getByRole('button', { name: 'Back to real money' }).click();
  await expect(page.getByRole('note')).toHaveCount(0);
  await application.expectScreen('sale');
  await expectBalance('Mia', '95.00');
  await expectBooks({ customer: 9_500, 'top-up:cash': -10_000, fee: 500 });
});

test("screens.md, customer display: a second window follows the sale and knows nothing of the till's own", async () => {
  await start('--customer-display', 'window');
  await expect.poll(() => application.electron.windows().length).toBe(2);
  const display = application.electron.windows().find((page) => page.url().includes('display=customer'));
  if (display === undefined) throw new Error('no customer display was opened');
  expect(await display.evaluate(() => Reflect.get(window, 'klink'))).toBeUndefined();
  await wristbands.makeToppedUp('Mia');
  await typeAmount(application, 'F2', 5_500);
  await expect(display.getByTestId('customer-total')).toContainText('55.00');
  await application.page.keyboard.press('Enter');
  await expect(display.getByRole('heading')).toHaveText('Please hold your tag to the reader');
  await wristbands.tap('Mia');
  await expect(display.getByTestId('balance-before')).toContainText('95.00');
  await expect(display.getByTestId('balance-after')).toContainText('40.00');
  await nextCustomer(application);
  await expect(display.getByRole('heading')).toHaveText('Welcome');
});
