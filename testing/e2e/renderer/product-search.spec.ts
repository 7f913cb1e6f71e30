// Goal: a product is found by its name or its code, by keys, by a scanner or by touch, among few as among thousands, and nothing
// else is sold by it (screens.md, "Sale").
// Method: the built renderer in Chromium on fed views; what it asks of the till is recorded and compared.
import { expect, test } from '@playwright/test';
import { catalogueView } from '../../../terminal-core/till/catalogue.ts';
import { configuration } from '../../till/festival.ts';
import { assortmentOf } from '../assortment.ts';
import { catalogue, viewOf } from './views.ts';
import { askedBy, askedCalls, feedAnswer, feedCatalogue, feedView, openWindowPage } from './window-page.ts';

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await openWindowPage(page, '?theme=light&language=en&sound=off');
});

test('screens.md, search by typing: letters search, Enter takes the first hit and then pays again', async ({
  page,
}) => {
  await feedView(page, viewOf('sale-cart'));
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
  expect(await askedBy(page, 'Enter')).toEqual([['sell', {}]]);
});

test('screens.md, search by typing: a quantity before it counts, Escape clears it, and a guess sells nothing', async ({
  page,
}) => {
  await feedView(page, viewOf('sale-cart'));
  const field = page.getByRole('textbox', { name: 'Search by name or code' });
  await page.keyboard.type('3 wine');
  expect(await askedBy(page, 'Enter')).toEqual([['addToCart', { productId: 'wine', quantity: 3 }]]);
  await page.keyboard.type('beer');
  await page.keyboard.press('Escape');
  await expect(field).toHaveValue('');
  await expect(field).not.toBeFocused();
  expect(await askedBy(page, 'Enter')).toEqual([['sell', {}]]);
  await page.keyboard.type('zzz');
  expect(await askedBy(page, 'Enter', 'Enter')).toEqual([]);
  await expect(page.getByText('No product is called “zzz”.')).toBeVisible();
  // Whatever is typed or scanned next takes the place of what found nothing.
  await page.keyboard.type('water');
  expect(await askedBy(page, 'Enter')).toEqual([['addToCart', { productId: 'water', quantity: 1 }]]);
});

test('screens.md, search by typing: the arrows lead from the field to the hits and through them', async ({ page }) => {
  await feedView(page, viewOf('sale-cart'));
  await page.keyboard.type('beer');
  expect(await askedBy(page, 'ArrowDown', 'ArrowRight', 'Enter')).toEqual([
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
  await feedView(page, { ...viewOf('sale-cart'), catalogueVersion: 'scanned' });
  await page.getByRole('button', { name: /^Chocolate/ }).waitFor();
  await page.keyboard.type('76101000');
  expect(await askedBy(page, 'Enter')).toEqual([['addToCart', { productId: '76101000', quantity: 1 }]]);
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
  await feedView(page, viewOf('sale-cart'));
  await page.getByRole('button', { name: 'Show letters to type with' }).click();
  const letters = page.getByRole('group', { name: 'Letters' });
  for (const letter of ['G', 'I', 'X']) await letters.getByRole('button', { name: letter, exact: true }).click();
  await letters.getByRole('button', { name: 'Delete the last letter' }).click();
  await page.getByRole('button', { name: /^Gin/ }).click();
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: 'gin', quantity: 1 }]]);
  await expect(letters).toHaveCount(0);
  expect(await askedBy(page, 'Enter')).toEqual([['sell', {}]]);
});

test('the catalogue is asked for once, and again only when it is another one', async ({ page }) => {
  const asks = () => page.evaluate(() => window.asked.filter(([name]) => name === 'catalogue').length);
  await feedView(page, viewOf('sale'));
  await page.getByRole('button', { name: /^Water/ }).waitFor();
  await feedView(page, viewOf('sale-cart'));
  await feedView(page, viewOf('tap-sale'));
  await feedView(page, viewOf('sale'));
  expect(await asks()).toBe(1);
  // Where the till is restarting, its next view asks again.
  await feedAnswer(page, 'catalogue', { ok: false, fault: { code: 'TILL_STOPPED', message: 'restarting' } });
  await feedView(page, { ...viewOf('sale'), catalogueVersion: 'new' });
  await expect(page.getByRole('button', { name: /^Water/ })).toBeVisible();
  await expect(page.getByRole('alert').filter({ hasText: /\S/ })).toHaveCount(0);
  await feedCatalogue(page, { ...catalogue, version: 'new', products: [], pages: [] });
  await feedView(page, { ...viewOf('sale-cart'), catalogueVersion: 'new' });
  await expect(page.getByText('No products on this till yet')).toBeVisible();
  expect(await asks()).toBe(3);
});

test('screens.md: five thousand products are drawn no slower than those in sight, and keys reach the last one', async ({
  page,
}) => {
  const sold = catalogueView('large', { ...configuration, ...assortmentOf(5_000) });
  await feedCatalogue(page, { ...sold, pages: [] });
  await feedView(page, { ...viewOf('sale-cart'), catalogueVersion: 'large' });
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
  expect(await askedBy(page, 'Enter')).toEqual([['addToCart', { productId: 'item-5000', quantity: 1 }]]);
});
