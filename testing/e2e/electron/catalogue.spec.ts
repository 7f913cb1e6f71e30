// Goal: what the event begins to sell while a till is open is sold there a moment later: found by its name or its code, by
// keys or by a scanner, and it ends with the right ledger and the right wristband (screens.md, "Sale").
// Method: the real application with the simulated reader and a real demo backend, whose operator puts a product on sale.
import { expect, test } from '@playwright/test';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { expectReplicated, nextCustomer, typeAmount } from './application.ts';
import { demoFestival, ledgerFrom, WindowTill } from './window-till.ts';

let backend: DemoBackend;
let till: WindowTill;

test.beforeAll(async () => {
  backend = await startDemoBackend();
  till = await WindowTill.enrol(backend);
  await till.open();
});
test.afterAll(async () => {
  await till.dispose();
  await backend.close();
});

test('screens.md, Sale: a new product is searched for and scanned without a restart, and is sold', async () => {
  const { page, expectScreen, look } = till.application;
  const ledger = await ledgerFrom(backend);
  await till.wristbands.makeToppedUp('Finder');
  const code = '7610100018992';
  await backend.operate('/products', {
    ...{ editionId: demoFestival, productId: code, name: 'Chocolate from the valley', priceMinor: 350 },
    ...{ merchantId: 'bar', taxRate: '2.6', colour: 'violet', meal: false, page: 'Sweets' },
  });
  // The till fetches its settings after whatever it has done.
  await typeAmount(till.application, 'F2', 100);
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.tap('Finder');
  await nextCustomer(till.application);
  await expect(page.getByRole('tab', { name: 'Sweets' })).toBeVisible();

  await page.keyboard.type('2 choco');
  await look('search-found');
  await page.keyboard.press('Enter');
  await expect(page.getByTestId('cart-total')).toContainText('7.00');
  // As a scanner types: the code and Enter.
  await page.keyboard.type(`${code}\n`);
  await expect(page.getByTestId('cart-total')).toContainText('10.50');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.tap('Finder');
  await expect(page.getByTestId('balance-after')).toContainText('83.50');
  await nextCustomer(till.application);
  await expectReplicated(till.application);
  expect(till.witness('Finder')).toMatchObject({ balanceMinor: 8_350, transactionNumber: 3 });
  await ledger.expectBooked({ customer: 8_350, 'merchant:bar': 1_150, 'top-up:cash': -10_000, fee: 500 });
});
