// Goal: who is at the till is known by staff tag and by PIN, also without a network; what only a supervisor may do waits for
// one; and a shift ends with "safe to pack" only when the backend has everything (screens.md, "Login", "Shift").
// Method: one till with the simulated reader, a demo backend with two people of the staff that is stopped in between; the
// ledger through the operator's API, the wristband by a reader of the tests' own.
import { expect, test } from '@playwright/test';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';
import { expectReplicated, nextCustomer, typeAmount, typeDigits } from './application.ts';
import { demoFestival, WindowTill } from './window-till.ts';

let folder: TestFolder;
let backend: DemoBackend;
let till: WindowTill;

test.beforeEach(async () => {
  folder = makeFolder('backend');
  backend = await startDemoBackend({ folder, port: 0 });
  till = await WindowTill.enrol(backend);
});
test.afterEach(async () => {
  await till.dispose();
  await backend.close();
  folder.remove();
});

/** Two people whose tags lie in the drawer, known to the till from its next start on. */
async function hireStaff(): Promise<void> {
  await till.open();
  await till.application.expectScreen('sale');
  await till.wristbands.make('Anna');
  await till.wristbands.make('Sue');
  const person = { editionId: demoFestival, tagUid: '' };
  await backend.operate('/cashiers', {
    ...{ ...person, cashierId: 'anna', name: 'Anna', role: 'cashier', pin: '734512', tagUid: till.uid('Anna') },
  });
  await backend.operate('/cashiers', {
    ...{ ...person, cashierId: 'sue', name: 'Sue', role: 'supervisor', pin: '998877', tagUid: till.uid('Sue') },
  });
  await till.close();
  await till.open();
  await expect(till.application.page.getByRole('heading', { name: 'Who is at the till?' })).toBeVisible();
}

test('R6, Q15, screens.md Login, Shift, Refund: a staffed evening from the float to the Z report', async () => {
  await backend.operate('/cashiers', {
    ...{ editionId: demoFestival, cashierId: 'anna', name: 'Anna', role: 'cashier', pin: '734512' },
  });
  await backend.operate('/cashiers', {
    ...{ editionId: demoFestival, cashierId: 'sue', name: 'Sue', role: 'supervisor', pin: '998877' },
  });
  const { page, expectScreen, look } = await till.open();

  await expect(page.getByRole('heading', { name: 'Who is at the till?' })).toBeVisible();
  await look('flow-login');
  await typeDigits(till.application, '111111');
  await expect(page.getByRole('alert')).toBeVisible();
  await page.getByRole('status', { name: '0 digits typed' }).waitFor();
  await typeDigits(till.application, '734512');
  await expect(page.locator('header')).toContainText('Anna');

  await till.choose('Shift');
  await typeDigits(till.application, '20000');
  await expect(page.locator('header')).toContainText('Shift since');
  await till.wristbands.makeToppedUp('Mia');
  await typeAmount(till.application, 'F2', 5_500);
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await nextCustomer(till.application);

  await till.choose('Refund');
  await typeDigits(till.application, '');
  await expect(page.getByRole('heading', { name: 'A supervisor has to confirm this' })).toBeVisible();
  await look('flow-approval');
  await typeDigits(till.application, '998877');
  await expectScreen('tap');
  await till.wristbands.tap('Mia');
  await expect(page.getByRole('heading', { name: 'Pay out now' })).toBeVisible();
  await look('flow-refund-done');
  await nextCustomer(till.application);

  await till.choose('Shift');
  await expect(page.locator('main')).toContainText('What should be in the drawer is shown to a supervisor only.');
  await page.keyboard.press('Enter');
  // Float 200.00, top-up 100.00, refund 40.00.
  await typeDigits(till.application, '26000');
  await expect(page.getByRole('heading', { name: 'Shift closed: Z 1' })).toBeVisible();
  await expect(page.getByTestId('expected-cash')).toContainText('260.00');
  await expect(page.getByTestId('cash-difference')).toContainText('0.00');
  await look('flow-z-report');
  await expectReplicated(till.application);
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 0, transactionNumber: 3 });
  expect(await backend.balances(demoFestival)).toEqual({ 'merchant:bar': 5_500, 'top-up:cash': -6_000, fee: 500 });
  expect((await backend.coherence(demoFestival)).findings).toBe(0);
});

