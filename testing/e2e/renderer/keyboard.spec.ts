// Goal: everything at the till can be done with keys alone, and a key never does what nobody meant.
// Method: the built renderer in Chromium on fed views; what it asks of the till is recorded and compared.
import { expect, test } from '@playwright/test';
import { viewOf } from './views.ts';
import { askedBy, askedCalls, feedAnswer, feedView, openWindowPage } from './window-page.ts';

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await openWindowPage(page, '?theme=light&language=en&sound=off');
});

test('screens.md: digits are the quantity of the next product, Enter pays, also after a tap on a product', async ({
  page,
}) => {
  await feedView(page, viewOf('sale-cart'));
  await askedBy(page, '1', '2');
  await page.getByRole('button', { name: /^Water/ }).click();
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: 'water', quantity: 12 }]]);
  await page.getByRole('button', { name: /^Water/ }).click();
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: 'water', quantity: 1 }]]);
  expect(await askedBy(page, 'Enter')).toEqual([['sell', {}]]);
});

test('screens.md: a product is reached by Tab and the arrows, and Enter then means the product', async ({ page }) => {
  await feedView(page, viewOf('sale-cart'));
  await page.getByRole('button', { name: /^Beer 0.5/ }).focus();
  expect(await askedBy(page, 'ArrowRight', 'Enter')).toEqual([['addToCart', { productId: 'beer-small', quantity: 1 }]]);
  await expect(page.getByRole('button', { name: /^Beer 0.3/ })).toBeFocused();
  // One step of Tab leads out of the products, however many there are, and one step back to where one was.
  await askedBy(page, 'Tab');
  await expect(page.getByRole('button', { name: 'Free amount', exact: true })).toBeFocused();
  await askedBy(page, 'Shift+Tab');
  await expect(page.getByRole('button', { name: /^Beer 0.3/ })).toBeFocused();
});

test('screens.md: every action of the sale has its key', async ({ page }) => {
  await feedView(page, viewOf('sale-cart'));
  expect(await askedBy(page, 'F4', 'F5', 'F6')).toEqual([
    ['issue', {}],
    ['balance', {}],
    ['clearCart', {}],
  ]);
  expect(await askedBy(page, '+', '-')).toEqual([
    ['addToCart', { productId: 'deposit-back', quantity: 1 }],
    ['addToCart', { productId: 'deposit-back', quantity: -1 }],
  ]);
  expect(await askedBy(page, 'F3', '1', '0', '0', '0', '0', 'Backspace', 'Enter')).toEqual([
    ['topUp', { amountMinor: 1_000, method: 'cash' }],
  ]);
  expect(await askedBy(page, 'F2', '7', '5', '0', 'Enter')).toEqual([['addAmountToCart', { amountMinor: 750 }]]);
  expect(await askedBy(page, 'F2', '7', 'Escape')).toEqual([]);
  await page.keyboard.press('F7');
  await expect(page.getByRole('tab', { name: 'Food' })).toHaveAttribute('aria-selected', 'true');
});

test('an empty cart is for the till to refuse, and an amount of zero is not taken', async ({ page }) => {
  await feedView(page, viewOf('sale'));
  expect(await askedBy(page, '+', '-')).toEqual([]);
  // A product pressed a moment ago may be on its way: whether there is something to pay for, the till knows.
  expect(await askedBy(page, 'Enter')).toEqual([['sell', {}]]);
  expect(await askedBy(page, 'F3', 'Enter')).toEqual([]);
});

test('what the till refused is said until the next thing it does', async ({ page }) => {
  await feedView(page, viewOf('sale'));
  await feedAnswer(page, 'sell', { ok: false, fault: { code: 'CART_EMPTY', message: 'empty' } });
  expect(await askedBy(page, 'Enter')).toEqual([['sell', {}]]);
  await expect(page.getByRole('alert')).toContainText('The cart is empty');
  expect(await askedBy(page, 'F2', '7', '5', '0', 'Enter')).toEqual([['addAmountToCart', { amountMinor: 750 }]]);
  await expect(page.getByRole('alert')).toHaveText('');
});

