// Goal: everything at the till can be done with keys alone, and a key never does what nobody meant.
// Method: the built renderer in Chromium on fed views; what it asks of the till is recorded and compared.
import { expect, type Page, test } from '@playwright/test';
import type { TillView } from '../../../contract/ipc/till-view.ts';
import { catalogueView } from '../../../terminal-core/till/catalogue.ts';
import { configuration } from '../../till/festival.ts';
import { assortmentOf } from '../assortment.ts';
import { attentionItems, catalogue, lastSales, makeViews, pastSale, pastTransactions } from './views.ts';
import { type AskedCall, askedCalls, feedAnswer, feedCatalogue, feedView, openWindowPage } from './window-page.ts';

function view(name: string): TillView {
  const found = makeViews()[name];
  if (found === undefined) throw new Error(`views.ts has no ${name}`);
  return found;
}

async function asked(page: Page, ...keys: string[]): Promise<AskedCall[]> {
  for (const key of keys) await page.keyboard.press(key);
  return await askedCalls(page);
}

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await openWindowPage(page, '?theme=light&language=en&sound=off');
});

test('screens.md: digits are the quantity of the next product, Enter pays, also after a tap on a product', async ({
  page,
}) => {
  await feedView(page, view('sale-cart'));
  await asked(page, '1', '2');
  await page.getByRole('button', { name: /^Water/ }).click();
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: 'water', quantity: 12 }]]);
  await page.getByRole('button', { name: /^Water/ }).click();
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: 'water', quantity: 1 }]]);
  expect(await asked(page, 'Enter')).toEqual([['sell', {}]]);
});

test('screens.md: a product is reached by Tab and the arrows, and Enter then means the product', async ({ page }) => {
  await feedView(page, view('sale-cart'));
  await page.getByRole('button', { name: /^Beer 0.5/ }).focus();
  expect(await asked(page, 'ArrowRight', 'Enter')).toEqual([['addToCart', { productId: 'beer-small', quantity: 1 }]]);
  await expect(page.getByRole('button', { name: /^Beer 0.3/ })).toBeFocused();
  // One step of Tab leads out of the products, however many there are, and one step back to where one was.
  await asked(page, 'Tab');
  await expect(page.getByRole('button', { name: 'Free amount', exact: true })).toBeFocused();
  await asked(page, 'Shift+Tab');
  await expect(page.getByRole('button', { name: /^Beer 0.3/ })).toBeFocused();
});

test('screens.md, search by typing: letters search, Enter takes the first hit and then pays again', async ({
  page,
}) => {
  await feedView(page, view('sale-cart'));
  const field = page.getByRole('textbox', { name: 'Search by name or code' });
  await page.keyboard.type('cur');
  await expect(field).toBeFocused();
  // From another page than the one that was open.
  await expect(page.getByRole('button', { name: /^Vegetable curry/ })).toBeVisible();
  await expect(page.getByRole('button', { name: /^Beer/ })).toHaveCount(0);
  await expect(page.getByText('1 product found: Vegetable curry with rice')).toBeAttached();
  // Held too long, Enter repeats: it must not pay by itself.
  for (let repeat = 0; repeat < 3; repeat += 1) await page.keyboard.down('Enter');
  await page.keyboard.up('Enter');
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: 'curry', quantity: 1 }]]);
  await expect(field).toHaveValue('');
  await expect(page.getByRole('button', { name: /^Beer 0.5/ })).toBeVisible();
  expect(await asked(page, 'Enter')).toEqual([['sell', {}]]);
});

test('screens.md, search by typing: a quantity before it counts, Escape clears it, and a guess sells nothing', async ({
  page,
}) => {
  await feedView(page, view('sale-cart'));
  const field = page.getByRole('textbox', { name: 'Search by name or code' });
  await page.keyboard.type('3 wine');
  expect(await asked(page, 'Enter')).toEqual([['addToCart', { productId: 'wine', quantity: 3 }]]);
  await page.keyboard.type('beer');
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('');
  await expect(field).not.toBeFocused();
  expect(await asked(page, 'Enter')).toEqual([['sell', {}]]);
  await page.keyboard.type('zzz');
  expect(await asked(page, 'Enter', 'Enter')).toEqual([]);
  await expect(page.getByText('No product is called “zzz”.')).toBeVisible();
  // Whatever is typed or scanned next takes the place of what found nothing.
  await page.keyboard.type('water');
  expect(await asked(page, 'Enter')).toEqual([['addToCart', { productId: 'water', quantity: 1 }]]);
});

