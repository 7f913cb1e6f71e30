// Goal: the customer's display shows the cart, the price, the tag before and after – and nothing about staff.
// Method: the built renderer in Chromium, fed with what main passes on of every state; layout measured, axe asked, pictures
// kept under test-results/pictures/ to be looked at.
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { languages } from '../../../ui/i18n/languages.ts';
import { expectNoViolation } from '../accessibility.ts';
import { layoutFaults } from './layout-faults.ts';
import { makeViews, viewOf } from './views.ts';
import { feedCustomer, openWindowPage } from './window-page.ts';

const pictures = path.resolve(import.meta.dirname, '../../../test-results/pictures');

async function show(page: Page, name: string): Promise<void> {
  await feedCustomer(page, viewOf(name));
}

for (const theme of ['light', 'dark', 'high-contrast'] as const) {
  test(`screens.md, customer display: every state is whole, ${theme}`, async ({ page }) => {
    // Axe looks at some forty states, and the machine may be busy.
    test.setTimeout(240_000);
    await page.setViewportSize({ width: 1024, height: 600 });
    // Lengths differ by language, contrast by theme.
    for (const language of theme === 'light' ? languages : (['en'] as const)) {
      await openWindowPage(page, `?theme=${theme}&language=${language}&display=customer`);
      for (const name of Object.keys(makeViews())) {
        await show(page, name);
        expect(await layoutFaults(page), `${name}, ${language}`).toEqual([]);
        if (language === 'en') await expectNoViolation(page, name);
        await page.screenshot({
          path: path.join(pictures, `customer_${theme}_${language}_${name}.png`),
          animations: 'disabled',
        });
      }
    }
  });
}

test('screens.md, customer display: cart, price, before and after; never anything about staff', async ({ page }) => {
  await openWindowPage(page, '?theme=light&language=en&display=customer');
  await show(page, 'sale-staffed');
  await expect(page.getByTestId('customer-total')).toHaveText('CHF55.00');
  await expect(page.locator('body')).toContainText('Beer 0.5 l');
  await expect(page.locator('body')).not.toContainText('Mara');
  await show(page, 'tap-sale');
  await expect(page.getByRole('heading')).toHaveText('Please hold your tag to the reader');
  await show(page, 'done');
  await expect(page.getByTestId('balance-before')).toHaveText('CHF95.00');
  await expect(page.getByTestId('balance-after')).toHaveText('CHF40.00');
  await show(page, 'refused');
  await expect(page.locator('main')).toContainText('CHF15.00');
  await show(page, 'tap-login');
  await expect(page.getByRole('heading')).toHaveText('Welcome');
});

test('what the pictures are judged by sees a fault that is planted, also on a page it has judged before', async ({
  page,
}) => {
  await openWindowPage(page, '?theme=light&language=en&display=customer');
  await show(page, 'done');
  await expectNoViolation(page, 'done');
  await page.evaluate(() => {
    const grey = document.createElement('p');
    grey.textContent = 'hardly legible';
    grey.style.cssText = 'color: #aaa; background: #fff; position: fixed; top: 0; left: 0; z-index: 9; font-size: 14px';
    document.querySelector('main')?.append(grey, document.createElement('button'));
  });
  const judged = await expectNoViolation(page, 'planted').catch(String);
  expect(judged).toContain('planted: color-contrast');
  expect(judged).toContain('planted: button-name');
});
