// Goal: whatever breaks around a till (its own processes, the reader, the backend, the clock, the disk, the database), the
// window says what happened and what to do, and no money is lost or made: every test ends with the ledger and the wristband.
// Method: the real application on tills of their own; processes are killed, services stopped, a disk of its own filled, files
// overwritten. The ledger is read through the operator's API, the wristband by a reader of the tests' own.
import { createHash } from 'node:crypto';
import { expect, test } from '@playwright/test';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { klink } from '../../klink/run-klink.ts';
import { makeFolder } from '../../klink/test-folder.ts';
import { succeeded } from '../../klink/till-on-reader.ts';
import { TillHostClient } from '../../till/till-host-client.ts';
import { startVirtualReader } from '../../virtual-reader/virtual-reader.ts';
import { enrolThroughWindow, expectReplicated, nextCustomer, typeAmount } from './application.ts';
import { witnessMemory } from './drawer-witness.ts';
import { ShiftedClock } from './shifted-clock.ts';
import { makeSmallDisk } from './small-disk.ts';
import { demoFestival, ledgerFrom, WindowTill } from './window-till.ts';

const hourMs = 3_600_000;
/** SQLite's own. */
const pageLength = 4_096;
/** What a top-up of 100.00 leaves in the books. */
const toppedUp = { customer: 9_500, 'top-up:cash': -10_000, fee: 500 };
/** The same after one beer. */
const beerSold = { customer: 8_950, 'merchant:bar': 550, 'top-up:cash': -10_000, fee: 500 };

let backend: DemoBackend;
let till: WindowTill;

test.beforeAll(async () => {
  backend = await startDemoBackend();
});
test.afterAll(() => backend.close());
test.afterEach(() => till.dispose());

/** Nothing is left to send, the books are as expected, and so is the wristband. */
async function expectEnd(
  ledger: Awaited<ReturnType<typeof ledgerFrom>>,
  booked: Readonly<Record<string, number>>,
  wristband: { readonly label: string; readonly balanceMinor: number; readonly transactionNumber: number },
): Promise<void> {
  await expectReplicated(till.application);
  await ledger.expectBooked(booked);
  const { label, ...shown } = wristband;
  expect(till.witness(label)).toMatchObject(shown);
}

/** A beer whose wristband is torn off in the middle of its fourth write: the till asks for the same one again. */
async function tearOffABeer(): Promise<void> {
  const { page, expectScreen } = till.application;
  await page.getByRole('button', { name: /^Beer/ }).first().click();
  await expect(page.getByTestId('cart-total')).toContainText('5.50');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.tearOff('Mia', 4);
  await expectScreen('again');
}