test('screens.md, search by typing: the arrows lead from the field to the hits and through them', async ({ page }) => {
  await feedView(page, view('sale-cart'));
  await page.keyboard.type('beer');
  expect(await asked(page, 'ArrowDown', 'ArrowRight', 'Enter')).toEqual([
    ['addToCart', { productId: 'beer-small', quantity: 1 }],
  ]);
});

test('a scanner types a code of digits and Enter: exactly that product is taken, however fast it types', async ({
  page,
}) => {
  const product = { priceMinor: 250, colour: 'sky', meal: false } as const;
  await feedCatalogue(page, {
    version: 'scanned',
    products: [
      { ...product, productId: '7610100018992', name: 'Chocolate' },
      { ...product, productId: '76101000', name: 'Water' },
      { ...product, productId: '101', name: 'Menu' },
    ],
    pages: [],
  });
  await feedView(page, { ...view('sale-cart'), catalogueVersion: 'scanned' });
  await page.getByRole('button', { name: /^Chocolate/ }).waitFor();
  await page.keyboard.type('76101000');
  expect(await asked(page, 'Enter')).toEqual([['addToCart', { productId: '76101000', quantity: 1 }]]);
  await page.keyboard.type('7610100018992\n');
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: '7610100018992', quantity: 1 }]]);
  await page.keyboard.type('101\n');
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: '101', quantity: 1 }]]);
  // No code: digits are a quantity, and Enter pays.
  await page.keyboard.type('102\n');
  expect(await askedCalls(page)).toEqual([['sell', {}]]);
});

test('screens.md, touch: the field is pressed, letters to touch appear, and the hit is a tile like any other', async ({
  page,
}) => {
  await feedView(page, view('sale-cart'));
  await page.getByRole('button', { name: 'Show letters to type with' }).click();
  const letters = page.getByRole('group', { name: 'Letters' });
  for (const letter of ['G', 'I', 'X']) await letters.getByRole('button', { name: letter, exact: true }).click();
  await letters.getByRole('button', { name: 'Delete the last letter' }).click();
  await page.getByRole('button', { name: /^Gin/ }).click();
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: 'gin', quantity: 1 }]]);
  await expect(letters).toHaveCount(0);
  expect(await asked(page, 'Enter')).toEqual([['sell', {}]]);
});

test('the catalogue is asked for once, and again only when it is another one', async ({ page }) => {
  const asks = () => page.evaluate(() => window.asked.filter(([name]) => name === 'catalogue').length);
  await feedView(page, view('sale'));
  await page.getByRole('button', { name: /^Water/ }).waitFor();
  await feedView(page, view('sale-cart'));
  await feedView(page, view('tap-sale'));
  await feedView(page, view('sale'));
  expect(await asks()).toBe(1);
  // Where the till is restarting, its next view asks again.
  await feedAnswer(page, 'catalogue', { ok: false, fault: { code: 'TILL_STOPPED', message: 'restarting' } });
  await feedView(page, { ...view('sale'), catalogueVersion: 'new' });
  await expect(page.getByRole('button', { name: /^Water/ })).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0);
  await feedCatalogue(page, { ...catalogue, version: 'new', products: [], pages: [] });
  await feedView(page, { ...view('sale-cart'), catalogueVersion: 'new' });
  await expect(page.getByText('No products on this till yet')).toBeVisible();
  expect(await asks()).toBe(3);
});

test('screens.md: five thousand products are drawn no slower than those in sight, and keys reach the last one', async ({
  page,
}) => {
  const sold = catalogueView('large', { ...configuration, ...assortmentOf(5_000) });
  await feedCatalogue(page, { ...sold, pages: [] });
  await feedView(page, { ...view('sale-cart'), catalogueVersion: 'large' });
  const tiles = page.getByRole('list', { name: '' }).getByRole('button');
  const drawn = page.locator('#product-tiles > li');
  await drawn.first().waitFor();
  expect(await drawn.count()).toBeLessThan(80);
  await expect(drawn.first()).toHaveAttribute('aria-setsize', '5000');
  await tiles.first().focus();
  for (let row = 0; row < 20; row += 1) await page.keyboard.press('ArrowDown');
  const focused = page.locator('#product-tiles > li:focus-within');
  await expect(focused).toHaveAttribute('aria-posinset', '101');
  await expect(focused).toBeInViewport({ ratio: 1 });
  expect(await drawn.count()).toBeLessThan(80);
  await page.keyboard.type('item-5000');
  expect(await asked(page, 'Enter')).toEqual([['addToCart', { productId: 'item-5000', quantity: 1 }]]);
});

