// Goal: whatever a sale, a shift or a tag may need is reached by keys, and asks of the till exactly what was meant.
// Method: the built renderer in Chromium on fed views; what it asks of the till is recorded and compared.
import { expect, type Page, test } from '@playwright/test';
import type { ResultEnvelope } from '../../../contract/ipc/envelope.ts';
import { attentionItems, closedShift, lastSales, pastSale, pastTransactions, shiftReport, viewOf } from './views.ts';
import { askedBy, askedCalls, feedAnswer, feedView, openWindowPage } from './window-page.ts';

test.beforeEach(async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  await openWindowPage(page, '?theme=light&language=en&sound=off');
});

test('what only a supervisor may begin waits for one, and is asked for again once it is confirmed', async ({
  page,
}) => {
  await feedView(page, viewOf('sale-staffed'));
  await feedAnswer(page, 'refund', { ok: false, fault: { code: 'SUPERVISOR_NEEDED', message: 'supervisor' } });
  expect(await askedBy(page, 'F10', '1', 'Enter')).toEqual([['refund', { amountMinor: null }]]);
  await expect(page.getByRole('heading', { name: 'A supervisor has to confirm this' })).toBeVisible();
  expect(await askedBy(page, '4', '3', '2', '1', 'Enter')).toEqual([['approve', { pin: '4321' }]]);
  const approver = { cashierId: 'sam', name: 'Sam', role: 'supervisor' } as const;
  await feedView(page, { ...viewOf('sale-staffed'), approver });
  await expect.poll(() => askedCalls(page)).toEqual([['refund', { amountMinor: null }]]);
  // Refused all the same: it is said, and not asked for again and again.
  await expect(page.getByRole('alert')).toContainText('supervisor');
  // And given up, nothing is asked for any more.
  await feedView(page, viewOf('sale-staffed'));
  expect(await askedBy(page, 'F10', '1', 'Enter')).toEqual([['refund', { amountMinor: null }]]);
  await page.keyboard.press('Escape');
  await feedView(page, { ...viewOf('sale-staffed'), approver });
  expect(await askedCalls(page)).toEqual([]);
});

test('R12: what is missing is offered to be topped up here or paid by card, by keys, while the cart waits', async ({
  page,
}) => {
  await feedView(page, viewOf('refused'));
  expect(await askedBy(page, 'F12')).toEqual([['sell', { openLoop: 'shortfall' }]]);
  expect(await askedBy(page, 'F3')).toEqual([['dismiss', {}]]);
  await feedView(page, viewOf('sale-cart'));
  await page
    .getByRole('button', { name: 'Card' })
    .or(page.getByRole('radio', { name: 'Card' }))
    .click();
  expect(await askedBy(page, '2', '0', '0', '0', 'Enter')).toEqual([['topUp', { amountMinor: 2_000, method: 'card' }]]);
});

test('screens.md, Not enough: another tag pays what is missing by a key, or pieces are taken out until it is enough', async ({
  page,
}) => {
  await feedView(page, viewOf('refused'));
  expect(await askedBy(page, 'F4')).toEqual([['sell', { partMinor: 1_500 }]]);
  await page.keyboard.press('F6');
  await page.getByRole('button', { name: 'One less Beer 0.5 l' }).click();
  expect(await askedCalls(page)).toEqual([['addToCart', { productId: 'beer', quantity: -1 }]]);
  await feedView(page, viewOf('refused-enough'));
  await expect(page.getByTestId('missing')).toHaveCount(0);
  expect(await askedBy(page, 'F4', 'F12')).toEqual([]);
  await page.getByRole('button', { name: 'Pay CHF 30.00' }).click();
  expect(await askedCalls(page)).toEqual([['sell', {}]]);
});

test('a cart that another tag has paid a part of: the rest is paid by Enter, the part is given back or found out', async ({
  page,
}) => {
  await feedView(page, viewOf('sale-part-paid'));
  await expect(page.getByTestId('cart-total')).toContainText('30.00');
  expect(await askedBy(page, 'Enter')).toEqual([['sell', {}]]);
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
  await feedView(page, viewOf('sale-cart'));
  expect(await askedBy(page, 'F1', '1', '5', 'Enter')).toEqual([['setDiscount', { rateBasisPoints: 1_500 }]]);
  expect(await askedBy(page, 'F1', '1', '0', '1', 'Enter')).toEqual([]);
  await expect(page.getByRole('status').filter({ hasText: 'more than the goods cost' })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.keyboard.press('F1');
  await page.getByRole('radio', { name: 'Amount' }).click();
  expect(await askedBy(page, '5', '7', '0', '1', 'Enter')).toEqual([]);
  expect(await askedBy(page, 'Backspace', 'Enter')).toEqual([['setDiscount', { amountMinor: 570 }]]);
  await feedView(page, viewOf('sale-discount'));
  await expect(page.getByRole('complementary', { name: 'Cart' })).toContainText('Discount 10%');
  await page.getByRole('button', { name: 'Take the discount off' }).click();
  expect(await askedCalls(page)).toEqual([['clearDiscount', {}]]);
});

test('R5: the last sale is a key away, and taken back whole by Enter', async ({ page }) => {
  const [, whole] = lastSales[0] ?? [];
  await feedAnswer(page, 'lastSale', { ok: true, result: { parts: whole } });
  await feedView(page, viewOf('sale-staffed'));
  await page.keyboard.press('F11');
  await page.getByRole('button', { name: 'Take it back whole' }).waitFor();
  await askedCalls(page);
  expect(await askedBy(page, 'Enter')).toEqual([['undoSale', { terminalTransactionNumber: 118 }]]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'Sale' })).toBeAttached();
});

