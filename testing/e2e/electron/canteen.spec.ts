// Goal: where the balance is an account (canteens), the window sells with any tag that can be read, online and without a
// network, and ends with the right ledger; nothing is ever written to the tag (screens.md, "Canteen sale"; protocol.md, Words).
// A member is shown with what they may spend, and is not served what they are allergic to unless somebody says so.
// Method: a till of the demo canteen with the simulated reader; the backend is stopped in between, the ledger is read through
// the operator's API, the tag's memory before and after.
import { expect, test } from '@playwright/test';
import { memberCreatedSchema } from '../../../contract/wire/admin-members.ts';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';
import { expectReplicated, nextCustomer, typeAmount } from './application.ts';
import { demoCanteen, WindowTill } from './window-till.ts';

let folder: TestFolder;
let backend: DemoBackend;
let till: WindowTill;

test.beforeEach(async () => {
  folder = makeFolder('backend');
  backend = await startDemoBackend({ folder, port: 0 });
  till = await WindowTill.enrol(backend, { code: 'DEMO-CANTEEN', name: 'Canteen 1' });
});
test.afterEach(async () => {
  await till.dispose();
  await backend.close();
  folder.remove();
});

async function sellAMeal(): Promise<void> {
  const { page, expectScreen } = till.application;
  await page.getByRole('button', { name: /^Meal of the day/ }).click();
  await expect(page.getByTestId('cart-total')).toContainText('2.50');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
}

test('protocol.md, account mode: topped up, sold to online, sold to offline from what is known, and the books agree', async () => {
  const { page, expectScreen, look } = await till.open();
  // Any tag will do: there is nothing to issue.
  await expect(page.getByRole('button', { name: /^Issue a tag/ })).toHaveCount(0);
  await till.wristbands.make('Mia');
  const blank = till.memory('Mia');
  await typeAmount(till.application, 'F3', 2_000);
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await expect(page.getByTestId('balance-after')).toContainText('20.00');
  await nextCustomer(till.application);
  await sellAMeal();
  await expect(page.getByTestId('balance-after')).toContainText('17.50');
  await look('canteen-done');
  await nextCustomer(till.application);
  await expectReplicated(till.application);
  await till.close();

  await backend.close();
  await till.open();
  await expect(till.application.page.getByText(/^Offline since/)).toBeVisible();
  await till.wristbands.openDrawer();
  await sellAMeal();
  await expect(till.application.page.getByTestId('balance-after')).toContainText('15.00');
  await nextCustomer(till.application);
  await till.application.look('canteen-offline');
  await till.close();

  backend = await startDemoBackend({ folder, port: Number(new URL(backend.address).port) });
  await till.open();
  await expectReplicated(till.application);
  expect(till.memory('Mia')).toBe(blank);
  expect(await backend.totals(demoCanteen)).toEqual({
    customer: 1_500,
    'merchant:canteen': 500,
    'top-up:cash': -2_000,
  });
  expect((await backend.coherence(demoCanteen)).findings).toBe(0);
});

/** Makes a member of the wristband, entitled to a free meal of 2.50 today. */
async function enterPupil(uid: string): Promise<void> {
  const facts = { displayName: 'Mia Keller', className: '4B', allergens: ['milk'], dailyLimitMinor: 600 };
  const made = await backend.operate('/members', { editionId: demoCanteen, memberType: 'pupil', ...facts });
  const { memberId } = memberCreatedSchema.parse(made);
  await backend.operate(`/members/${memberId}/tags`, { editionId: demoCanteen, uid });
  const credit = { title: 'Free School Meals', firstCreditMinor: 250, expiryDurationDays: 1 };
  await backend.operate(`/members/${memberId}/credit-purses`, { editionId: demoCanteen, ...credit });
}

async function fillCart(...names: string[]): Promise<void> {
  const { page } = till.application;
  for (const name of names) {
    await page.getByRole('tab', { name: name === 'Flapjack' || name === 'Orange juice' ? 'Snacks' : 'Meals' }).click();
    await page.getByRole('button', { name: new RegExp(`^${name}`) }).click();
  }
  await expect(page.getByTestId('cart-kinds')).toBeVisible();
  await page.keyboard.press('Enter');
  await till.application.expectScreen('tap');
}

test('R89, R109–R112: a pupil’s free meal, an allergy, a snack, and all of it taken back; the books agree', async () => {
  const { page, expectScreen, look } = await till.open();
  await expect(page.getByTestId('session')).toBeVisible();
  await till.wristbands.make('Mia');
  const blank = till.memory('Mia');
  await enterPupil(till.uid('Mia'));
  await typeAmount(till.application, 'F3', 500);
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  // Before the credit of the meal was asked for, the till knew of nothing but the cash; now it knows both.
  await expect(page.getByTestId('balance-after')).toContainText('7.50');
  await nextCustomer(till.application);

  await page.keyboard.press('F5');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await expect(page.getByTestId('member')).toContainText('Mia Keller');
  await expect(page.getByTestId('cash')).toContainText('5.00');
  await expect(page.getByTestId('credit')).toContainText('2.50');
  await expect(page.getByTestId('left-today')).toContainText('6.00');
  await look('canteen-balance');
  await nextCustomer(till.application);

  await fillCart('Meal of the day', 'Flapjack');
  await till.wristbands.show('Mia', () => expectScreen('allergens'));
  await expect(page.getByRole('listitem').filter({ hasText: 'in Meal of the day' })).toContainText('milk');
  await look('canteen-allergens');
  // Enter, which pays everywhere else, decides nothing here.
  await page.keyboard.press('Enter');
  await expectScreen('allergens');
  await page.keyboard.press('F12');
  await expect(page.getByTestId('paid-by-credit')).toContainText('2.50');
  await expect(page.getByTestId('paid-by-cash')).toContainText('0.95');
  await expect(page.getByTestId('balance-after')).toContainText('4.05');
  await look('canteen-meal');
  await nextCustomer(till.application);

  await page.keyboard.press('F11');
  await page.getByRole('button', { name: /^Take it back whole/ }).click();
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await expect(page.getByTestId('balance-after')).toContainText('7.50');
  await nextCustomer(till.application);
  await fillCart('Salad bowl', 'Orange juice');
  await till.wristbands.tap('Mia');
  await expect(page.getByTestId('balance-after')).toContainText('4.80');
  await nextCustomer(till.application);
  await expectReplicated(till.application);

  expect(till.memory('Mia')).toBe(blank);
  expect(await backend.totals(demoCanteen)).toEqual({
    customer: 500 + 250 - 270,
    'merchant:canteen': 270,
    'top-up:cash': -500,
    funding: -250,
  });
  expect((await backend.coherence(demoCanteen)).findings).toBe(0);
});