test('screens.md: every action of the sale has its key', async ({ page }) => {
  await feedView(page, view('sale-cart'));
  expect(await asked(page, 'F4', 'F5', 'F6')).toEqual([
    ['issue', {}],
    ['balance', {}],
    ['clearCart', {}],
  ]);
  expect(await asked(page, '+', '-')).toEqual([
    ['addToCart', { productId: 'deposit-back', quantity: 1 }],
    ['addToCart', { productId: 'deposit-back', quantity: -1 }],
  ]);
  expect(await asked(page, 'F3', '1', '0', '0', '0', '0', 'Backspace', 'Enter')).toEqual([
    ['topUp', { amountMinor: 1_000, method: 'cash' }],
  ]);
  expect(await asked(page, 'F2', '7', '5', '0', 'Enter')).toEqual([['addAmountToCart', { amountMinor: 750 }]]);
  expect(await asked(page, 'F2', '7', 'Escape')).toEqual([]);
  await page.keyboard.press('F7');
  await expect(page.getByRole('tab', { name: 'Food' })).toHaveAttribute('aria-selected', 'true');
});

test('an empty cart is for the till to refuse, and an amount of zero is not taken', async ({ page }) => {
  await feedView(page, view('sale'));
  expect(await asked(page, '+', '-')).toEqual([]);
  // A product pressed a moment ago may be on its way: whether there is something to pay for, the till knows.
  expect(await asked(page, 'Enter')).toEqual([['sell', {}]]);
  expect(await asked(page, 'F3', 'Enter')).toEqual([]);
});

test('what the till refused is said until the next thing it does', async ({ page }) => {
  await feedView(page, view('sale'));
  await feedAnswer(page, 'sell', { ok: false, fault: { code: 'CART_EMPTY', message: 'empty' } });
  expect(await asked(page, 'Enter')).toEqual([['sell', {}]]);
  await expect(page.getByRole('alert')).toContainText('The cart is empty');
  expect(await asked(page, 'F2', '7', '5', '0', 'Enter')).toEqual([['addAmountToCart', { amountMinor: 750 }]]);
  await expect(page.getByRole('alert')).toHaveText('');
});

test('screens.md: Escape cancels a tap, and nothing does once the tag is being written', async ({ page }) => {
  await feedView(page, view('tap-sale'));
  expect(await asked(page, 'Escape')).toEqual([['cancel', {}]]);
  await feedView(page, view('writing'));
  expect(await asked(page, 'Escape', 'Enter', 'F4', 'F3')).toEqual([]);
});

for (const name of ['done', 'refused', 'unknown']) {
  test(`screens.md: Enter, Escape and Space lead from ${name} to the next customer`, async ({ page }) => {
    await feedView(page, view(name));
    expect(await asked(page, 'Enter', 'Escape', ' ')).toEqual([
      ['dismiss', {}],
      ['dismiss', {}],
      ['dismiss', {}],
    ]);
  });
}

test('keys belong to the open settings, not to the till behind them', async ({ page }) => {
  await feedView(page, view('sale-cart'));
  await page.keyboard.press('F8');
  await page.getByRole('dialog').waitFor();
  expect(await asked(page, '3', 'F4', 'F6')).toEqual([]);
});

test('screens.md: each state is announced, and what needs a hand at once interrupts', async ({ page }) => {
  const polite = page.locator('[aria-live="polite"].sr-only');
  const assertive = page.locator('[aria-live="assertive"]');
  await feedView(page, view('writing'));
  await expect(polite).toHaveText('Keep holding the tag.');
  await feedView(page, view('again'));
  await expect(assertive).toHaveText('Same tag again, please.');
  await feedView(page, view('refused'));
  await expect(assertive).toContainText('Not enough on the tag');
  await feedView(page, view('done'));
  await expect(polite).toHaveText('Done. Paid');
  await expect(assertive).toHaveText('');
});