test('R36, Q51: till host, reader host and window, each killed in the middle of a sale: the wristband decides, not guesswork', async () => {
  const ledger = await ledgerFrom(backend);
  till = await WindowTill.enrol(backend);
  const { electron, page, expectScreen, look } = await till.open();
  await till.wristbands.makeToppedUp('Mia');

  await test.step('the till host: the next one does not know, and the wristband says that nothing was taken', async () => {
    await tearOffABeer();
    const before = await till.hostProcesses();
    process.kill(before[0] ?? 0, 'SIGKILL');
    await expect(page.getByText('1 needs attention')).toBeVisible();
    await expectScreen('sale');
    await look('fault-till-host-killed');
    // A new till host never meets the old reader host.
    expect((await till.hostProcesses()).filter((pid) => before.includes(pid))).toEqual([]);
    await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'ready');
    await page.getByRole('button', { name: '1 needs attention' }).click();
    await expect(page.getByRole('heading', { name: 'Not known whether the tag was written' })).toBeVisible();
    await look('fault-needs-attention');
    await page.getByRole('button', { name: 'Find out now' }).click();
    await till.wristbands.show('Mia', () =>
      expect(page.getByRole('main').getByText('Nothing needs attention')).toBeVisible(),
    );
    await page.keyboard.press('Escape');
    await expectScreen('sale');
    expect(till.witness('Mia')).toMatchObject({ balanceMinor: 9_500, transactionNumber: 1 });
  });

  await test.step('the reader host: the same wristband ends the sale at the next one', async () => {
    await tearOffABeer();
    const [tillHost, readerHost] = await till.hostProcesses();
    process.kill(readerHost ?? 0, 'SIGKILL');
    await expect.poll(async () => (await till.hostProcesses()).filter((pid) => pid !== readerHost).length).toBe(2);
    await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'ready');
    expect(await till.hostProcesses()).toContain(tillHost);
    await expectScreen('again');
    await till.wristbands.tap('Mia');
    await expect(page.getByTestId('balance-after')).toContainText('89.50');
    await nextCustomer(till.application);
  });

  await test.step('the window: it comes back where it was, and the sale goes on', async () => {
    await tearOffABeer();
    // Playwright loses a page that crashes, so the new one is asked, and pressed, through main.
    const shown = await electron.evaluate(async ({ BrowserWindow }) => {
      const [first] = BrowserWindow.getAllWindows();
      if (first === undefined) return null;
      const loaded = new Promise((resolve) => first.webContents.once('did-finish-load', () => resolve(null)));
      first.webContents.forcefullyCrashRenderer();
      await loaded;
      const until = (found: string): string => `new Promise((resolve) => {
        const look = () => { const found = ${found}; if (found) resolve(found); else requestAnimationFrame(look); };
        look();
      })`;
      const state = "document.querySelector('[data-testid=till-state]')?.dataset.state";
      const found: unknown[] = [await first.webContents.executeJavaScript(until(state))];
      const tap = 'document.querySelector(\'[aria-label="Tap: Mia"]\')';
      await first.webContents.executeJavaScript(`${until(tap)}.then((button) => button.click())`);
      const after = "document.querySelector('[data-testid=balance-after]')?.textContent";
      found.push(await first.webContents.executeJavaScript(until(after)));
      return found;
    });
    expect(shown).toEqual(['again', 'CHF84.00']);
  });

  await till.close();
  await till.open();
  await till.application.expectScreen('sale');
  await expectEnd(
    ledger,
    { customer: 8_400, 'merchant:bar': 1_100, 'top-up:cash': -10_000, fee: 500 },
    { label: 'Mia', balanceMinor: 8_400, transactionNumber: 3 },
  );
});

test('screens.md, status bar: a reader that is unplugged is said at once, and plugged in again it sells', async () => {
  const ledger = await ledgerFrom(backend);
  const reader = await startVirtualReader();
  const uid = '04A1B2C3D4E5F7';
  const tag = await reader.makeTag({ uid });
  till = await WindowTill.enrol(backend);
  const { page, expectScreen, look } = await till.open([], reader.env);
  await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'ready');
  const tap = async (): Promise<void> => {
    await reader.insert(tag);
    await expectScreen('done');
    await reader.remove();
    await nextCustomer(till.application);
  };
  await page.keyboard.press('F4');
  await expectScreen('tap');
  await tap();
  await typeAmount(till.application, 'F3', 10_000);
  await expectScreen('tap');
  await tap();

  await reader.stopService();
  await reader.startService({ hasReader: false });
  await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'missing');
  await page.getByRole('button', { name: /^Beer/ }).first().click();
  await expect(page.getByTestId('cart-total')).toContainText('5.50');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await expect(page.getByRole('alert').filter({ hasText: 'No reader' })).toContainText('Plug the NFC reader in.');
  await look('fault-reader-unplugged');

  // Plugged in again: the same sale goes on, nothing has to be rung up anew.
  await reader.stopService();
  await reader.startService();
  await expect(page.getByTestId('reader-state')).toHaveAttribute('data-state', 'ready');
  await expect(page.getByRole('alert').filter({ hasText: 'No reader' })).toHaveCount(0);
  await tap();
  await expectReplicated(till.application);
  await ledger.expectBooked(beerSold);
  await till.close();
  const { edition } = await backend.enrolWitness('DEMO-FEST');
  const shown = witnessMemory(edition.keySets, uid, await reader.memory(tag));
  expect(shown).toMatchObject({ balanceMinor: 8_950, transactionNumber: 2 });
  await reader.close();
});

