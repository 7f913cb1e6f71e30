// Goal: a view of the till costs the window as much with 5,000 products on sale as with 12: only what changed is drawn anew.
// Method: the built renderer in Chromium is fed a hundred views, in each of which the cart has one piece more; Chromium says
// how much processor time its scripts took, which does not depend on what else the machine has to do.
import { expect, type Page, test } from '@playwright/test';
import { catalogueView } from '../../../terminal-core/till/catalogue.ts';
import { configuration } from '../../till/festival.ts';
import { assortmentOf } from '../assortment.ts';
import { makeViews } from './views.ts';
import { feedCatalogue, feedView, openWindowPage } from './window-page.ts';

const viewCount = 100;
const growthMax = 1.5;
/** A till has more to do than its products; below this nobody can see a difference. */
const grainMs = 1;

/** Processor time of one view, in ms. */
async function scriptMsPerView(page: Page, productCount: number): Promise<number> {
  const catalogueVersion = `of ${productCount}`;
  await openWindowPage(page, '?theme=light&language=en');
  await feedCatalogue(page, catalogueView(catalogueVersion, { ...configuration, ...assortmentOf(productCount) }));
  const sale = makeViews()['sale'];
  if (sale === undefined) throw new Error('views.ts has no sale');
  const view = { ...sale, catalogueVersion };
  await feedView(page, view);
  await page
    .getByRole('button', { name: /^Lager/ })
    .first()
    .waitFor();
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const scriptMs = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    const seconds = metrics.find(({ name }) => name === 'ScriptDuration')?.value;
    if (seconds === undefined) throw new Error('Chromium does not say how long its scripts took');
    return seconds * 1_000;
  };
  const beforeMs = await scriptMs();
  await page.evaluate(
    async ({ view, viewCount }) => {
      for (let quantity = 1; quantity <= viewCount; quantity += 1) {
        const line = { productId: 'item-1', name: 'Lager', quantity, unitPriceMinor: 150, lineMinor: 150 * quantity };
        const cart = { ...view.cart, lines: [line], totalMinor: line.lineMinor, toPayMinor: line.lineMinor };
        window.feedView({ ...view, revision: view.revision + quantity, cart });
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    },
    { view, viewCount },
  );
  await expect(page.getByTestId('cart-total')).toContainText('150.00');
  return ((await scriptMs()) - beforeMs) / viewCount;
}

test('a view costs as much with 5,000 products on sale as with 12', async ({ page }) => {
  const fewMs = await scriptMsPerView(page, 12);
  const manyMs = await scriptMsPerView(page, 5_000);
  expect(manyMs, `with 12 it is ${fewMs} ms`).toBeLessThan(fewMs * growthMax + grainMs);
});
