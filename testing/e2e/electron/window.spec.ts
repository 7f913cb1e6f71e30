// Goal: the window can do what the till offers and nothing else, it may be reloaded at any moment, and it says a refusal plainly.
// Method: one real application on an enrolled till for all; the page is asked for what it must not have, the wristbands of the
// simulated reader are misused.
import { expect, test } from '@playwright/test';
import { operationNames } from '../../../contract/ipc/operations.ts';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { type Application, expectReplicated, nextCustomer, startApplication, typeAmount } from './application.ts';
import { ledgerFrom, WindowTill } from './window-till.ts';

let backend: DemoBackend;
let till: WindowTill;
let application: Application;

// Nothing here is killed, so that one window does for all; faults.spec.ts has the rest.
test.beforeAll(async () => {
  backend = await startDemoBackend();
  till = await WindowTill.enrol(backend);
  application = await till.open();
  await application.expectScreen('sale');
});
test.afterAll(async () => {
  await till.dispose();
  await backend.close();
});

async function emptyCart(): Promise<void> {
  await application.page.keyboard.press('F6');
  await expect(application.page.getByTestId('cart-total')).toContainText('0.00');
}

test.describe('the window is confined', () => {
  test('it has the operations of the contract, and no Node and no Electron', async () => {
    const { page } = application;
    const inWindow = await page.evaluate(() => ({
      bridge: Object.keys(window.klink).sort(),
      node: ['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer'].filter(
        (name) => Reflect.get(globalThis, name) !== undefined,
      ),
      isIsolated: Reflect.get(globalThis, 'crossOriginIsolated') === true || window.location.protocol === 'app:',
    }));
    const expected = [
      ...operationNames.filter((name) => name !== 'exportJournal'),
      ...['onSimulatorView', 'onView', 'practise', 'simulate', 'simulatorView', 'startAfresh'],
      ...['printer', 'printerView', 'onPrinterView', 'receiptSettings', 'changeReceiptSettings', 'screenLanguage'],
      ...['about', 'support', 'supportView', 'onSupportView'],
    ];
    expect(inWindow).toEqual({ bridge: expected.sort(), node: [], isIsolated: true });
    const preferences = await application.electron.evaluate(({ BrowserWindow }) => {
      const [first] = BrowserWindow.getAllWindows();
      const given: unknown = first === undefined ? null : Reflect.get(first.webContents, 'getLastWebPreferences');
      return typeof given === 'function' ? given.call(first?.webContents) : null;
    });
    expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
  });

  test('its pages come with a strict content security policy, and nothing outside them is served', async () => {
    const { page } = application;
    const answers = await page.evaluate(async () => {
      const own = await fetch('app://till/index.html');
      const outside = await fetch('app://till/%2e%2e%2f%2e%2e%2fpackage.json');
      const elsewhere = await fetch('https://klink.example/').then(
        () => 'reached',
        () => 'refused',
      );
      return { policy: own.headers.get('content-security-policy'), outside: outside.status, elsewhere };
    });
    expect(answers.policy).toContain("default-src 'none'");
    expect(answers.policy).toContain("script-src 'self'");
    expect(answers.policy).not.toContain('unsafe');
    expect(answers).toMatchObject({ outside: 404, elsewhere: 'refused' });
    const isEvalRefused = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "inline code ran"';
      document.body.append(script);
      return document.title !== 'inline code ran';
    });
    expect(isEvalRefused).toBe(true);
  });

  test('it gets no permission', async () => {
    const state = await application.page.evaluate(
      async () => (await navigator.permissions.query({ name: 'geolocation' })).state,
    );
    expect(state).toBe('denied');
  });

  test('a request out of the contract is refused before it reaches the till', async () => {
    const answer = await application.page.evaluate(() => {
      const anything: unknown = { productId: 5, quantity: 'many' };
      return Reflect.apply(window.klink.addToCart, window.klink, [anything]);
    });
    expect(answer).toMatchObject({ ok: false, fault: { code: 'USAGE' } });
  });

  test('an operation that is not in the contract has nobody who answers it', async () => {
    const names = await application.electron.evaluate(({ ipcMain }) => {
      const handlers: unknown = Reflect.get(ipcMain, '_invokeHandlers');
      return handlers instanceof Map ? [...handlers.keys()] : [];
    });
    const expected = operationNames.filter((name) => name !== 'exportJournal').map((name) => `klink:call:${name}`);
    const ofMain = [
      ...['about', 'change-receipt-settings', 'customer-view', 'practise', 'printer-command', 'printer-view'],
      ...['receipt-page', 'receipt-settings', 'receipt-shown', 'screen-language', 'simulate', 'simulator-view'],
      ...['start-afresh', 'support-command', 'support-view'],
    ].map((name) => `klink:${name}`);
    expect(names.sort()).toEqual([...expected, ...ofMain].sort());
  });
});