test('R46: a backend that is gone for the whole session: sales go on, the window says since when, and all of it arrives', async () => {
  const folder = makeFolder('backend');
  const running = await startDemoBackend({ folder, port: 0 });
  till = await WindowTill.enrol(running);
  await running.close();
  const { page, look } = await till.open();
  await expect(page.getByText(/^Offline since/)).toBeVisible();
  await till.wristbands.makeToppedUp('Mia');
  for (let sale = 0; sale < 3; sale += 1) await till.sellOne('Mia', 550);
  // Each of the four: a transaction, and what the wristband showed.
  await expect(page.getByTestId('unsent-count')).not.toHaveText('0');
  await expect(page.getByTestId('seal-state')).not.toHaveAttribute('data-state', 'sealed');
  await expect(page.getByText('nothing sent yet')).toBeVisible();
  await look('fault-backend-gone');
  await till.close();

  const again = await startDemoBackend({ folder, port: Number(new URL(running.address).port) });
  await till.open();
  await expectReplicated(till.application);
  expect(await again.balances(1)).toEqual({ customer: 7_850, 'merchant:bar': 1_650, 'top-up:cash': -10_000, fee: 500 });
  expect((await again.coherence(1)).findings).toBe(0);
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 7_850, transactionNumber: 4 });
  await till.close();
  await again.close();
  folder.remove();
});

test('Q23: a clock that is turned by hours, forwards and back, in the middle of a sale', async () => {
  const ledger = await ledgerFrom(backend);
  const clock = new ShiftedClock();
  till = await WindowTill.enrol(backend, { settings: { doneMs: 2_000 } });
  const { page, expectScreen, look } = await till.open(['--reader', 'simulated'], clock.env);
  // The result leaves by itself all the same, and so the sale is waited for.
  const seenOut = (): Promise<void> => till.wristbands.show('Mia', () => expectScreen('sale'));
  const sellABeer = async (): Promise<void> => {
    await typeAmount(till.application, 'F2', 550);
    await page.keyboard.press('Enter');
    await expectScreen('tap');
    await seenOut();
  };
  await till.wristbands.make('Mia');
  await page.keyboard.press('F4');
  await expectScreen('tap');
  await seenOut();
  await typeAmount(till.application, 'F3', 10_000);
  await expectScreen('tap');
  await seenOut();
  await tearOffABeer();
  clock.turn(-5 * hourMs);
  await seenOut();
  expect(till.witness('Mia')).toMatchObject({ balanceMinor: 8_950 });
  await expect(page.getByTestId('clock-state')).toContainText('5 hrs slow');
  await look('fault-clock-turned');
  clock.turn(30 * hourMs);
  await sellABeer();
  await expect(page.getByTestId('clock-state')).toContainText('fast');
  clock.turn(0);
  await sellABeer();
  await expect(page.getByTestId('clock-state')).toHaveCount(0);
  await expectEnd(
    ledger,
    { customer: 7_850, 'merchant:bar': 1_650, 'top-up:cash': -10_000, fee: 500 },
    { label: 'Mia', balanceMinor: 7_850, transactionNumber: 4 },
  );
  clock.remove();
});

/** What a till does that has sold before: nothing of that is on its way any more. */
async function tillWithHistory(): Promise<void> {
  till = await WindowTill.enrol(backend);
  await till.open();
  await till.wristbands.makeToppedUp('Mia');
  await expectReplicated(till.application);
  await till.close();
}

/** The window says what is wrong; with new data and a new code the till sells on, and what was kept is all there. */
async function expectAfresh(heading: string, picture: string, kept: (folder?: string) => unknown): Promise<void> {
  const before = kept();
  const { page, expectScreen, look } = await till.open();
  await expect(page.getByRole('heading', { name: heading })).toBeVisible();
  await look(picture);
  await page.getByRole('button', { name: 'Start with new data …' }).click();
  await look(`${picture}-afresh`);
  await page.getByRole('button', { name: 'Move the data aside and start anew' }).click();
  await expectScreen('enrolment');
  const aside = till.foldersSetAside().at(-1);
  expect(kept(aside)).toEqual(before);
  await enrolThroughWindow(till.application, backend.address);
  // The wristband knows nothing of all this.
  await till.wristbands.openDrawer();
  await till.sellOne('Mia', 550);
}

const digestOfDatabase = (folder?: string): string =>
  createHash('sha256').update(till.databaseBytes(folder)).digest('hex');

function middlePage(database: Buffer): number {
  return Math.floor(database.length / pageLength / 2) * pageLength;
}

