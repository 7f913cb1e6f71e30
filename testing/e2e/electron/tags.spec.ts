// Goal: what happens to wristbands at an event (damaged, lost, stolen, copied, changed from elsewhere) is put right at the window,
// and ends with the right ledger and the right wristband (screens.md, "Tag"; tag.md; protocol.md, money rules 1 and 2; Q20).
// Method: one till with the simulated reader and one backend for all; wristbands of their own for each test. The ledger is read
// through the operator's API, the wristband by a reader of the tests' own.
import { expect, test } from '@playwright/test';
import { logIn, type OperatorClient } from '../../backend/operator-client.ts';
import { type DemoBackend, startDemoBackend } from '../../klink/demo-backend.ts';
import { expectReplicated, nextCustomer, typeAmount } from './application.ts';
import { demoFestival, ledgerFrom, WindowTill } from './window-till.ts';

let backend: DemoBackend;
let operator: OperatorClient;
let till: WindowTill;

test.beforeAll(async () => {
  backend = await startDemoBackend();
  operator = await logIn(backend.address);
  till = await WindowTill.enrol(backend);
  await till.open();
});
test.afterAll(async () => {
  await till.dispose();
  await backend.close();
});

/** Shows a wristband for a free amount; gives what is said to be wrong with it, and empties the cart again. */
async function refusalOf(label: string, amountMinor: number): Promise<string> {
  const { page, expectScreen } = till.application;
  await typeAmount(till.application, 'F2', amountMinor);
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  const refusal = page
    .locator('main')
    .getByText(/^(Not enough on the tag|This tag is blocked|This tag cannot be read)$/);
  await till.wristbands.show(label, () => expect(refusal.first()).toBeVisible());
  const said = await refusal.first().innerText();
  await page.keyboard.press('Escape');
  await expectScreen('sale');
  await page.keyboard.press('F6');
  await expect(page.getByTestId('cart-total')).toContainText('0.00');
  return said;
}

/** The till fetches its settings after whatever it has done: asked again, it knows. */
async function expectBlockedSoon(label: string): Promise<void> {
  // More than is on it: refused in any case.
  await expect.poll(() => refusalOf(label, 40_000), { timeout: 60_000 }).toBe('This tag is blocked');
}

async function tellOperator(path: string, body: Readonly<Record<string, unknown>>): Promise<void> {
  const answer = await operator.request(path, {
    method: 'POST',
    headers: {
      'Idempotency-Key': `window-${path}-${JSON.stringify(body)}`.replaceAll(/[^\x21-\x7e]/g, '').slice(0, 200),
    },
    body: JSON.stringify({ editionId: demoFestival, ...body }),
  });
  expect(answer.status, await answer.text()).toBeLessThan(300);
}

test('R22: a wristband whose content is damaged buys nothing, is repaired from the books, and buys again', async () => {
  const ledger = await ledgerFrom(backend);
  const { page, look } = till.application;
  await till.wristbands.makeToppedUp('Mia');
  await till.sellOne('Mia', 550);
  await expectReplicated(till.application);
  await till.wristbands.spoil('Mia', 'Corrupt');
  expect(till.witness('Mia')).toBeNull();
  expect(await refusalOf('Mia', 550)).toBe('This tag cannot be read');

  await till.choose('Repair a tag');
  await till.application.expectScreen('tap');
  await look('tag-repair');
  // Held: the books are asked meanwhile, and a wristband that leaves too early is repaired once more.
  await till.wristbands.tap('Mia');
  await expect(page.getByRole('heading', { name: 'Tag repaired' })).toBeVisible();
  await expect(page.getByTestId('balance-after')).toContainText('89.50');
  expect(till.witness('Mia')).toMatchObject({ generation: 2, transactionNumber: 0, balanceMinor: 8_950 });
  await nextCustomer(till.application);
  await till.sellOne('Mia', 550);
  await expectReplicated(till.application);
  expect(till.witness('Mia')).toMatchObject({ generation: 2, transactionNumber: 1, balanceMinor: 8_400 });
  await ledger.expectBooked({ customer: 8_400, 'merchant:bar': 1_100, 'top-up:cash': -10_000, fee: 500 });
});

