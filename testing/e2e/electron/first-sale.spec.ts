// Goal: the first sale of the whole product through the window: enrolled, issued, topped up, sold, replicated, booked.
// Method: the real application, a real demo backend on a PostgreSQL of its own; once with the simulated reader and its drawer,
// once with a real PC/SC service and a virtual reader. The ledger is read through the operator's API.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import type { WitnessedTag } from '../../klink/tag-witness.ts';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';
import { startVirtualReader } from '../../virtual-reader/virtual-reader.ts';
import {
  type Application,
  enrolThroughWindow,
  expectReplicated,
  nextCustomer,
  startApplication,
  typeAmount,
} from './application.ts';
import { DrawerWitness, witnessMemory } from './drawer-witness.ts';
import { Wristbands } from './wristbands.ts';

const demoFestival = 1;

let backend: DemoBackend;
let till: TestFolder;

test.beforeEach(async () => {
  backend = await startDemoBackend();
  till = makeFolder('window');
  // A result that is looked at must not go away by itself meanwhile.
  writeFileSync(path.join(till.place, 'till.json'), JSON.stringify({ doneMs: 60_000 }));
});
test.afterEach(async () => {
  await backend.close();
  till.remove();
});

/** 100.00 in cash with a fee of 5.00, then 55.00 for a free amount: 40.00 are left (R9–R11). */
async function sellOnce(application: Application, tap: () => Promise<void>, picture: string): Promise<void> {
  const { page, expectScreen, look } = application;
  await page.keyboard.press('F4');
  await expectScreen('tap');
  await look(`${picture}-issue-tap`);
  await tap();
  await expectScreen('done');
  await look(`${picture}-issue-done`);
  await nextCustomer(application);

  await typeAmount(application, 'F3', 10_000);
  await expectScreen('tap');
  await expect(page.getByTestId('till-state')).toContainText('5.00');
  await look(`${picture}-top-up-tap`);
  await tap();
  await expectScreen('done');
  await expect(page.getByTestId('balance-before')).toContainText('0.00');
  await expect(page.getByTestId('balance-after')).toContainText('95.00');
  await look(`${picture}-top-up-done`);
  await nextCustomer(application);

  await typeAmount(application, 'F2', 5_500);
  await expect(page.getByTestId('cart-total')).toContainText('55.00');
  await look(`${picture}-cart`);
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await tap();
  await expectScreen('done');
  await expect(page.getByTestId('balance-before')).toContainText('95.00');
  await expect(page.getByTestId('balance-after')).toContainText('40.00');
  await look(`${picture}-sale-done`);
  await nextCustomer(application);

  await page.keyboard.press('F5');
  await expectScreen('tap');
  await tap();
  await expectScreen('done');
  await expect(page.getByTestId('balance-after')).toContainText('40.00');
  await expect(page.getByTestId('till-state')).toContainText('2 transactions on the tag');
  await look(`${picture}-balance`);
  await nextCustomer(application);
}

/** The ledger after it (R2, R10): every account, and they agree with the tag, which a reader of the tests' own looks at. */
async function expectEnd(shown: WitnessedTag | null): Promise<void> {
  expect(shown).toMatchObject({ balanceMinor: 4_000, transactionNumber: 2 });
  expect(await backend.balances(demoFestival)).toEqual({
    customer: 4_000,
    'merchant:bar': 5_500,
    'top-up:cash': -10_000,
    fee: 500,
  });
  expect((await backend.coherence(demoFestival)).findings).toBe(0);
}

/** What is no address, where nobody answers, and a code that nobody gave out: each is said, and nothing is begun with it. */
async function expectWrongOnesRefused({ page, expectScreen, look }: Application): Promise<void> {
  const enrol = async (address: string, code: string): Promise<void> => {
    await page.getByLabel('Address of the backend').fill(address);
    await page.getByLabel('One-time code').fill(code);
    await page.getByRole('button', { name: 'Enrol' }).click();
  };
  await enrol('till.example', 'DEMO-FEST');
  await expect(page.getByText('An address looks like http://127.0.0.1:7480')).toBeVisible();
  // A port that nobody may listen on.
  await enrol('http://127.0.0.1:9', 'DEMO-FEST');
  await expect(page.getByRole('alert').first()).toContainText('The backend cannot be reached');
  await enrol(backend.address, 'NO-SUCH-CODE');
  await expect(page.getByRole('alert').first()).toContainText('This code is not valid');
  // Said once, and nothing lies over the button.
  await expect(page.getByText('This code is not valid')).toHaveCount(1);
  await look('simulated-enrolment-refused');
  await expectScreen('enrolment');
}

test('R9, R10, R11: a first sale through the window with the simulated reader', async () => {
  const application = await startApplication(till.place, ['--reader', 'simulated']);
  const { page, look } = application;
  await application.expectScreen('enrolment');
  await look('simulated-enrolment');
  await expectWrongOnesRefused(application);
  await enrolThroughWindow(application, backend.address);
  await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'ready');
  await look('simulated-sale');

  await page.keyboard.press('F9');
  await page.getByRole('button', { name: 'Make a wristband' }).click();
  const drawer = page.getByRole('complementary', { name: 'Simulated reader' });
  await drawer.getByText('Wristband 1').waitFor();
  await look('simulated-drawer');
  const wristbands = new Wristbands(() => application);
  await sellOnce(application, () => wristbands.tapBriefly('Wristband 1'), 'simulated');

  await expectReplicated(application);
  await look('simulated-replicated');
  await application.close();
  const { edition } = await backend.enrolWitness('DEMO-FEST');
  await expectEnd(new DrawerWitness(till.place, edition.keySets).witness('Wristband 1'));
});

test('R9, R10, R11: the same through the PC/SC service and a virtual reader', async () => {
  const reader = await startVirtualReader();
  const uid = '04A1B2C3D4E5F6';
  const tag = await reader.makeTag({ uid });
  const application = await startApplication(till.place, [], reader.env);
  const { page } = application;
  await enrolThroughWindow(application, backend.address);
  // `auto` takes PC/SC where there is a reader: no drawer then.
  await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'ready');
  await expect(page.getByTestId('reader-state')).toContainText('Virtual PCD');
  await expect(page.getByRole('button', { name: 'Open the simulated reader' })).toHaveCount(0);

  const tap = async (): Promise<void> => {
    await reader.insert(tag);
    await application.expectScreen('done');
    await reader.remove();
  };
  await sellOnce(application, tap, 'pcsc');
  await expectReplicated(application);

  await reader.stopService();
  await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'service-down');
  await application.look('pcsc-service-down');
  await application.close();
  const memory = await reader.memory(tag);
  await reader.close();
  const { edition } = await backend.enrolWitness('DEMO-FEST');
  await expectEnd(witnessMemory(edition.keySets, uid, memory));
});
