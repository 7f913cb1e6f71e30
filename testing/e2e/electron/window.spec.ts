// Goal: the window can do what the till offers and nothing else, and it may crash or be reloaded at any moment.
// Method: the real application on an enrolled till; the page is asked for what it must not have, the hosts are killed, the
// wristbands of the simulated reader are misused.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { operationNames } from '../../../contract/ipc/operations.ts';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { klink } from '../../klink/run-klink.ts';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';
import { type Application, nextCustomer, startApplication, typeAmount } from './application.ts';
import { Wristbands } from './wristbands.ts';

const run = promisify(execFile);

let backend: DemoBackend;
let till: TestFolder;
let application: Application;

test.beforeAll(async () => {
  backend = await startDemoBackend();
});
test.afterAll(() => backend.close());
test.beforeEach(async () => {
  till = makeFolder('window');
  // Each test is a till of its own: two tills with one journal would be a fork.
  const enrolled = await klink([
    ...['enrol', '--backend', backend.address, '--code', 'DEMO-FEST', '--name', 'Bar 1'],
    ...['--data', till.place],
  ]);
  expect(enrolled.exitCode, enrolled.stderr).toBe(0);
  application = await startApplication(till.place, ['--reader', 'simulated']);
  await application.expectScreen('sale');
});
test.afterEach(async () => {
  await application.close();
  till.remove();
});

const wristbands = new Wristbands(() => application);
const drawer = () => wristbands.drawer;
const makeToppedUpWristband = (label: string): Promise<void> => wristbands.makeToppedUp(label);
const tap = (label: string): Promise<void> => wristbands.tap(label);

/** Process ids of the till host and the reader host, in this order; fewer while one is being started. */
async function hostProcesses(): Promise<readonly number[]> {
  const main = application.electron.process().pid;
  const { stdout } = await run('ps', ['--ppid', String(main), '-o', 'pid=,args=']);
  const lines = stdout.split('\n');
  return ['till-host.js', 'reader-host.js'].flatMap((name) => {
    const line = lines.find((candidate) => candidate.includes(name));
    return line === undefined ? [] : [Number.parseInt(line, 10)];
  });
}

function killHost(pid: number | undefined): void {
  if (pid === undefined) throw new Error('this host does not run');
  process.kill(pid, 'SIGKILL');
}

test('with nothing but the mouse: whoever is asked for a wristband sees the drawer with the first ones', async () => {
  const { page, expectScreen } = application;
  await expect(drawer()).toHaveCount(0);
  await page.getByRole('button', { name: 'Issue a tag' }).click();
  await expectScreen('tap');
  await tap('Wristband 1');
  await page.getByRole('button', { name: 'Next customer' }).click();
  await page.getByRole('button', { name: /^Top up/ }).click();
  await page.getByRole('button', { name: /50\.00/ }).click();
  await page.getByRole('button', { name: /^Top up .*50\.00/ }).click();
  await expectScreen('tap');
  await tap('Wristband 1');
  await page.getByRole('button', { name: 'Next customer' }).click();
  await page.getByRole('button', { name: /Beer/ }).click();
  await page.getByRole('button', { name: 'Pay' }).click();
  await expectScreen('tap');
  await tap('Wristband 1');
  await expect(page.getByTestId('balance-after')).toContainText('39.50');
});

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

  test('it cannot go elsewhere or open another window', async () => {
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
    expect(names.sort()).toEqual(
      [
        ...expected,
        ...['klink:customer-view', 'klink:practise', 'klink:simulate', 'klink:simulator-view', 'klink:start-afresh'],
      ].sort(),
    );
  });
});