test('screens.md: a state is said by sound too, unless it was switched off', async ({ page }) => {
  await page.addInitScript(() => {
    const started: number[] = [];
    Reflect.set(window, 'tones', started);
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (when) {
      started.push(this.frequency.value);
      start.call(this, when);
    };
  });
  const tones = () => page.evaluate(() => Reflect.get(window, 'tones'));
  await openWindowPage(page, '?theme=light&language=en&sound=on');
  await feedView(page, view('tap-sale'));
  await feedView(page, view('done'));
  await expect.poll(tones).toEqual([660, 990]);
  await openWindowPage(page, '?theme=light&language=en&sound=off');
  await feedView(page, view('tap-sale'));
  await feedView(page, view('refused'));
  await expect(page.getByRole('heading', { name: 'Not enough on the tag' })).toBeVisible();
  expect(await tones()).toEqual([]);
});

test('screens.md: the menu and every page in it by keys, and back to the sale', async ({ page }) => {
  await feedView(page, view('sale-staffed'));
  expect(await asked(page, 'F10', '2')).toEqual([['chargeback', { terminalTransactionNumber: null, lines: null }]]);
  expect(await asked(page, '3', '4', '5', '6', '7')).toEqual([
    ['collectAdjustment', {}],
    ['issue', {}],
    ['block', { blocked: true }],
    ['block', { blocked: false }],
    ['repair', {}],
  ]);
  expect(await asked(page, '1', '5', '0', '0', 'Enter')).toEqual([['refund', { amountMinor: 500 }]]);
  expect(await asked(page, 'F10', '1', 'Enter')).toEqual([['refund', { amountMinor: null }]]);
  await page.keyboard.press('F10');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Sale' })).toBeAttached();
});

test('a PIN is typed by keys, is never shown, and lets its owner in', async ({ page }) => {
  await feedView(page, view('login'));
  expect(await asked(page, '1', '2', '3', 'Enter')).toEqual([]);
  await expect(page.getByRole('status', { name: '3 digits typed' })).toBeVisible();
  await expect(page.getByRole('status', { name: '3 digits typed' })).toHaveText('');
  expect(await asked(page, '9', '4', 'Backspace', 'Enter')).toEqual([['login', { pin: '1239' }]]);
  expect(await asked(page, 'F5')).toEqual([['loginByTag', {}]]);
});

test('what only a supervisor may begin waits for one, and is asked for again once it is confirmed', async ({
  page,
}) => {
  await feedView(page, view('sale-staffed'));
  await feedAnswer(page, 'refund', { ok: false, fault: { code: 'SUPERVISOR_NEEDED', message: 'supervisor' } });
  expect(await asked(page, 'F10', '1', 'Enter')).toEqual([['refund', { amountMinor: null }]]);
  await expect(page.getByRole('heading', { name: 'A supervisor has to confirm this' })).toBeVisible();
  expect(await asked(page, '4', '3', '2', '1', 'Enter')).toEqual([['approve', { pin: '4321' }]]);
  const approver = { cashierId: 'sam', name: 'Sam', role: 'supervisor' } as const;
  await feedView(page, { ...view('sale-staffed'), approver });
  await expect.poll(() => askedCalls(page)).toEqual([['refund', { amountMinor: null }]]);
  // Refused all the same: it is said, and not asked for again and again.
  await expect(page.getByRole('alert')).toContainText('supervisor');
  // And given up, nothing is asked for any more.
  await feedView(page, view('sale-staffed'));
  expect(await asked(page, 'F10', '1', 'Enter')).toEqual([['refund', { amountMinor: null }]]);
  await page.keyboard.press('Escape');
  await feedView(page, { ...view('sale-staffed'), approver });
  expect(await askedCalls(page)).toEqual([]);
});

test('R12: what is missing is offered to be topped up here or paid by card, by keys, while the cart waits', async ({
  page,
}) => {
  await feedView(page, view('refused'));
  expect(await asked(page, 'F12')).toEqual([['sell', { openLoop: 'shortfall' }]]);
  expect(await asked(page, 'F3')).toEqual([['dismiss', {}]]);
  await feedView(page, view('sale-cart'));
  await page
    .getByRole('button', { name: 'Card' })
    .or(page.getByRole('radio', { name: 'Card' }))
    .click();
  expect(await asked(page, '2', '0', '0', '0', 'Enter')).toEqual([['topUp', { amountMinor: 2_000, method: 'card' }]]);
});

