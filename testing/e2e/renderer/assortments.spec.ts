// Goal: the sale screen is whole, legible and clear whatever is sold, at every size of screens.md: a bar with 12 products, a
// stand with 60, a shop with 5,000.
// Method: the built renderer in Chromium with an assortment of each size; the layout is measured, axe judges WCAG 2.2 A and
// AA, and pictures are kept under test-results/pictures/ to be looked at.
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import type { TillView } from '../../../contract/ipc/till-view.ts';
import { catalogueView } from '../../../terminal-core/till/catalogue.ts';
import { configuration } from '../../till/festival.ts';
import { expectNoViolation } from '../accessibility.ts';
import { assortmentOf } from '../assortment.ts';
import { layoutFaults } from './layout-faults.ts';
import { makeViews } from './views.ts';
import { feedCatalogue, feedView, openWindowPage } from './window-page.ts';

const pictures = path.resolve(import.meta.dirname, '../../../test-results/pictures');

function viewOf(version: string, cart: TillView['cart']): TillView {
  const view = makeViews()['sale-staffed'];
  if (view === undefined) throw new Error('views.ts has no such view');
  return { ...view, training: false, catalogueVersion: version, cart };
}

/** Three of the first, twelve of the second product. */
function cartOf(count: number): TillView['cart'] {
  const lines = assortmentOf(count)
    .products.slice(0, 2)
    .map(({ productId, name, priceMinor }, at) => {
      const quantity = at === 0 ? 3 : 12;
      return { productId, name, quantity, unitPriceMinor: priceMinor, lineMinor: quantity * priceMinor };
    });
  const totalMinor = lines.reduce((sum, { lineMinor }) => sum + lineMinor, 0);
  return { lines, discount: null, totalMinor, parts: [], toPayMinor: totalMinor };
}

async function sell(page: Page, count: number): Promise<void> {
  const version = `of ${count}`;
  await feedCatalogue(page, catalogueView(version, { ...configuration, ...assortmentOf(count) }));
  await feedView(page, viewOf(version, cartOf(count)));
  await page
    .getByRole('button', { name: /^Lager/ })
    .first()
    .waitFor();
}

async function expectWhole(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: path.join(pictures, `assortment_${name}.png`), animations: 'disabled' });
  expect(await layoutFaults(page), name).toEqual([]);
}

for (const [width, height] of [
  [1024, 768],
  [1920, 1080],
  [768, 1024],
] as const) {
  test(`screens.md, Sale: 12 and 5,000 products and a search among them at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    await openWindowPage(page, '?theme=light&language=en');
    await sell(page, 12);
    await expectWhole(page, `${width}_12`);
    await sell(page, 5_000);
    await expectWhole(page, `${width}_5000`);
    await page.keyboard.type('2 wi');
    await expectWhole(page, `${width}_5000_search`);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Show letters to type with' }).click();
    await expectWhole(page, `${width}_5000_letters`);
  });
}

for (const theme of ['light', 'dark', 'high-contrast'] as const) {
  test(`screens.md, Sale: every colour of a product is legible, found or not, ${theme}`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await openWindowPage(page, `?theme=${theme}&language=de`);
    await sell(page, 60);
    await expectWhole(page, `${theme}`);
    await expectNoViolation(page, theme);
    await page.keyboard.type('la');
    await expectWhole(page, `${theme}_search`);
    await expectNoViolation(page, `${theme}, search`);
    await page.keyboard.type('qqqq');
    await expectWhole(page, `${theme}_nothing`);
  });
}