test.describe('architecture.md, renderer: a window shows what the till is doing', () => {
  test('a reloaded window shows the same cart', async () => {
    const { electron, page } = application;
    await page.keyboard.press('3');
    await page.getByRole('button', { name: /^Beer/ }).first().click();
    await expect(page.getByTestId('cart-total')).toContainText('16.50');
    await page.reload();
    await expect(page.getByTestId('cart-total')).toContainText('16.50');

    const loadedAgain = page.waitForEvent('load');
    await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
    await loadedAgain;
    await expect(page.getByTestId('cart-total')).toContainText('16.50');
    await emptyCart();
  });

  test('not enough money is refused with what is missing, and the cart stays', async () => {
    const { page, expectScreen, look } = application;
    await till.wristbands.makeToppedUp('Poor');
    await typeAmount(application, 'F2', 12_000);
    await expect(page.getByTestId('cart-total')).toContainText('120.00');
    await page.keyboard.press('Enter');
    await expectScreen('tap');
    await till.wristbands.show('Poor', () => expectScreen('refused'));
    await expect(page.getByTestId('till-state')).toContainText('Not enough on the tag');
    await expect(page.getByTestId('till-state')).toContainText('25.00');
    await look('refused');
    await nextCustomer(application);
    await expect(page.getByTestId('cart-total')).toContainText('120.00');
    await emptyCart();
  });

  test('R30: a customer who is gone leaves the sale unknown, and the till serves the next one', async () => {
    const { page, expectScreen, look } = application;
    // What the tests before have left is not on its way any more.
    await expectReplicated(application);
    const ledger = await ledgerFrom(backend);
    await till.wristbands.makeToppedUp('Torn');
    await page.getByRole('button', { name: /^Beer/ }).first().click();
    await expect(page.getByTestId('cart-total')).toContainText('5.50');
    await page.keyboard.press('Enter');
    await expectScreen('tap');
    await till.wristbands.tearOff('Torn', 4);
    await expectScreen('again');
    await page.getByRole('button', { name: 'The tag is gone' }).click();
    await expectScreen('unknown');
    await look('torn-unknown');
    await expect(page.getByText('1 needs attention')).toBeVisible();
    await page.keyboard.press('Enter');
    await expectScreen('sale');
    await page.keyboard.press('F5');
    await expectScreen('tap');
    await till.wristbands.tap('Torn');
    await nextCustomer(application);
    await expect(page.getByText('1 needs attention')).toHaveCount(0);
    expect(till.witness('Torn')).toMatchObject({ balanceMinor: 9_500, transactionNumber: 1 });
    await emptyCart();
    await expectReplicated(application);
    await ledger.expectBooked({ customer: 9_500, 'top-up:cash': -10_000, fee: 500 });
  });

  test('language changes in two taps, and stays after a reload', async () => {
    const { page } = application;
    await page.getByRole('button', { name: /Language, appearance and sound/ }).click();
    await page.getByRole('radio', { name: 'Deutsch' }).click();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: 'Bezahlen' })).toBeVisible();
    await page.reload();
    await expect(page.getByRole('button', { name: 'Bezahlen' })).toBeVisible();
    await application.look('language-german');
    await page.getByRole('button', { name: /^DE:/ }).click();
    await page.getByRole('radio', { name: 'English' }).click();
    await page.keyboard.press('Escape');
    await expect(page.getByRole('button', { name: /^Pay/ })).toBeVisible();
  });

  test('a second start on the same data shows the first window instead', async () => {
    const second = startApplication(till.folder.place, ['--reader', 'simulated']);
    await expect(second).rejects.toThrow();
    await application.expectScreen('sale');
  });
});

// The last one: Playwright goes on waiting for the end of a navigation that was refused.
test('the window is confined: it cannot go elsewhere or open another window', async () => {
  const { electron, page } = application;
  // A refused navigation leaves Playwright's page waiting for its end, so the window is asked through main.
  const wanted = 'window.open("https://klink.example/"); window.location.href = "https://klink.example/"';
  const after = await electron.evaluate(async ({ BrowserWindow }, script) => {
    const [first] = BrowserWindow.getAllWindows();
    if (first === undefined) return null;
    const refused = new Promise<string>((resolve) => {
      first.webContents.once('will-navigate', (event, url) => resolve(`${url} ${event.defaultPrevented}`));
    });
    void first.webContents.executeJavaScript(script);
    return { refused: await refused, url: first.webContents.getURL(), windows: BrowserWindow.getAllWindows().length };
  }, wanted);
  expect(after).toMatchObject({ refused: 'https://klink.example/ true', windows: 1 });
  expect(after?.url).toMatch(/^app:\/\/till\/index\.html/);
  expect(page.url()).toMatch(/^app:\/\/till\/index\.html/);
});