test('screens.md, Not enough: another tag pays what is missing by a key, or pieces are taken out until it is enough', async ({
  page,
}) => {
  await feedView(page, view('refused'));
  expect(await asked(page, 'F4')).toEqual([['sell', { partMinor: 1_500 }]]);
  await page.keyboard.press('F6');
  await page.getByRole('button', { name: 'One less Beer 0.5 l' }).click();
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: 'beer', quantity: -1 }]]);
  await feedView(page, view('refused-enough'));
  await expect(page.getByTestId('missing')).toHaveCount(0);
  expect(await asked(page, 'F4', 'F12')).toEqual([]);
  await page.getByRole('button', { name: 'Pay CHF 30.00' }).click();
  expect(await askedCalls(page)).toEqual([['sell', {}]]);
});

test('a cart that another tag has paid a part of: the rest is paid by Enter, the part is given back or found out', async ({
  page,
}) => {
  await feedView(page, view('sale-part-paid'));
  await expect(page.getByTestId('cart-total')).toContainText('30.00');
  expect(await asked(page, 'Enter')).toEqual([['sell', {}]]);
  await page.getByRole('button', { name: 'Give back' }).click();
  await page.getByRole('button', { name: 'Find out' }).click();
  await page.getByRole('button', { name: 'Set aside' }).click();
  expect(await askedCalls(page)).toEqual([
    ['undoSale', { terminalTransactionNumber: 120 }],
    ['resolve', { terminalTransactionNumber: 121 }],
    ['setCartAside', {}],
  ]);
  await expect(page.getByRole('button', { name: /^One less/ })).toHaveCount(0);
});