test('money rule 2: a blank wristband takes the place of a lost one, once, and the lost one buys nothing any more', async () => {
  const ledger = await ledgerFrom(backend);
  const { page, look, expectScreen } = till.application;
  await till.wristbands.makeToppedUp('Lost');
  await till.wristbands.make('New');
  await expectReplicated(till.application);
  await till.choose('Replace a lost tag');
  await page.getByLabel('Number of the lost tag').fill(till.uid('Lost'));
  await look('tag-replace');
  await page.keyboard.press('Enter');
  await expectScreen('tap');
  await till.wristbands.tap('New');
  await expect(page.getByTestId('balance-after')).toContainText('95.00');
  await look('tag-replaced');
  await nextCustomer(till.application);
  await till.sellOne('New', 550);
  await expectBlockedSoon('Lost');
  await expectReplicated(till.application);
  expect(till.witness('New')).toMatchObject({ balanceMinor: 8_950, transactionNumber: 1 });
  await ledger.expectBooked({ customer: 8_950, 'merchant:bar': 550, 'top-up:cash': -10_000, fee: 500 });
});

test('Q20: what the operator blocks buys nothing, and what the operator gives is brought onto the wristband at a tap', async () => {
  const ledger = await ledgerFrom(backend);
  const { expectScreen, look } = till.application;
  await till.wristbands.makeToppedUp('Ben');
  await expectReplicated(till.application);
  await tellOperator(`/tags/${till.uid('Ben')}/block`, { reason: 'reported lost' });
  await expectBlockedSoon('Ben');
  await tellOperator(`/tags/${till.uid('Ben')}/unblock`, { reason: 'found again' });
  await tellOperator('/admin-top-ups', { uid: till.uid('Ben'), amountMinor: 2_000, reason: 'for the trouble' });

  // The flag was put onto the wristband when it was shown, and goes away as it came.
  const broughtUpToDate = async (): Promise<number | undefined> => {
    await till.choose('Bring up to date');
    await expectScreen('tap');
    await till.wristbands.tap('Ben');
    await look('tag-adjusted');
    await nextCustomer(till.application);
    return till.witness('Ben')?.balanceMinor;
  };
  await expect.poll(broughtUpToDate, { timeout: 60_000 }).toBe(11_500);
  await till.sellOne('Ben', 550);
  await expectReplicated(till.application);
  expect(till.witness('Ben')).toMatchObject({ balanceMinor: 10_950, blocked: false });
  await ledger.expectBooked({
    ...{ customer: 10_950, 'merchant:bar': 550, 'top-up:cash': -10_000, 'top-up:admin': -2_000, fee: 500 },
  });
});

test('money rule 1: of a wristband and its copy both sales are booked, and then neither buys any more', async () => {
  const before = await backend.totals(demoFestival);
  await till.wristbands.makeToppedUp('Zoe');
  await till.wristbands.spoil('Zoe', 'Clone');
  await till.sellOne('Zoe', 550);
  await till.sellOne('Zoe copy', 1_000);
  await expectReplicated(till.application);
  await expectBlockedSoon('Zoe copy');
  await expectBlockedSoon('Zoe');
  const after = await backend.totals(demoFestival);
  const moved = (name: string): number => (after[name] ?? 0) - (before[name] ?? 0);
  expect({ customer: moved('customer'), 'merchant:bar': moved('merchant:bar') }).toEqual({
    ...{ customer: 7_950, 'merchant:bar': 1_550 },
  });
  // Each holds only what was bought with itself: the difference is named, and the operator's to book.
  expect(till.witness('Zoe')).toMatchObject({ balanceMinor: 8_950 });
  expect(till.witness('Zoe copy')).toMatchObject({ balanceMinor: 8_500 });
  const { tagDifferences } = await operator.coherence(demoFestival);
  expect(tagDifferences.filter(({ uid }) => uid === till.uid('Zoe'))).toMatchObject([
    { likelyCause: 'clone-or-rollback' },
  ]);
});