test.describe('architecture.md: who may crash', () => {
  test('a reloaded window shows the same cart, and a crashed one comes back with it', async () => {
    const { electron, page } = application;
    await page.keyboard.press('3');
    await page.getByRole('button', { name: /^Beer/ }).first().click();
    const total = await page.getByTestId('cart-total').textContent();
    await expect(page.getByTestId('cart-total')).not.toHaveText(/\D0\.00/);
    await page.reload();
    await expect(page.getByTestId('cart-total')).toHaveText(total ?? '');

    const loadedAgain = page.waitForEvent('load');
    await electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.reload());
    await loadedAgain;
    await expect(page.getByTestId('cart-total')).toHaveText(total ?? '');
  });

  /** A sale of one beer whose tag is torn off in the middle of its fourth write. */
  async function tearOffASale(): Promise<void> {
    const { page, expectScreen } = application;
    await makeToppedUpWristband('Torn');
    await page.getByRole('button', { name: /^Beer/ }).first().click();
    await page.keyboard.press('Enter');
    await expectScreen('tap');
    await drawer().getByRole('button', { name: 'More for Torn' }).click();
    for (let writeNumber = 1; writeNumber < 4; writeNumber += 1) {
      await drawer()
        .getByRole('button', { name: `at write ${writeNumber + 1}` })
        .click();
    }
    await drawer().getByRole('button', { name: 'Tear off: Torn' }).click();
    await expectScreen('again');
  }

  test('R30: a customer who is gone leaves the sale unknown, and the till serves the next one', async () => {
    const { page, expectScreen, look } = application;
    await tearOffASale();
    await page.getByRole('button', { name: 'The tag is gone' }).click();
    await expectScreen('unknown');
    await look('torn-unknown');
    await expect(page.getByText('1 needs attention')).toBeVisible();
    await page.keyboard.press('Enter');
    await expectScreen('sale');
    await page.keyboard.press('F5');
    await tap('Torn');
    await expect(page.getByText('1 needs attention')).toHaveCount(0);
  });

  test('Q51: a tag torn off in the middle of a sale is asked for again and ends the sale', async () => {
    const { page, look } = application;
    await tearOffASale();
    await look('torn-again');
    await tap('Torn');
    await expect(page.getByTestId('balance-before')).toContainText('95.00');
    await look('torn-done');
  });

  test('R36: a till host that is killed is started again, with a reader host of its own', async () => {
    const { page, expectScreen } = application;
    await makeToppedUpWristband('Crash');
    const [tillHost, readerHost] = await hostProcesses();
    killHost(tillHost);
    await expect.poll(async () => (await hostProcesses()).includes(tillHost ?? 0)).toBe(false);
    await expectScreen('sale');
    // A new till host never meets the old reader host.
    expect(await hostProcesses()).not.toContain(readerHost);
    await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'ready');
    await page.keyboard.press('F5');
    await expectScreen('tap');
    await tap('Crash');
    await expect(page.getByTestId('balance-after')).toContainText('95.00');
  });

  test('a reader host that is killed is started again under the same till host', async () => {
    const { page, expectScreen } = application;
    await makeToppedUpWristband('Crash');
    const [tillHost, readerHost] = await hostProcesses();
    killHost(readerHost);
    await expect.poll(async () => (await hostProcesses()).filter((pid) => pid !== readerHost).length).toBe(2);
    expect(await hostProcesses()).toContain(tillHost);
    await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'ready');
    await page.keyboard.press('F5');
    await expectScreen('tap');
    await tap('Crash');
    await expect(page.getByTestId('balance-after')).toContainText('95.00');
  });

  test('a window that crashes is loaded again and shows the same', async () => {
    const { electron, page } = application;
    await typeAmount(application, 'F2', 700);
    await expect(page.getByTestId('cart-total')).toContainText('7.00');
    // Playwright loses a page that crashes, so the window is asked through main.
    const total = await electron.evaluate(async ({ BrowserWindow }) => {
      const [first] = BrowserWindow.getAllWindows();
      if (first === undefined) return null;
      const loaded = new Promise((resolve) => first.webContents.once('did-finish-load', () => resolve(null)));
      first.webContents.forcefullyCrashRenderer();
      await loaded;
      const shown = `new Promise((resolve) => {
        const look = () => {
          const total = document.querySelector('[data-testid="cart-total"]');
          if (total === null) requestAnimationFrame(look); else resolve(total.textContent);
        };
        look();
      })`;
      return await first.webContents.executeJavaScript(shown);
    });
    expect(total).toContain('7.00');
  });

  test('not enough money is refused with what is missing, and the cart stays', async () => {
    const { page, expectScreen, look } = application;
    await makeToppedUpWristband('Poor');
    await typeAmount(application, 'F2', 12_000);
    await expect(page.getByTestId('cart-total')).toContainText('120.00');
    await page.keyboard.press('Enter');
    await expectScreen('tap');
    await drawer().getByRole('button', { name: 'Tap: Poor' }).click();
    await expectScreen('refused');
    await expect(page.getByTestId('till-state')).toContainText('Not enough on the tag');
    await expect(page.getByTestId('till-state')).toContainText('25.00');
    await look('refused');
    await nextCustomer(application);
    await expect(page.getByTestId('cart-total')).toContainText('120.00');
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
  });

  test('a second start on the same data shows the first window instead', async () => {
    const second = startApplication(till.place, ['--reader', 'simulated']);
    await expect(second).rejects.toThrow();
    await application.expectScreen('sale');
  });
});