test('a discount is typed by keys as percent or chosen as an amount, never above the price, and taken off by one touch', async ({
  page,
}) => {
  await feedView(page, view('sale-cart'));
  expect(await asked(page, 'F1', '1', '5', 'Enter')).toEqual([['setDiscount', { rateBasisPoints: 1_500 }]]);
  expect(await asked(page, 'F1', '1', '0', '1', 'Enter')).toEqual([]);
  await expect(page.getByRole('status').filter({ hasText: 'more than the goods cost' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('F1');
  await page.getByRole('radio', { name: 'Amount' }).click();
  expect(await asked(page, '5', '7', '0', '1', 'Enter')).toEqual([]);
  expect(await asked(page, 'Backspace', 'Enter')).toEqual([['setDiscount', { amountMinor: 570 }]]);
  await feedView(page, view('sale-discount'));
  await expect(page.getByRole('complementary', { name: 'Cart' })).toContainText('Discount 10%');
  await page.getByRole('button', { name: 'Take the discount off' }).click();
  expect(await askedCalls(page)).toEqual([['clearDiscount', {}]]);
});

test('R5: the last sale is a key away, and taken back whole by Enter', async ({ page }) => {
  const [, whole] = lastSales[0] ?? [];
  await feedAnswer(page, 'lastSale', { ok: true, result: { parts: whole } });
  await feedView(page, view('sale-staffed'));
  await page.keyboard.press('F11');
  await page.getByRole('button', { name: 'Take it back whole' }).waitFor();
  await askedCalls(page);
  expect(await asked(page, 'Enter')).toEqual([['undoSale', { terminalTransactionNumber: 118 }]]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Sale' })).toBeAttached();
});

test('Q51: how a sale is paid is a setting; which tap is waited for is said as a step', async ({ page }) => {
  await feedView(page, view('sale-cart'));
  await page.keyboard.press('F8');
  await page.getByRole('radio', { name: 'Two taps' }).click();
  expect(await askedCalls(page)).toEqual([['setCheckout', { taps: 2 }]]);
  await page.keyboard.press('Escape');
  await feedView(page, view('tap-confirm'));
  await expect(page.getByRole('listitem').filter({ hasText: 'Confirm' })).toHaveAttribute('aria-current', 'step');
  await expect(page.getByTestId('balance-after')).toContainText('40.00');
  expect(await asked(page, 'Escape')).toEqual([['cancel', {}]]);
});

test('a blank wristband at a tap is issued by its key, once the till has let go of the sale', async ({ page }) => {
  await feedView(page, view('tap-blank'));
  expect(await asked(page, 'F4')).toEqual([['cancel', {}]]);
  await feedView(page, view('sale-cart'));
  await expect.poll(() => askedCalls(page)).toEqual([['issue', {}]]);
  // Whatever else is wrong with a tag: there is nothing to issue.
  await feedView(page, view('tap-fault'));
  expect(await asked(page, 'F4')).toEqual([]);
});

test('data that cannot be gone on with is set aside only when that was said and confirmed', async ({ page }) => {
  await feedView(page, view('halted-corrupt'));
  await page.getByRole('button', { name: 'Start with new data …' }).click();
  await expect(page.getByText('Nothing is deleted')).toBeVisible();
  await page.getByRole('button', { name: 'Leave it as it is' }).click();
  await page.getByRole('button', { name: 'Start with new data …' }).click();
  expect(await askedCalls(page)).toEqual([]);
  await page.getByRole('button', { name: 'Move the data aside and start anew' }).click();
  expect((await askedCalls(page)).map(([name]) => name)).toEqual(['startAfresh']);
  // A till that only has to wait offers nothing of the kind.
  await feedView(page, view('halted-disk'));
  await expect(page.getByText('The till tries again by itself.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start with new data …' })).toHaveCount(0);
});

test('money rule 4: the cash of a top-up that did not take place is given back and confirmed', async ({ page }) => {
  const refused = view('refused-cash');
  await feedView(page, refused);
  await expect(page.locator('main')).toContainText('CHF100.00');
  await page.getByRole('button', { name: 'Cash is handed back' }).click();
  await expect
    .poll(() => askedCalls(page))
    .toEqual([
      ['confirmCashReturned', { terminalTransactionNumber: 122 }],
      ['dismiss', {}],
    ]);
});

test('screens.md: what needs attention is a press away, and each has its remedy', async ({ page }) => {
  await feedAnswer(page, 'attention', { ok: true, result: { items: attentionItems } });
  await feedView(page, view('sale-trouble'));
  await page.getByRole('button', { name: '2 need attention' }).click();
  await askedCalls(page);
  await page.getByRole('button', { name: 'Find out now' }).click();
  await page.getByRole('button', { name: 'Cash is handed back' }).click();
  expect(await askedCalls(page)).toEqual([
    ['resolve', { terminalTransactionNumber: 120 }],
    ['confirmCashReturned', { terminalTransactionNumber: 98 }],
  ]);
});

test('R5: from the list a sale is opened, pieces are chosen, and only those are taken back', async ({ page }) => {
  await feedAnswer(page, 'transactions', { ok: true, result: { transactions: pastTransactions, hasMore: false } });
  await feedAnswer(page, 'transaction', { ok: true, result: pastSale });
  await feedView(page, view('sale-staffed'));
  await page.keyboard.press('F10');
  await page.keyboard.press('b');
  await page.getByRole('button', { name: /118/ }).click();
  await page.getByRole('button', { name: 'One more Beer 0.5 l' }).click();
  await page.getByRole('button', { name: 'One more Beer 0.5 l' }).click();
  await askedCalls(page);
  await page.getByRole('button', { name: 'Take the chosen back' }).click();
  expect(await askedCalls(page)).toEqual([
    ['chargeback', { terminalTransactionNumber: 118, lines: [{ line: 1, quantity: 2 }] }],
  ]);
});

test('money rule 2: the number of a lost wristband is typed as people write it, and a wrong one is not taken', async ({
  page,
}) => {
  await feedView(page, view('sale-staffed'));
  await page.keyboard.press('F10');
  await page.keyboard.press('8');
  await page.getByLabel('Number of the lost tag').fill('04 a1:b2');
  expect(await asked(page, 'Enter')).toEqual([]);
  await expect(page.getByText('A tag has 8, 14 or 20 digits')).toBeVisible();
  await page.getByLabel('Number of the lost tag').fill('04 a1:b2-c3 d4e5f6');
  expect(await asked(page, 'Enter')).toEqual([['replace', { lostUid: '04A1B2C3D4E5F6' }]]);
});
