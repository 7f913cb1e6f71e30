import path from 'node:path';
import { _electron, type ElectronApplication, expect, type Page, test } from '@playwright/test';
import type { Screen } from '../../../contract/ipc/till-view.ts';
import { expectNoViolation } from '../accessibility.ts';

const rootFolder = path.resolve(import.meta.dirname, '../../..');
/** A packaged application to try instead of the built sources (`npm run test:e2e:packaged`). */
const packaged = process.env['KLINK_PACKAGED'];
export const pictureFolder = path.join(rootFolder, 'test-results/application');

/** The running application with its one window. */
export interface Application {
  readonly electron: ElectronApplication;
  readonly page: Page;
  /** Waits until the till shows a screen. */
  expectScreen(screen: Screen): Promise<void>;
  /** Keeps a picture and lets axe judge the screen: no violation of WCAG 2.2 A or AA. */
  look(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Starts the real application on a data folder; `--reader` and the like go through `flags`. */
export async function startApplication(
  dataFolder: string,
  flags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Application> {
  // Without a path Playwright takes the Electron of `scripts/with-electron.ts` and holds the application back until it is
  // connected; with one, it would start the application at once.
  const electron = await _electron.launch({
    ...(packaged === undefined ? {} : { executablePath: packaged }),
    args: [...(packaged === undefined ? [rootFolder] : []), '--data', dataFolder, ...flags],
    timeout: 90_000,
    env: { ...environment(), ...env, KLINK_NO_DIALOGS: '1' },
  });
  const page = await tillWindow(electron);
  await page.setViewportSize({ width: 1280, height: 800 });
  return {
    electron,
    page,
    expectScreen: (screen) => expect(page.getByTestId('till-state')).toHaveAttribute('data-state', screen),
    async look(name) {
      await page.screenshot({ path: path.join(pictureFolder, `${name}.png`), animations: 'disabled' });
      await expectNoViolation(page, name);
    },
    async close() {
      await tellWhereItFailed(page);
      await electron.close();
    },
  };
}

/** What stands in the window after a test that failed goes into the log: often that is all that is left of a run elsewhere. */
async function tellWhereItFailed(page: Page): Promise<void> {
  const { status, expectedStatus, title } = test.info();
  if (status === expectedStatus) return;
  const name = `failed-${title.replaceAll(/[^\w]+/g, '-').slice(0, 60)}.png`;
  const said = await page
    .screenshot({ path: path.join(pictureFolder, name), timeout: 10_000 })
    .then(() => page.locator('body').innerText({ timeout: 10_000 }))
    // A window that has crashed or gone can no longer be asked, and that is what is worth knowing.
    .catch((error: unknown) => `it cannot be asked: ${String(error)}`);
  console.log(`the window when "${title}" had failed (${name}):\n${said}`);
}

/** The till's own window: the customer's may be there first. */
async function tillWindow(electron: ElectronApplication): Promise<Page> {
  const first = await electron.firstWindow();
  await first.waitForURL('app://till/**');
  if (!first.url().includes('display=customer')) return first;
  return electron.windows().find((page) => page !== first) ?? (await electron.waitForEvent('window'));
}

function environment(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

/** Enrols the till through the form, as a person does. */
export async function enrolThroughWindow({ page, expectScreen }: Application, backendUrl: string): Promise<void> {
  await expectScreen('enrolment');
  await page.getByLabel('Address of the backend').fill(backendUrl);
  await page.getByLabel('One-time code').fill('demo-fest');
  await page.getByLabel('Name of this till').fill('Bar 1');
  await page.getByRole('button', { name: 'Enrol' }).click();
  await expectScreen('sale');
}

/** Types digits on the keyboard and takes them, once there is something to type them into. */
export async function typeDigits({ page }: Application, digits: string): Promise<void> {
  await page.getByRole('group', { name: 'Keypad' }).waitFor();
  await page.keyboard.type(digits);
  await page.keyboard.press('Enter');
}

/** Types an amount in minor units on the keyboard and takes it. */
export async function typeAmount(application: Application, openKey: 'F2' | 'F3', amountMinor: number): Promise<void> {
  await application.page.keyboard.press(openKey);
  await typeDigits(application, String(amountMinor));
}

export async function nextCustomer({ page, expectScreen }: Application): Promise<void> {
  await page.keyboard.press('Enter');
  await expectScreen('sale');
}

/** Nothing is left to send, and the backend's seal equals the till's. */
export async function expectReplicated({ page }: Application): Promise<void> {
  await expect(page.getByTestId('unsent-count')).toHaveText('0');
  await expect(page.getByTestId('seal-state')).toHaveAttribute('data-state', 'sealed');
}