test('screens.md: Escape cancels a tap, and nothing does once the tag is being written', async ({ page }) => {
  await feedView(page, viewOf('tap-sale'));
  expect(await askedBy(page, 'Escape')).toEqual([['cancel', {}]]);
  await feedView(page, viewOf('writing'));
  expect(await askedBy(page, 'Escape', 'Enter', 'F4', 'F3')).toEqual([]);
});

for (const name of ['done', 'refused', 'unknown']) {
  test(`screens.md: Enter, Escape and Space lead from ${name} to the next customer`, async ({ page }) => {
    await feedView(page, viewOf(name));
    expect(await askedBy(page, 'Enter', 'Escape', ' ')).toEqual([
      ['dismiss', {}],
      ['dismiss', {}],
      ['dismiss', {}],
    ]);
  });
}

test('keys belong to the open settings, not to the till behind them', async ({ page }) => {
  await feedView(page, viewOf('sale-cart'));
  await page.keyboard.press('F8');
  await page.getByRole('dialog').waitFor();
  expect(await askedBy(page, '3', 'F4', 'F6')).toEqual([]);
});

test('screens.md: each state is announced, and what needs a hand at once interrupts', async ({ page }) => {
  const polite = page.locator('[aria-live="polite"].sr-only');
  const assertive = page.locator('[aria-live="assertive"]');
  await feedView(page, viewOf('writing'));
  await expect(polite).toHaveText('Keep holding the tag.');
  await feedView(page, viewOf('again'));
  await expect(assertive).toHaveText('Same tag again, please.');
  await feedView(page, viewOf('refused'));
  await expect(assertive).toContainText('Not enough on the tag');
  await feedView(page, viewOf('done'));
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
  await feedView(page, viewOf('tap-sale'));
  await feedView(page, viewOf('done'));
  await expect.poll(tones).toEqual([660, 990]);
  await openWindowPage(page, '?theme=light&language=en&sound=off');
  await feedView(page, viewOf('tap-sale'));
  await feedView(page, viewOf('refused'));
  await expect(page.getByRole('heading', { name: 'Not enough on the tag' })).toBeVisible();
  expect(await tones()).toEqual([]);
});

test('screens.md: the menu and every page in it by keys, and back to the sale', async ({ page }) => {
  await feedView(page, viewOf('sale-staffed'));
  expect(await askedBy(page, 'F10', '2')).toEqual([['chargeback', { terminalTransactionNumber: null, lines: null }]]);
  expect(await askedBy(page, '3', '4', '5', '6', '7')).toEqual([
    ['collectAdjustment', {}],
    ['issue', {}],
    ['block', { blocked: true }],
    ['block', { blocked: false }],
    ['repair', {}],
  ]);
  expect(await askedBy(page, '1', '5', '0', '0', 'Enter')).toEqual([['refund', { amountMinor: 500 }]]);
  expect(await askedBy(page, 'F10', '1', 'Enter')).toEqual([['refund', { amountMinor: null }]]);
  await page.keyboard.press('F10');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Sale' })).toBeAttached();
});

test('a PIN is typed by keys, is never shown, and lets its owner in', async ({ page }) => {
  await feedView(page, viewOf('login'));
  expect(await askedBy(page, '1', '2', '3', 'Enter')).toEqual([]);
  await expect(page.getByRole('status', { name: '3 digits typed' })).toBeVisible();
  await expect(page.getByRole('status', { name: '3 digits typed' })).toHaveText('');
  expect(await askedBy(page, '9', '4', 'Backspace', 'Enter')).toEqual([['login', { pin: '1239' }]]);
  expect(await askedBy(page, 'F5')).toEqual([['loginByTag', {}]]);
});