test('Q51: how a sale is paid is a setting; which tap is waited for is said as a step', async ({ page }) => {
  await feedView(page, viewOf('sale-cart'));
  await page.keyboard.press('F8');
  await page.getByRole('radio', { name: 'Two taps' }).click();
  expect(await askedCalls(page)).toEqual([['setCheckout', { taps: 2 }]]);
  await page.keyboard.press('Escape');
  await feedView(page, viewOf('tap-confirm'));
  await expect(page.getByRole('listitem').filter({ hasText: 'Confirm' })).toHaveAttribute('aria-current', 'step');
  await expect(page.getByTestId('balance-after')).toContainText('40.00');
  expect(await askedBy(page, 'Escape')).toEqual([['cancel', {}]]);
});

test('a blank wristband at a tap is issued by its key, once the till has let go of the sale', async ({ page }) => {
  await feedView(page, viewOf('tap-blank'));
  expect(await askedBy(page, 'F4')).toEqual([['cancel', {}]]);
  await feedView(page, viewOf('sale-cart'));
  await expect.poll(() => askedCalls(page)).toEqual([['issue', {}]]);
  // Whatever else is wrong with a tag: there is nothing to issue.
  await feedView(page, viewOf('tap-fault'));
  expect(await askedBy(page, 'F4')).toEqual([]);
});

test('data that cannot be gone on with is set aside only when that was said and confirmed', async ({ page }) => {
  await feedView(page, viewOf('halted-corrupt'));
  await page.getByRole('button', { name: 'Start with new data …' }).click();
  await expect(page.getByText('Nothing is deleted')).toBeVisible();
  await page.getByRole('button', { name: 'Leave it as it is' }).click();
  await page.getByRole('button', { name: 'Start with new data …' }).click();
  expect(await askedCalls(page)).toEqual([]);
  await page.getByRole('button', { name: 'Move the data aside and start anew' }).click();
  expect((await askedCalls(page)).map(([name]) => name)).toEqual(['startAfresh']);
  // A till that only has to wait offers nothing of the kind.
  await feedView(page, viewOf('halted-disk'));
  await expect(page.getByText('The till tries again by itself.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start with new data …' })).toHaveCount(0);
});

test('money rule 4: the cash of a top-up that did not take place is given back and confirmed', async ({ page }) => {
  const refused = viewOf('refused-cash');
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
  await feedView(page, viewOf('sale-trouble'));
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
  await feedView(page, viewOf('sale-staffed'));
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
  await feedView(page, viewOf('sale-staffed'));
  await page.keyboard.press('F10');
  await page.keyboard.press('8');
  await page.getByLabel('Number of the lost tag').fill('04 a1:b2');
  expect(await askedBy(page, 'Enter')).toEqual([]);
  await expect(page.getByText('A tag has 8, 14 or 20 digits')).toBeVisible();
  await page.getByLabel('Number of the lost tag').fill('04 a1:b2-c3 d4e5f6');
  expect(await askedBy(page, 'Enter')).toEqual([['replace', { lostUid: '04A1B2C3D4E5F6' }]]);
});

/** An answer that a call waits for until it is given. */
async function holdBack(page: Page, operation: string): Promise<(envelope: ResultEnvelope) => Promise<void>> {
  const name = `answer of ${operation} ${Math.random()}`;
  await page.evaluate(
    ([asked, key]) => {
      window.answers[asked] = new Promise((resolve) => Reflect.set(window, key, resolve));
    },
    [operation, name] as const,
  );
  return (envelope) =>
    page.evaluate(([key, answer]) => Reflect.apply(Reflect.get(window, key), null, [answer]), [
      name,
      envelope,
    ] as const);
}

test('screens.md, Login: whoever takes over begins with a sale, and a late answer undoes no key that came before it', async ({
  page,
}) => {
  const staffed = viewOf('sale-staffed');
  await feedView(page, staffed);
  const answer = await holdBack(page, 'login');
  const sue = { cashierId: 'sue', name: 'Sue', role: 'supervisor' } as const;
  await askedBy(page, 'F10', 'a');
  await expect(page.getByRole('heading', { name: 'Hand over' })).toBeVisible();
  expect(await askedBy(page, '9', '9', '8', '8', 'Enter')).toEqual([['login', { pin: '9988' }]]);
  await feedView(page, { ...staffed, cashier: sue });
  await expect(page.getByRole('region', { name: 'Sale', exact: true })).toBeVisible();
  await page.keyboard.press('F10');
  await answer({ ok: true, result: sue });
  await askedCalls(page);
  await expect(page.getByRole('heading', { name: 'Everything else' })).toBeVisible();
});

test('screens.md, Shift: a count that is sent twice ends with what the shift came to', async ({ page }) => {
  await feedAnswer(page, 'shiftReport', { ok: true, result: shiftReport });
  await feedView(page, viewOf('sale-staffed'));
  await askedBy(page, 'F10', '9', 'Enter', '5', '0', '0');
  const first = await holdBack(page, 'closeShift');
  await page.keyboard.press('Enter');
  const second = await holdBack(page, 'closeShift');
  await page.keyboard.press('Enter');
  await first({ ok: true, result: closedShift });
  await expect(page.getByTestId('cash-difference')).toBeVisible();
  await second({ ok: false, fault: { code: 'SHIFT_NOT_OPEN', message: 'closed already' } });
  await expect(page.getByText('There is nothing to report')).toBeVisible();
  await expect(page.getByTestId('cash-difference')).toBeVisible();
});
