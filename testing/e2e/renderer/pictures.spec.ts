// Goal: every state is whole and legible in every theme and language and at every size of screens.md.
// Method: the built renderer in Chromium, fed with one view per state; the layout is measured, axe judges WCAG 2.2 A and AA,
// and a picture of each is kept under test-results/pictures/ to be looked at.
import path from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { languages } from '../../../ui/i18n/languages.ts';
import { expectNoViolation } from '../accessibility.ts';
import { layoutFaults } from './layout-faults.ts';
import {
  attentionItems,
  closedShift,
  lastSales,
  makeViews,
  pastSale,
  pastTransactions,
  shiftReport,
  simulator,
  viewOf,
} from './views.ts';
import { feedAnswer, feedSimulator, feedView, openWindowPage } from './window-page.ts';

const pictures = path.resolve(import.meta.dirname, '../../../test-results/pictures');
/** Axe looks at some forty states, and the machine may be busy. */
const pictureTimeoutMs = 240_000;
const themes = ['light', 'dark', 'high-contrast'] as const;

async function picture(page: Page, ...name: string[]): Promise<void> {
  await page.screenshot({ path: path.join(pictures, `${name.join('_')}.png`), animations: 'disabled' });
}

for (const theme of themes) {
  // Lengths differ by language, contrast by theme.
  for (const language of theme === 'light' ? languages : (['en'] as const)) {
    test(`screens.md: every state is whole, ${theme}, ${language}, 1280 × 800`, async ({ page }) => {
      test.setTimeout(pictureTimeoutMs);
      await page.setViewportSize({ width: 1280, height: 800 });
      await openWindowPage(page, `?theme=${theme}&language=${language}`);
      for (const [name, view] of Object.entries(makeViews())) {
        await feedView(page, view);
        expect(await layoutFaults(page), name).toEqual([]);
        // Contrast differs by theme, names by language: English is enough for the rest.
        if (language === 'en') await expectNoViolation(page, name);
        await picture(page, '1280', theme, language, name);
      }
    });
  }
}

for (const [width, height] of [
  [1024, 768],
  [1920, 1080],
  [768, 1024],
] as const) {
  test(`screens.md: every state is whole at ${width} × ${height}`, async ({ page }) => {
    await page.setViewportSize({ width, height });
    for (const language of languages) {
      await openWindowPage(page, `?theme=light&language=${language}`);
      for (const [name, view] of Object.entries(makeViews())) {
        await feedView(page, view);
        expect(await layoutFaults(page), `${name}, ${language}`).toEqual([]);
        if (language === 'de') await picture(page, String(width), 'light', language, name);
      }
    }
  });
}

for (const theme of themes) {
  test(`screens.md: panels are whole and free of violations, ${theme}`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    for (const language of languages) {
      await openWindowPage(page, `?theme=${theme}&language=${language}`);
      for (const [panel, key, digits] of [
        ['free-amount', 'F2', '1234'],
        ['top-up', 'F3', '1234'],
        ['discount', 'F1', '15'],
        ['discount-too-much', 'F1', '115'],
      ] as const) {
        await feedView(page, viewOf('sale-cart'));
        await page.keyboard.press(key);
        await page.keyboard.type(digits);
        expect(await layoutFaults(page), panel).toEqual([]);
        if (language === 'en') await expectNoViolation(page, panel);
        await picture(page, 'panel', theme, language, panel);
        await page.keyboard.press('Escape');
      }
      await page.keyboard.press('F8');
      await page.getByRole('dialog').waitFor();
      expect(await layoutFaults(page), 'settings').toEqual([]);
      if (language === 'en') await expectNoViolation(page, 'settings');
      await picture(page, 'panel', theme, language, 'settings');
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });

      await feedSimulator(page, simulator);
      await page.keyboard.press('F9');
      await page.getByRole('button', { expanded: false }).last().click();
      expect(await layoutFaults(page), 'simulator').toEqual([]);
      if (language === 'en') await expectNoViolation(page, 'simulator');
      await picture(page, 'panel', theme, language, 'simulator');
    }
  });
}

for (const theme of themes) {
  test(`screens.md: the pages between two customers are whole and free of violations, ${theme}`, async ({ page }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    // Lengths differ by language, contrast by theme.
    for (const language of theme === 'light' ? languages : (['en'] as const)) {
      const shown = async (name: string): Promise<void> => {
        expect(await layoutFaults(page), name).toEqual([]);
        if (language === 'en') await expectNoViolation(page, name);
        await picture(page, 'page', theme, language, name);
      };
      await openWindowPage(page, `?theme=${theme}&language=${language}`);
      await feedAnswer(page, 'shiftReport', { ok: true, result: shiftReport });
      await feedAnswer(page, 'closeShift', { ok: true, result: closedShift });
      await feedView(page, viewOf('sale-staffed'));
      await page.keyboard.press('F10');
      await shown('menu');
      await page.keyboard.press('1');
      await shown('refund');
      await page.keyboard.press('Escape');
      await page.keyboard.press('8');
      await shown('replace');
      await page.keyboard.press('Escape');
      await page.keyboard.press('a');
      await shown('staff');
      await page.keyboard.press('Escape');
      await page.keyboard.press('9');
      await page.getByTestId('expected-cash').waitFor();
      await shown('shift');
      await page.keyboard.press('Enter');
      await page.keyboard.type('156450');
      await shown('shift-count');
      await page.keyboard.press('Enter');
      await page.getByTestId('cash-difference').waitFor();
      await shown('shift-closed');
      await page.keyboard.press('Escape');

      await feedAnswer(page, 'attention', { ok: true, result: { items: attentionItems } });
      await page.keyboard.press('F10');
      await page.getByRole('button', { name: /^(Needs attention|Zu klären|À régler)/ }).click();
      await page.getByRole('listitem').first().waitFor();
      await shown('attention');
      await page.keyboard.press('Escape');

      await feedAnswer(page, 'transactions', { ok: true, result: { transactions: pastTransactions, hasMore: true } });
      await feedAnswer(page, 'transaction', { ok: true, result: pastSale });
      await page.keyboard.press('F10');
      await page.keyboard.press('b');
      await page.getByRole('listitem').first().waitFor();
      await shown('transactions');
      await page.getByRole('button', { name: /118/ }).click();
      await page.getByRole('heading', { name: /118/ }).waitFor();
      await shown('transaction');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');

      for (const [name, sale] of lastSales) {
        await feedAnswer(page, 'lastSale', { ok: true, result: { parts: sale } });
        await page.keyboard.press('Escape');
        await page.keyboard.press('Escape');
        await page.keyboard.press('F11');
        await page.getByRole('heading', { level: 2 }).first().waitFor();
        await shown(name);
        await page.keyboard.press('Escape');
      }

      await feedAnswer(page, 'refund', { ok: false, fault: { code: 'SUPERVISOR_NEEDED', message: 'supervisor' } });
      await page.keyboard.press('F10');
      await page.keyboard.press('1');
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { level: 1 }).waitFor();
      await shown('approval');

      await feedView(page, viewOf('sale-no-shift'));
      await page.keyboard.press('Escape');
      await page.keyboard.press('F10');
      await page.keyboard.press('9');
      await page.keyboard.type('20000');
      await shown('shift-float');
      await page.keyboard.press('Escape');
    }
  });
}
