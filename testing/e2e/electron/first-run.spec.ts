// Goal: from `npm start` on a machine that never saw Klink to the first committed sale without reading anything: once with the
// mouse or a finger alone, once with the keyboard alone (screens.md, "First run").
// Method: scripts/start.ts itself on new folders, without a reader. Nobody knows what a wristband has to go through: they ring
// up a beer, show the first wristband there is, and then press what the window offers. The sale is looked for in the ledger and on the wristband.
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { operatorOf } from '../../klink/demo-backend.ts';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';
import { DrawerWitness } from './drawer-witness.ts';
import { button, KeyboardHand, MouseHand, type Seen } from './hands.ts';
import { StartedKlink } from './started-klink.ts';

const demoFestival = 1;
const wristband = button('Tap: Wristband 1');
/** It is done, or was a moment ago: the result leaves by itself. */
const served: Seen = (page) =>
  button(/^Next customer/)(page)
    .or(button(/^Pay/)(page))
    .first();

let folder: TestFolder;
let klink: StartedKlink | null = null;

test.beforeEach(() => {
  folder = makeFolder('start');
});
test.afterEach(async () => {
  await klink?.stop();
  klink = null;
  folder.remove();
});

/**
 * Shows the wristband until the window offers what comes next: on a busy machine a tap may be too short, the window asks for
 * the same one again, and a person gives it.
 */
async function tapUntil({ page }: StartedKlink, hand: MouseHand | KeyboardHand, next: Seen): Promise<void> {
  await expect(async () => {
    await hand.press(wristband);
    await expect(next(page)).toBeVisible({ timeout: 8_000 });
  }).toPass({ timeout: 60_000 });
}

/** The way of somebody who wants to sell a beer and follows what the window says. */
async function sellABeer(started: StartedKlink, hand: MouseHand | KeyboardHand): Promise<void> {
  await hand.press(button(/^Beer/));
  await hand.press(button(/^Pay/));
  // A wristband from the drawer: nobody has issued it.
  await tapUntil(started, hand, button(/^Issue this tag now/));
  await hand.press(button(/^Issue this tag now/));
  await tapUntil(started, hand, served);
  // The beer is still in the cart, and there is no money on the wristband.
  await hand.press(button(/^Pay/));
  await tapUntil(started, hand, button(/^Top up here/));
  await hand.press(button(/^Top up here/));
  await hand.press(button(/50\.00/));
  await hand.press(button(/^Top up .*50\.00/));
  await tapUntil(started, hand, served);
  await hand.press(button(/^Pay/));
  await tapUntil(started, hand, served);
  await expect(started.page.getByTestId('cart-total')).toContainText('0.00');
  await expect(started.page.getByTestId('unsent-count')).toHaveText('0');
}

async function expectBookedAndShown({ backendAddress }: StartedKlink): Promise<void> {
  const backend = await operatorOf(backendAddress);
  expect(await backend.balances(demoFestival)).toEqual({
    ...{ customer: 3_950, 'merchant:bar': 550, 'top-up:cash': -5_000, fee: 500 },
  });
  expect((await backend.coherence(demoFestival)).findings).toBe(0);
  const { edition } = await backend.enrolWitness('DEMO-FEST');
  const drawer = new DrawerWitness(path.join(folder.place, 'till'), edition.keySets);
  expect(drawer.witness('Wristband 1')).toMatchObject({ balanceMinor: 3_950, transactionNumber: 2 });
}

test('screens.md, first run: a sale with the mouse alone', async () => {
  klink = await StartedKlink.start(folder.place);
  await sellABeer(klink, new MouseHand(klink.page));
  await expectBookedAndShown(klink);
  expect(await klink.stop()).toBe(0);
});

test('screens.md, first run: a sale with the keyboard alone', async () => {
  klink = await StartedKlink.start(folder.place);
  await sellABeer(klink, new KeyboardHand(klink.page));
  await expectBookedAndShown(klink);
  expect(await klink.stop()).toBe(0);
});