test.describe('what a till keeps its data on', () => {
  test('DATABASE_CORRUPT: its beginning or a page in its middle overwritten: it is said and kept, and the till can start afresh', async () => {
    const ledger = await ledgerFrom(backend);
    await tillWithHistory();
    const damages = {
      beginning: (bytes: Buffer) => bytes.fill(0xa5, 0, 100),
      // In whole pages: what a disk loses.
      middle: (bytes: Buffer) => bytes.fill(0xa5, middlePage(bytes), middlePage(bytes) + pageLength),
    };
    for (const [place, damage] of Object.entries(damages)) {
      till.overwriteDatabase(damage(till.databaseBytes()));
      await expectAfresh('The data is damaged', `fault-corrupt-${place}`, digestOfDatabase);
      await expectReplicated(till.application);
      await till.close();
    }
    await till.open();
    await expectEnd(
      ledger,
      { customer: 8_400, 'merchant:bar': 1_100, 'top-up:cash': -10_000, fee: 500 },
      { label: 'Mia', balanceMinor: 8_400, transactionNumber: 3 },
    );
  });

  test('CHAIN_BROKEN: an unsent sale is changed on the disk: it is not sent, and the wristband brings the true one to the books', async () => {
    const ledger = await ledgerFrom(backend);
    await tillWithHistory();
    // The command line does not send by itself.
    succeeded(
      await klink(['sell', '--amount', '5.50', '--reader', 'simulated', '--tag', 'Mia', '--data', till.folder.place]),
    );
    till.forgeLastSale();
    await expectAfresh('The journal is damaged', 'fault-chain-broken', (folder) => till.journal(folder));
    await expectReplicated(till.application);
    expect(till.witness('Mia')).toMatchObject({ balanceMinor: 8_400, transactionNumber: 3 });
    // What only the wristband shows is held until the operator says whose it is (Q6).
    const unsent = (await backend.transactions(demoFestival)).filter(({ state }) => state === 'Reserve');
    expect(unsent).toMatchObject([{ balanceDeltaMinor: -550 }]);
    await backend.operate(`/transactions/${unsent[0]?.backendTransactionId}/resolution`, {
      ...{ editionId: demoFestival, to: 'Committed', merchantId: 'bar', note: 'its till has lost it' },
    });
    await ledger.expectBooked({ customer: 8_400, 'merchant:bar': 1_100, 'top-up:cash': -10_000, fee: 500 });
  });

  test('DISK_FULL: the sale is refused before the wristband is touched, and with room again the till goes on by itself', async () => {
    const ledger = await ledgerFrom(backend);
    const disk = makeSmallDisk();
    till = await WindowTill.enrol(backend, { folder: disk.folder });
    const { page, expectScreen, look } = await till.open(['--reader', 'simulated'], disk.env);
    await till.wristbands.makeToppedUp('Mia');
    await expectReplicated(till.application);
    disk.fill();
    await typeAmount(till.application, 'F2', 550);
    await page.keyboard.press('Enter');
    await expectScreen('tap');
    await till.wristbands.drawer.getByRole('button', { name: 'Tap: Mia' }).click();
    await expect(page.getByRole('heading', { name: 'The disk is full' })).toBeVisible();
    await look('fault-disk-full');
    expect(till.witness('Mia')).toMatchObject({ balanceMinor: 9_500, transactionNumber: 1 });
    await ledger.expectBooked(toppedUp);

    disk.makeRoom();
    await expectScreen('sale');
    await till.sellOne('Mia', 550);
    await expectEnd(ledger, beerSold, { label: 'Mia', balanceMinor: 8_950, transactionNumber: 2 });
  });

  test('TILL_IN_USE: the window says which process has the data, and goes on when that has ended', async () => {
    const ledger = await ledgerFrom(backend);
    till = await WindowTill.enrol(backend);
    // Another program on the same data: a till host of its own.
    const holder = new TillHostClient();
    holder.start(till.folder.place);
    await holder.ready();
    const { page, expectScreen, look } = await till.open();
    await expect(page.getByRole('heading', { name: 'This till is open elsewhere' })).toBeVisible();
    await expect(page.getByTestId('till-state')).toContainText(`in use by process ${holder.child.pid}`);
    await look('fault-till-in-use');
    holder.tell({ kind: 'stop' });
    expect(await holder.ended).toBe(0);
    await expectScreen('sale');
    await till.wristbands.makeToppedUp('Mia');
    await expectEnd(ledger, toppedUp, { label: 'Mia', balanceMinor: 9_500, transactionNumber: 1 });
  });
});
