// Goal: where the balance is an account (canteens), the window sells with any tag that can be read, online and without a
// network, and ends with the right ledger; nothing is ever written to the tag (screens.md, "Canteen sale"; protocol.md, Words).
// Method: a till of the demo canteen with the simulated reader; the backend is stopped in between, the ledger is read through
// the operator's API, the tag's memory before and after.
import { expect, test } from '@playwright/test';
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