test('Login, Shift: by staff tag and by PIN without a network, a supervisor by tag, and safe to pack at the end', async () => {
  await hireStaff();
  const { page, expectScreen, look } = till.application;
  await till.wristbands.openDrawer();
  await page.keyboard.press('F5');
  await expectScreen('tap');
  await look('staff-tag');
  await till.wristbands.show('Anna', () => expect(page.locator('header')).toContainText('Anna'));
  await till.choose('Shift');
  await typeDigits(till.application, '10000');
  await expect(page.locator('header')).toContainText('Shift since');
  await page.keyboard.press('Escape');
  await expectReplicated(till.application);

  // From here on without the backend.
  await backend.close();
  await till.wristbands.makeToppedUp('Mia');
  await till.sellOne('Mia', 550);
  await expect(page.getByText(/^Offline since/)).toBeVisible({ timeout: 30_000 });
  await till.choose('Hand over');
  await typeDigits(till.application, '998877');
  await expect(page.locator('header')).toContainText('Sue');
  await till.choose('Hand over');
  await page.getByRole('button', { name: 'Log out and lock' }).click();
  await expect(page.getByRole('heading', { name: 'Who is at the till?' })).toBeVisible();
  await typeDigits(till.application, '734512');
  await expect(page.locator('header')).toContainText('Anna');

  // What a cashier may not do alone, a supervisor's tag confirms.
  await till.choose('Block a tag');
  await expect(page.getByRole('heading', { name: 'A supervisor has to confirm this' })).toBeVisible();
  await page.keyboard.press('F5');
  await expect(page.getByRole('heading', { name: 'Supervisor: show your staff tag' })).toBeVisible();
  await till.wristbands.show('Sue', () =>
    expect(page.getByRole('heading', { name: 'Hold the tag here' })).toBeVisible(),
  );
  await till.wristbands.tap('Mia');
  await nextCustomer(till.application);
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 8_950, blocked: true });

  await till.choose('Shift');
  await page.keyboard.press('Enter');
  // Float 100.00 and a top-up of 100.00; five francs are missing.
  await typeDigits(till.application, '19500');
  await expect(page.getByRole('heading', { name: 'Shift closed: Z 1' })).toBeVisible();
  await expect(page.getByTestId('cash-difference')).toContainText('5.00');
  await expect(page.getByTestId('seal-state')).not.toHaveAttribute('data-state', 'sealed');
  await look('staff-not-safe-to-pack');

  backend = await startDemoBackend({ folder, port: Number(new URL(backend.address).port) });
  // It is asked again in a rhythm that grows to a minute; started anew it asks at once.
  await till.close();
  await till.open();
  await expectReplicated(till.application);
  await expect(till.application.page.getByText('Safe to pack')).toBeVisible();
  await till.application.look('staff-safe-to-pack');
  expect(await backend.balances(demoFestival)).toEqual({
    ...{ customer: 8_950, 'merchant:bar': 550, 'top-up:cash': -10_000, fee: 500 },
  });
  expect((await backend.coherence(demoFestival)).findings).toBe(0);
});

test('screens.md, Login: a till that nobody touches locks itself, and a wrong PIN lets nobody in', async () => {
  await till.dispose();
  till = await WindowTill.enrol(backend, { settings: { idleLockMs: 3_000 } });
  await hireStaff();
  const { page } = till.application;
  await typeDigits(till.application, '734512');
  await expect(page.locator('header')).toContainText('Anna');
  await typeAmount(till.application, 'F2', 550);
  await expect(page.getByRole('heading', { name: 'Who is at the till?' })).toBeVisible();
  await typeDigits(till.application, '111111');
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expect(page.locator('header')).not.toContainText('Anna');
});
