// Goal: the bar of a canteen keeps one row in every language at 1280, with the session and "safe to pack"; offline nobody's balance is
// shown as nothing (screens.md, "Always visible" and "Not enough").
// Method: the built renderer in Chromium, fed with a canteen's views.
import { expect, test } from '@playwright/test';
import { languages } from '../../../ui/i18n/languages.ts';
import { viewOf } from './views.ts';
import { feedView, openWindowPage } from './window-page.ts';

test('screens.md: the bar of a canteen is one row in every language, also with long names', async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  for (const language of languages) {
    await openWindowPage(page, `?theme=light&language=${language}`);
    const view = viewOf('sale-canteen');
    await feedView(page, { ...view, session: { session: 'afternoon', until: '17:45' }, seal: 'sealed' });
    await expect(page.getByTestId('seal-state')).toHaveAttribute('data-state', 'sealed');
    const tops = await page
      .locator('header svg')
      .evaluateAll((icons) => icons.map((icon) => Math.round(icon.getBoundingClientRect().top)));
    // Icons of one row are centred on one line; a second row would be some 40 px lower.
    expect(Math.max(...tops) - Math.min(...tops), language).toBeLessThan(12);
  }
});

test('Q52: a balance that nobody knows is not shown as nothing, and no card is asked to pay the rest', async ({
  page,
}) => {
  await openWindowPage(page, '?theme=light&language=en');
  const view = viewOf('refused-canteen');
  const { screen } = view;
  if (screen.screen !== 'refused') throw new Error('the view is not refused');
  const { account: _, ...unknown } = screen;
  const fault = { code: 'BALANCE_UNKNOWN', message: 'never heard of', details: { missingMinor: 190 } } as const;
  await feedView(page, { ...view, screen: { ...unknown, balanceMinor: 0, fault } });
  await expect(page.getByRole('heading', { name: 'Balance not known' })).toBeVisible();
  await expect(page.getByText(/has never heard of this tag/).first()).toBeVisible();
  for (const hidden of ['Missing', 'On the tag', 'Pay the rest by card'])
    await expect(page.getByText(hidden)).toHaveCount(0);
});
